// SPDX-License-Identifier: Apache-2.0
// What somebody who typed `word` probably meant.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tidemark {

// Edits (insert, delete, replace, swap of neighbours) that turn one text into the other, letters of
// either case being equal (ASCII). Cost: product of the sizes.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate with the fewest edits, the first of several; nothing where even the best is so far
// (more than a third of the longer text) that naming it would puzzle.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

}  // namespace tidemark

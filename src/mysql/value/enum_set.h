// SPDX-License-Identifier: Apache-2.0
// ENUM and SET cells: a number on the wire, member texts for readers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mysql/value/arena.h"

namespace tidemark {

inline constexpr std::size_t kSetMembersMax = 64;

// Index 0 is the invalid value, "". False: no such member.
bool enum_text(std::span<const std::string> members, std::uint64_t index, std::string_view* out);
// Members joined by ',' in the order of definition. False: a bit without a member.
bool set_text(std::span<const std::string> members, std::uint64_t bits, Arena& arena,
              std::string_view* out);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Cuts the JSON of a struct into its fields by its schema. The text is JSON of our own making (base/json_slice.h).
// Thread: any
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "transform/schema.h"

namespace tidemark::transform {

// The first `out.size()` fields of a struct of this schema. False: the text is not of this schema.
bool cut_fields(std::string_view json, const Schema& schema, std::span<std::string_view> out);

// One field of a struct of this schema; nothing where the text is not of this schema up to there.
std::optional<std::string_view> cut_field(std::string_view json, const Schema& schema,
                                          std::size_t index);

}  // namespace tidemark::transform

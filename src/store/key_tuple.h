// SPDX-License-Identifier: Apache-2.0
// Chunk bounds as JSON: an array of cells, see offset_format.h.
#pragma once

#include <string_view>

#include "base/json.h"
#include "change/offset.h"

namespace tidemark {

void write_key(JsonWriter& out, std::string_view name, const KeyTuple& key);
// Absent means no bound.
KeyTuple read_key(const JsonReader& in, std::string_view name);

}  // namespace tidemark

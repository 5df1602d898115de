// SPDX-License-Identifier: Apache-2.0
// schema.name.adjustment.mode of a transform: schema names that Avro takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::transform {

enum class SchemaNameMode : std::uint8_t { kNone, kAvro, kAvroUnicode };

SchemaNameMode schema_name_mode(std::string_view text);

// Legal are [A-Za-z_] at the start, behind it digits and '.', too. Each other UTF-16 unit becomes '_' (a digit
// at the start '_' and the digit), or with kAvroUnicode _u and its hex digits, '_' itself as well.
std::string adjusted_schema_name(std::string_view name, SchemaNameMode mode);

}  // namespace tidemark::transform

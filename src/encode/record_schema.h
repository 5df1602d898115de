// SPDX-License-Identifier: Apache-2.0
// Kafka Connect schemas as JSON, as JsonConverter prints them. Member order within a schema: type,
// fields, optional, name, version, parameters, default, field; what is absent is left out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "encode/cell.h"
#include "schema/table.h"

namespace tidemark {

// One column as a member of a row or key struct.
struct SchemaColumn {
  const ColumnDef* column = nullptr;
  CellFormat format;
  std::optional<std::string> default_json;
};

// `topic` is the sanitised topic name.
std::string key_schema_json(std::string_view topic, std::span<const SchemaColumn> columns);
std::string envelope_schema_json(std::string_view topic, std::string_view connector_name,
                                 std::span<const SchemaColumn> columns);

// Of a plain required string: context headers.
inline constexpr std::string_view kStringSchemaJson = R"({"type":"string","optional":false})";

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Kafka Connect schemas as JSON, as JsonConverter prints them. Member order within a schema: type,
// fields, optional, name, version, parameters, default, field; what is absent is left out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/encode_settings.h"
#include "encode/cell.h"
#include "schema/table.h"

namespace tidemark {

// One member of a row or key struct.
struct SchemaColumn {
  const ColumnDef* column = nullptr;  // null: plain text that is no column's
  CellFormat format;
  std::string name;
  bool optional = false;
  std::optional<std::string> default_json;
  std::vector<std::pair<std::string, std::string>> parameters;  // behind those of the type
};

// Names of the three structs.
struct SchemaNames {
  std::string key;
  std::string row;
  std::string envelope;
};
// `topic` is the topic's name.
SchemaNames schema_names(std::string_view topic, NameAdjustment adjustment);

std::string key_schema_json(const SchemaNames& names, std::span<const SchemaColumn> columns);
// Of the block `source`, as a field of that name.
std::string source_field_json(std::string_view connector_name);
std::string envelope_schema_json(const SchemaNames& names, std::string_view connector_name,
                                 std::span<const SchemaColumn> columns);

// Of a plain required string: context headers.
inline constexpr std::string_view kStringSchemaJson = R"({"type":"string","optional":false})";

}  // namespace tidemark

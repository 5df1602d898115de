// SPDX-License-Identifier: Apache-2.0
#include "encode/record_schema.h"

#include "encode/adjusted_name.h"
#include "encode/json_text.h"

namespace tidemark {
namespace {

// A column's type apart from optionality, default and name.
struct TypeJson {
  std::string_view type;
  std::string_view name = {};  // of the logical type, version 1
  std::string parameters = {};  // members without braces
  std::string_view inner = {};  // of a struct or array: its fields or items, as a member
  std::string_view doc = {};
  bool always_optional = false;
};

std::string parameter(std::string_view name, std::string_view value) {
  return json_string(name) + ":" + json_string(value);
}

// Up to the 3.6 line a comma within a member is not escaped.
std::string allowed(const ColumnDef& column) {
  std::string joined;
  for (const std::string& member : column.members) {
    if (&member != &column.members.front()) joined += ',';
    joined += member;
  }
  return parameter("allowed", joined);
}

std::string_view integer_type(const ColumnDef& column) {
  const std::string_view type = column.data_type;
  if (type == "tinyint") return "int16";
  if (type == "smallint") return column.is_unsigned ? "int32" : "int16";
  if (type == "mediumint") return "int32";
  if (type == "int") return column.is_unsigned ? "int64" : "int32";
  return "int64";
}

TypeJson integer_like(const ColumnDef& column) {
  if (column.kind == ColumnKind::kTime) return {"int64", "io.debezium.time.MicroTime"};
  if (column.kind == ColumnKind::kYear) return {"int32", "io.debezium.time.Year"};
  return {integer_type(column)};
}

TypeJson string_like(const ColumnDef& column) {
  if (column.kind == ColumnKind::kUuid) return {"string", "io.debezium.data.Uuid"};
  if (column.kind == ColumnKind::kJson) return {"string", "io.debezium.data.Json"};
  if (column.kind == ColumnKind::kEnum) return {"string", "io.debezium.data.Enum", allowed(column)};
  if (column.kind == ColumnKind::kSet)
    return {"string", "io.debezium.data.EnumSet", allowed(column)};
  return {"string"};
}

TypeJson decimal(std::uint32_t precision, std::uint32_t scale) {
  return {"bytes", "org.apache.kafka.connect.data.Decimal",
          parameter("scale", std::to_string(scale)) + "," +
              parameter("connect.decimal.precision", std::to_string(precision))};
}

constexpr std::string_view kGeometryFields =
    R"("fields":[{"type":"bytes","optional":false,"field":"wkb"},)"
    R"({"type":"int32","optional":true,"field":"srid"}])";
constexpr std::string_view kPointFields =
    R"("fields":[{"type":"double","optional":false,"field":"x"},)"
    R"({"type":"double","optional":false,"field":"y"},)"
    R"({"type":"bytes","optional":true,"field":"wkb"},)"
    R"({"type":"int32","optional":true,"field":"srid"}])";
constexpr std::string_view kVectorItems = R"("items":{"type":"float","optional":false})";
constexpr std::uint32_t kBigintDigits = 20;

TypeJson type_of(const ColumnDef& column, CellKind kind) {
  switch (kind) {
    case CellKind::kInteger:
      return integer_like(column);
    case CellKind::kFloat:
    case CellKind::kNarrowDouble:
      return {"float"};
    case CellKind::kWideFloat:
    case CellKind::kDouble:
    case CellKind::kDecimal64Double:
    case CellKind::kDecimalTextDouble:
      return {"double"};
    case CellKind::kDecimal64:
    case CellKind::kDecimalText:
    case CellKind::kDecimal64Number:
    case CellKind::kDecimalTextNumber:
      return decimal(column.precision, column.scale);
    case CellKind::kUnsignedDecimal:
    case CellKind::kUnsignedNumber:
      return decimal(kBigintDigits, 0);
    case CellKind::kDecimal64Plain:
    case CellKind::kDecimalTextPlain:
    case CellKind::kBytesBase64:
    case CellKind::kBytesBase64Url:
    case CellKind::kBytesHex:
    case CellKind::kIntegerText:
    case CellKind::kUnsignedText:
    case CellKind::kBinaryText:
    case CellKind::kConstant:
    case CellKind::kMapped:
      return {"string"};
    case CellKind::kString:
      return string_like(column);
    case CellKind::kBytes:
      return {"bytes"};
    case CellKind::kDate:
      return {"int32", "io.debezium.time.Date"};
    case CellKind::kDatetimeMs:
      return {"int64", "io.debezium.time.Timestamp"};
    case CellKind::kDatetimeUs:
      return {"int64", "io.debezium.time.MicroTimestamp"};
    case CellKind::kDateConnect:
      return {"int32", "org.apache.kafka.connect.data.Date"};
    case CellKind::kDateIso:
      return {"string", "io.debezium.time.IsoDate"};
    case CellKind::kTimeConnect:
      return {"int32", "org.apache.kafka.connect.data.Time"};
    case CellKind::kTimeIso:
      return {"string", "io.debezium.time.IsoTime"};
    case CellKind::kTimeNs:
      return {"int64", "io.debezium.time.NanoTime"};
    case CellKind::kDatetimeConnect:
      return {"int64", "org.apache.kafka.connect.data.Timestamp"};
    case CellKind::kDatetimeIso:
      return {"string", "io.debezium.time.IsoTimestamp"};
    case CellKind::kDatetimeNs:
      return {"int64", "io.debezium.time.NanoTimestamp"};
    case CellKind::kTimestamp:
    case CellKind::kTimestampTrimmed:
      return {"string", "io.debezium.time.ZonedTimestamp"};
    case CellKind::kBoolean:
    case CellKind::kFlag:
      return {"boolean"};
    case CellKind::kFlagNumber:
      return {"int16"};
    case CellKind::kBits:
      return {"bytes", "io.debezium.data.Bits", parameter("length", std::to_string(column.length))};
    case CellKind::kGeometry:
      return {"struct", "io.debezium.data.geometry.Geometry", {}, kGeometryFields, "Geometry",
              true};
    case CellKind::kPoint:
      return {"struct", "io.debezium.data.geometry.Point", {}, kPointFields, "Geometry (POINT)"};
    case CellKind::kVector:
      return {"array", "io.debezium.data.FloatVector", {}, kVectorItems};
  }
  return {};
}

std::string column_json(const SchemaColumn& member) {
  TypeJson type = {"string"};
  if (member.column != nullptr) type = type_of(*member.column, member.format.kind);
  for (const auto& [name, value] : member.parameters) {
    if (!type.parameters.empty()) type.parameters += ',';
    type.parameters += parameter(name, value);
  }
  std::string out = "{\"type\":" + json_string(type.type);
  if (!type.inner.empty()) out += "," + std::string(type.inner);
  out += ",\"optional\":";
  out += member.optional || type.always_optional ? "true" : "false";
  if (!type.name.empty()) out += ",\"name\":" + json_string(type.name) + ",\"version\":1";
  if (!type.doc.empty()) out += ",\"doc\":" + json_string(type.doc);
  if (!type.parameters.empty()) out += ",\"parameters\":{" + type.parameters + "}";
  if (member.default_json) out += ",\"default\":" + *member.default_json;
  return out + ",\"field\":" + json_string(member.name) + "}";
}

std::string fields_json(std::span<const SchemaColumn> columns) {
  std::string out = R"({"type":"struct","fields":[)";
  for (const SchemaColumn& column : columns) {
    if (&column != columns.data()) out += ',';
    out += column_json(column);
  }
  return out + "]";
}

std::string simple_json(std::string_view type, bool optional, std::string_view field) {
  std::string out = "{\"type\":" + json_string(type) + ",\"optional\":";
  out += optional ? "true" : "false";
  return out + ",\"field\":" + json_string(field) + "}";
}

constexpr std::string_view kSnapshotField =
    R"({"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,)"
    R"("parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,)"
    R"(false,incremental"},"default":"false","field":"snapshot"})";

constexpr std::string_view kTransactionField =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},)"
    R"({"type":"int64","optional":false,"field":"total_order"},)"
    R"({"type":"int64","optional":false,"field":"data_collection_order"}],)"
    R"("optional":true,"name":"event.block","version":1,"field":"transaction"})";

}  // namespace

SchemaNames schema_names(std::string_view topic, NameAdjustment adjustment) {
  const auto name = [&](std::string_view suffix) {
    return adjusted_schema_name(std::string(topic) + std::string(suffix), adjustment);
  };
  return {.key = name(".Key"), .row = name(".Value"), .envelope = name(".Envelope")};
}

std::string key_schema_json(const SchemaNames& names, std::span<const SchemaColumn> columns) {
  return fields_json(columns) + ",\"optional\":false,\"name\":" + json_string(names.key) + "}";
}

std::string source_field_json(std::string_view connector_name) {
  std::string out = R"({"type":"struct","fields":[)";
  out += simple_json("string", false, "version") + ",";
  out += simple_json("string", false, "connector") + ",";
  out += simple_json("string", false, "name") + ",";
  out += simple_json("int64", false, "ts_ms") + ",";
  out += std::string(kSnapshotField) + ",";
  out += simple_json("string", false, "db") + ",";
  out += simple_json("string", true, "sequence") + ",";
  out += simple_json("int64", true, "ts_us") + ",";
  out += simple_json("int64", true, "ts_ns") + ",";
  out += simple_json("string", true, "table") + ",";
  out += simple_json("int64", false, "server_id") + ",";
  out += simple_json("string", true, "gtid") + ",";
  out += simple_json("string", false, "file") + ",";
  out += simple_json("int64", false, "pos") + ",";
  out += simple_json("int32", false, "row") + ",";
  out += simple_json("int64", true, "thread") + ",";
  out += simple_json("string", true, "query");
  out += "],\"optional\":false,\"name\":";
  out += json_string("io.debezium.connector." + std::string(connector_name) + ".Source");
  return out + R"(,"version":1,"field":"source"})";
}

std::string envelope_schema_json(const SchemaNames& names, std::string_view connector_name,
                                 std::span<const SchemaColumn> columns) {
  const std::string row =
      fields_json(columns) + ",\"optional\":true,\"name\":" + json_string(names.row);
  std::string out = R"({"type":"struct","fields":[)";
  out += row + R"(,"field":"before"},)";
  out += row + R"(,"field":"after"},)";
  out += source_field_json(connector_name) + ",";
  out += std::string(kTransactionField) + ",";
  out += simple_json("string", false, "op") + ",";
  out += simple_json("int64", true, "ts_ms") + ",";
  out += simple_json("int64", true, "ts_us") + ",";
  out += simple_json("int64", true, "ts_ns");
  out += "],\"optional\":false,\"name\":" + json_string(names.envelope);
  return out + ",\"version\":2}";
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "store/schema_format.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/json.h"

namespace tidemark {
namespace {

// Stored by name, so that a reordered enumeration reads old files.
constexpr std::array<std::pair<ColumnKind, std::string_view>, 23> kKinds{{
    {ColumnKind::kUnsupported, "unsupported"},
    {ColumnKind::kInt, "int"},
    {ColumnKind::kUint, "uint"},
    {ColumnKind::kFloat, "float"},
    {ColumnKind::kDouble, "double"},
    {ColumnKind::kDecimal64, "decimal64"},
    {ColumnKind::kDecimalText, "decimal_text"},
    {ColumnKind::kString, "string"},
    {ColumnKind::kBinary, "binary"},
    {ColumnKind::kDate, "date"},
    {ColumnKind::kTime, "time"},
    {ColumnKind::kDatetime, "datetime"},
    {ColumnKind::kTimestamp, "timestamp"},
    {ColumnKind::kYear, "year"},
    {ColumnKind::kBit, "bit"},
    {ColumnKind::kEnum, "enum"},
    {ColumnKind::kSet, "set"},
    {ColumnKind::kJson, "json"},
    {ColumnKind::kGeometry, "geometry"},
    {ColumnKind::kPoint, "point"},
    {ColumnKind::kVector, "vector"},
    {ColumnKind::kUuid, "uuid"},
    {ColumnKind::kInet, "inet"},
}};
template <class Names, class E>
std::string_view name_in(const Names& names, E value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return name;
  }
  return "unsupported";
}

template <class Names>
auto value_in(const Names& names, const JsonReader& in, std::string_view member) {
  const std::string text = in.text(member);
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  in.note("is not known", member);
  return names.front().first;
}

void member_if(JsonWriter& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out.member(name, value);
}
void member_if(JsonWriter& out, std::string_view name, bool value) {
  if (value) out.member(name, value);
}
void member_if(JsonWriter& out, std::string_view name, std::uint32_t value) {
  if (value != 0) out.member(name, std::uint64_t{value});
}

void write_column(JsonWriter& out, const ColumnDef& column) {
  out.begin_object();
  out.member("name", column.name);
  out.member("data_type", column.data_type);
  out.member("column_type", column.column_type);
  out.member("kind", name_in(kKinds, column.kind));
  out.member("nullable", column.nullable);
  member_if(out, "unsigned", column.is_unsigned);
  member_if(out, "auto_increment", column.auto_increment);
  member_if(out, "on_update_now", column.on_update_now);
  member_if(out, "generated", column.generated);
  member_if(out, "invisible", column.invisible);
  out.member("charset", to_string(column.charset));
  member_if(out, "charset_name", column.charset_name);
  member_if(out, "collation_name", column.collation_name);
  member_if(out, "length", column.length);
  member_if(out, "octets", column.octets);
  member_if(out, "precision", column.precision);
  member_if(out, "scale", column.scale);
  member_if(out, "fraction_digits", column.fraction_digits);
  if (!column.members.empty()) {
    out.key("members");
    out.begin_array();
    for (const std::string& member : column.members) out.text(member);
    out.end_array();
  }
  if (column.default_text) out.member("default", *column.default_text);
  member_if(out, "default_is_expression", column.default_is_expression);
  member_if(out, "comment", column.comment);
  out.end_object();
}

void write_table(JsonWriter& out, const TableDef& table) {
  out.begin_object(JsonWriter::Layout::kOneLine);
  out.member("database", table.id.database);
  out.member("table", table.id.table);
  out.member("version", table.version);
  out.key("key_columns");
  out.begin_array();
  for (const std::uint32_t column : table.key_columns) out.u64(column);
  out.end_array();
  member_if(out, "key_is_primary", table.key_is_primary);
  member_if(out, "key_has_prefix", table.key_has_prefix);
  if (!table.nullable_key_columns.empty()) {
    out.key("nullable_key_columns");
    out.begin_array();
    for (const std::uint32_t column : table.nullable_key_columns) out.u64(column);
    out.end_array();
  }
  member_if(out, "engine", table.engine);
  out.member("rows_estimated", table.rows_estimated);
  out.member("bytes_estimated", table.bytes_estimated);
  out.key("columns");
  out.begin_array();
  for (const ColumnDef& column : table.columns) write_column(out, column);
  out.end_array();
  out.end_object();
}

ColumnDef read_column(const JsonReader& in) {
  ColumnDef out;
  out.name = in.text("name");
  out.data_type = in.text("data_type");
  out.column_type = in.text("column_type");
  out.kind = value_in(kKinds, in, "kind");
  out.nullable = in.boolean("nullable");
  out.is_unsigned = in.boolean_or("unsigned", false);
  out.auto_increment = in.boolean_or("auto_increment", false);
  out.on_update_now = in.boolean_or("on_update_now", false);
  out.generated = in.boolean_or("generated", false);
  out.invisible = in.boolean_or("invisible", false);
  out.charset_name = in.text_or("charset_name", "");
  out.charset = charset_of(out.charset_name);
  out.collation_name = in.text_or("collation_name", "");
  out.length = in.u32_or("length", 0);
  out.octets = in.u32_or("octets", 0);
  out.precision = in.u32_or("precision", 0);
  out.scale = in.u32_or("scale", 0);
  out.fraction_digits = in.u32_or("fraction_digits", 0);
  out.members = in.texts_or_none("members");
  if (in.has("default")) out.default_text = in.text("default");
  out.default_is_expression = in.boolean_or("default_is_expression", false);
  out.comment = in.text_or("comment", "");
  // An earlier program may have known fewer types.
  if (out.kind == ColumnKind::kUnsupported) out.kind = kind_of(out);
  return out;
}

TableDef read_table(const JsonReader& in) {
  TableDef out;
  out.id = {in.text("database"), in.text("table")};
  out.version = in.u64("version");
  in.each("columns", [&](const JsonReader& item) { out.columns.push_back(read_column(item)); });
  const auto add_to = [&](std::vector<std::uint32_t>& key) {
    return [&](const JsonReader& item) {
      const std::uint64_t column = item.as_u64();
      if (column >= out.columns.size()) item.note("names no column");
      key.push_back(static_cast<std::uint32_t>(column));
    };
  };
  in.each("key_columns", add_to(out.key_columns));
  in.each_or_none("nullable_key_columns", add_to(out.nullable_key_columns));
  out.key_is_primary = in.boolean_or("key_is_primary", false);
  out.key_has_prefix = in.boolean_or("key_has_prefix", false);
  out.engine = in.text_or("engine", "");
  out.rows_estimated = in.u64("rows_estimated");
  out.bytes_estimated = in.u64("bytes_estimated");
  return out;
}

std::unexpected<Error> corrupt(const JsonProblem& problem) {
  return fail(ErrorKind::kCorrupt,
              fmt::format("the stored table structures are not as Tidemark writes them: {}",
                          problem.text()),
              "restore the file from a copy, or move offset and output away to begin with a new "
              "snapshot");
}

}  // namespace

std::string encode_tables(std::span<const TablePtr> tables) {
  JsonWriter out;
  out.begin_object();
  out.member("version", kSchemaVersion);
  out.key("tables");
  out.begin_array();
  for (const TablePtr& table : tables) write_table(out, *table);
  out.end_array();
  out.end_object();
  return out.take() + "\n";
}

Result<std::vector<TableDef>> decode_tables(std::string_view text) {
  const std::expected<JsonDocument, JsonProblem> document = JsonDocument::parse(text);
  if (!document) return corrupt(document.error());
  std::optional<JsonProblem> problem;
  const JsonReader root = document->root(problem);
  const std::uint64_t version = root.u64("version");
  if (!problem && version > kSchemaVersion) {
    return fail(ErrorKind::kRejected,
                fmt::format("the stored table structures have version {}, this program knows up to "
                            "{}",
                            version, kSchemaVersion),
                "run the newer program that wrote them");
  }
  std::vector<TableDef> out;
  root.each("tables", [&](const JsonReader& item) { out.push_back(read_table(item)); });
  if (problem) return corrupt(*problem);
  return out;
}

}  // namespace tidemark

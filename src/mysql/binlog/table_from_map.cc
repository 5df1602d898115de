// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/table_from_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "mysql/value/arena.h"
#include "mysql/value/charset.h"

namespace tidemark {
namespace {

std::string_view number_name(WireType type) {
  switch (type) {
    case WireType::kTiny:
      return "tinyint";
    case WireType::kShort:
      return "smallint";
    case WireType::kInt24:
      return "mediumint";
    case WireType::kLong:
      return "int";
    case WireType::kLongLong:
      return "bigint";
    case WireType::kFloat:
      return "float";
    case WireType::kDouble:
      return "double";
    default:
      return "";
  }
}

std::string_view plain_name(WireType type) {
  switch (type) {
    case WireType::kYear:
      return "year";
    case WireType::kDate:
    case WireType::kNewDate:
      return "date";
    case WireType::kJson:
      return "json";
    case WireType::kVector:
      return "vector";
    case WireType::kGeometry:
      return "geometry";
    case WireType::kTime:
    case WireType::kTime2:
      return "time";
    case WireType::kDatetime:
    case WireType::kDatetime2:
      return "datetime";
    case WireType::kTimestamp:
    case WireType::kTimestamp2:
      return "timestamp";
    default:
      return "";
  }
}

// Bytes of one character at most, as VARCHAR lengths count them.
std::uint32_t character_bytes(Charset charset) {
  switch (charset) {
    case Charset::kUtf8:
    case Charset::kUtf16:
    case Charset::kUtf16le:
    case Charset::kUtf32:
    case Charset::kGb18030:
      return 4;
    case Charset::kEucjpms:
    case Charset::kUjis:
      return 3;
    case Charset::kUcs2:
    case Charset::kBig5:
    case Charset::kCp932:
    case Charset::kEuckr:
    case Charset::kGb2312:
    case Charset::kGbk:
    case Charset::kSjis:
      return 2;
    default:
      return 1;
  }
}

void make_number(const MapColumn& logged, ColumnDef& column) {
  column.data_type = number_name(logged.type);
  column.is_unsigned = logged.is_unsigned;
  column.column_type = column.data_type + (logged.is_unsigned ? " unsigned" : "");
}

void make_decimal(const MapColumn& logged, ColumnDef& column) {
  column.data_type = "decimal";
  column.precision = logged.precision;
  column.scale = logged.scale;
  column.is_unsigned = logged.is_unsigned;
  column.column_type = fmt::format("decimal({},{}){}", logged.precision, logged.scale,
                                   logged.is_unsigned ? " unsigned" : "");
}

void make_text(const MapColumn& logged, ColumnDef& column) {
  constexpr std::array<std::string_view, 5> kTexts{"", "tinytext", "text", "mediumtext",
                                                   "longtext"};
  constexpr std::array<std::string_view, 5> kBlobs{"", "tinyblob", "blob", "mediumblob",
                                                   "longblob"};
  const bool binary = column.charset == Charset::kBinary;
  if (logged.type == WireType::kBlob || logged.type == WireType::kMariaBlobCompressed) {
    const std::size_t size = std::min<std::size_t>(logged.size, 4);
    column.data_type = binary ? kBlobs[size] : kTexts[size];
    column.column_type = column.data_type;
  } else {
    const bool fixed = logged.type == WireType::kString;
    column.data_type = binary ? (fixed ? "binary" : "varbinary") : (fixed ? "char" : "varchar");
    column.octets = logged.size - (logged.type == WireType::kMariaVarcharCompressed ? 1 : 0);
    column.length = column.octets / character_bytes(column.charset);
    column.column_type = fmt::format("{}({})", column.data_type, column.length);
  }
  if (binary) column.charset = Charset::kNone;
}

void make_members(const MapColumn& logged, ColumnDef& column) {
  Arena arena;
  for (const std::string& member : logged.members)
    column.members.emplace_back(to_utf8(column.charset, member, arena));
  column.data_type = logged.type == WireType::kEnum ? "enum" : "set";
  column.column_type = column.data_type + "(";
  for (const std::string& member : column.members) {
    if (column.column_type.back() != '(') column.column_type += ',';
    column.column_type += '\'';
    for (const char c : member) {
      if (c == '\'' || c == '\\') column.column_type += c;
      column.column_type += c;
    }
    column.column_type += '\'';
  }
  column.column_type += ')';
}

// From the event alone.
ColumnDef make_column(const MapColumn& logged) {
  ColumnDef column;
  column.name = logged.name;
  column.nullable = logged.nullable;
  column.invisible = !logged.visible;
  const bool members = logged.type == WireType::kEnum || logged.type == WireType::kSet;
  if (members || is_character(logged.type, false)) {
    column.charset = charset_of_collation(logged.collation);
    column.charset_name =
        column.charset == Charset::kBinary ? "" : std::string(to_string(column.charset));
  }
  if (members) {
    make_members(logged, column);
  } else if (is_character(logged.type, false)) {
    make_text(logged, column);
  } else if (!number_name(logged.type).empty()) {
    make_number(logged, column);
  } else if (logged.type == WireType::kNewDecimal) {
    make_decimal(logged, column);
  } else if (logged.type == WireType::kBit) {
    column.data_type = "bit";
    column.length = logged.size;
    column.column_type = fmt::format("bit({})", logged.size);
  } else {
    column.data_type = plain_name(logged.type);
    column.fraction_digits = logged.fraction_digits;
    column.column_type = logged.fraction_digits == 0
                             ? column.data_type
                             : fmt::format("{}({})", column.data_type, logged.fraction_digits);
  }
  column.kind = kind_of(column);
  return column;
}

const ColumnDef* known_column(const TableMap& map, const MapColumn& logged,
                              std::span<const TablePtr> versions) {
  for (const TablePtr& version : versions) {
    const int index = version->column_index(logged.name);
    if (index < 0) continue;
    const ColumnDef& column = version->columns[static_cast<std::size_t>(index)];
    if (check_column(map, logged, column)) return &column;
  }
  return nullptr;
}

// The key columns of a version, if they are all here and can still be a key.
std::optional<std::vector<std::uint32_t>> same_key(const TableDef& table, const TableDef& version) {
  std::vector<std::uint32_t> key;
  for (const std::uint32_t column : version.key_columns) {
    const int index = table.column_index(version.columns[column].name);
    if (index < 0 || table.columns[static_cast<std::size_t>(index)].nullable) return std::nullopt;
    key.push_back(static_cast<std::uint32_t>(index));
  }
  return key;
}

void set_key(const TableMap& map, std::span<const TablePtr> versions, TableDef& table) {
  if (!map.key_columns.empty()) {
    table.key_columns = map.key_columns;
    table.key_is_primary = true;
    table.key_has_prefix = map.key_has_prefix;
    return;
  }
  for (const TablePtr& version : versions) {
    if (version->key_is_primary || version->key_columns.empty()) continue;
    auto key = same_key(table, *version);
    if (!key) continue;
    table.key_columns = *std::move(key);
    table.key_has_prefix = version->key_has_prefix;
    return;
  }
}

}  // namespace

Result<TableDef> structure_from(const TableMap& map, std::span<const TablePtr> versions) {
  if (!map.has_names) {
    return fail(ErrorKind::kRejected,
                fmt::format("the events of {} do not name its columns", map.table_text()),
                "SET PERSIST binlog_row_metadata='FULL'");
  }
  TableDef table;
  table.id = {map.database, map.table};
  for (const MapColumn& logged : map.columns) {
    const ColumnDef* const known = known_column(map, logged, versions);
    table.columns.push_back(known != nullptr ? *known : make_column(logged));
    if (table.columns.back().kind != ColumnKind::kUnsupported) continue;
    return fail(ErrorKind::kUnsupported,
                fmt::format("column {} of {} has type {}, which cannot be captured", logged.name,
                            map.table_text(), to_string(logged.type)),
                "leave the column or the table out of the capture");
  }
  set_key(map, versions, table);
  if (!versions.empty()) {
    table.engine = versions.front()->engine;
    table.rows_estimated = versions.front()->rows_estimated;
    table.bytes_estimated = versions.front()->bytes_estimated;
  }
  return table;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The agreement between a table map and the structure we believe the table to have.
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

#include "mysql/binlog/table_map.h"
#include "mysql/value/arena.h"
#include "mysql/value/charset.h"

namespace tidemark {
namespace {

// What the wire has for a column of information_schema. `old` is the form of tables made before 5.6.
struct Expected {
  WireType type;
  std::optional<WireType> old = std::nullopt;
  std::uint32_t size = 0;  // 0: not compared
};

std::uint32_t set_bytes(std::size_t members) {
  const auto bytes = static_cast<std::uint32_t>((members + 7) / 8);
  return bytes > 4 ? 8 : bytes;
}

std::optional<Expected> expected_of(const ColumnDef& column) {
  struct Row {
    std::string_view name;
    Expected expected;
  };
  static constexpr std::array<Row, 41> kByName{{
      {"tinyint", {WireType::kTiny}},
      {"smallint", {WireType::kShort}},
      {"mediumint", {WireType::kInt24}},
      {"int", {WireType::kLong}},
      {"bigint", {WireType::kLongLong}},
      {"float", {WireType::kFloat}},
      {"double", {WireType::kDouble}},
      {"decimal", {WireType::kNewDecimal}},
      {"year", {WireType::kYear}},
      {"date", {WireType::kDate, WireType::kNewDate}},
      {"time", {WireType::kTime2, WireType::kTime}},
      {"datetime", {WireType::kDatetime2, WireType::kDatetime}},
      {"timestamp", {WireType::kTimestamp2, WireType::kTimestamp}},
      {"tinytext", {WireType::kBlob, std::nullopt, 1}},
      {"tinyblob", {WireType::kBlob, std::nullopt, 1}},
      {"text", {WireType::kBlob, std::nullopt, 2}},
      {"blob", {WireType::kBlob, std::nullopt, 2}},
      {"mediumtext", {WireType::kBlob, std::nullopt, 3}},
      {"mediumblob", {WireType::kBlob, std::nullopt, 3}},
      {"longtext", {WireType::kBlob, std::nullopt, 4}},
      {"longblob", {WireType::kBlob, std::nullopt, 4}},
      {"json", {WireType::kJson}},
      {"vector", {WireType::kVector, WireType::kVarchar}},  // MariaDB's is a VARBINARY
      {"uuid", {WireType::kString, std::nullopt, 16}},
      {"inet6", {WireType::kString, std::nullopt, 16}},
      {"inet4", {WireType::kString, std::nullopt, 4}},
      {"point", {WireType::kGeometry}},
      {"geometry", {WireType::kGeometry}},
      {"linestring", {WireType::kGeometry}},
      {"polygon", {WireType::kGeometry}},
      {"multipoint", {WireType::kGeometry}},
      {"multilinestring", {WireType::kGeometry}},
      {"multipolygon", {WireType::kGeometry}},
      {"geometrycollection", {WireType::kGeometry}},
      {"geomcollection", {WireType::kGeometry}},
      {"char", {WireType::kString}},
      {"binary", {WireType::kString}},
      {"varchar", {WireType::kVarchar, WireType::kVarString}},
      {"varbinary", {WireType::kVarchar, WireType::kVarString}},
      {"bit", {WireType::kBit}},
      {"enum", {WireType::kEnum}},
  }};
  const std::string_view type = column.data_type;
  if (type == "set")
    return Expected{WireType::kSet, std::nullopt, set_bytes(column.members.size())};
  for (const Row& row : kByName) {
    if (row.name != type) continue;
    Expected expected = row.expected;
    if (type == "enum") expected.size = column.members.size() < 256 ? 1 : 2;
    if (type == "bit") expected.size = column.length;
    if (type == "char" || type == "binary" || type == "varchar" || type == "varbinary") {
      expected.size = column.octets;
    }
    return expected;
  }
  return std::nullopt;  // unknown types: never decoded, so nothing rests on them
}

std::unexpected<Error> disagree(const TableMap& map, std::string_view column,
                                std::string_view logged, std::string_view known) {
  return fail(ErrorKind::kUnsupported,
              fmt::format("column {} of {} is {} in the binlog, but {} in the known structure",
                          column, map.table_text(), logged, known),
              "the table was altered while its structure was being read: restart the connector; if "
              "this comes again, run a new snapshot of the table");
}

// Character columns have their charset; BINARY, VARBINARY and BLOB travel as charset binary.
Charset expected_charset(const ColumnDef& column) {
  return column.charset == Charset::kNone ? Charset::kBinary : column.charset;
}

// information_schema knows utf8mb3 only: each character beyond it reads '?' there.
std::string as_information_schema(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool four_bytes = static_cast<std::uint8_t>(text[i]) >= 0xF0;
    out += four_bytes ? '?' : text[i];
    if (four_bytes) i += 3;
  }
  return out;
}

// Compares what members the event lists with the known ones, as far as their charset is decoded.
bool same_members(const MapColumn& logged, const ColumnDef& known, bool charset_known) {
  if (logged.members.size() != known.members.size()) return false;
  const Charset charset = charset_known ? charset_of_collation(logged.collation) : known.charset;
  if (charset == Charset::kOther) return true;
  Arena arena;
  for (std::size_t i = 0; i < known.members.size(); ++i) {
    const std::string_view text = to_utf8(charset, logged.members[i], arena);
    if (text != known.members[i] && as_information_schema(text) != known.members[i]) return false;
  }
  return true;
}

Status check_type(const TableMap& map, const MapColumn& logged, const ColumnDef& known) {
  const std::optional<Expected> expected = expected_of(known);
  if (!expected) return {};
  const auto differs = [&](std::string_view what) {
    return disagree(map, known.name, what, known.column_type);
  };
  // A COMPRESSED column of MariaDB; the head byte of a VARCHAR counts into its size.
  const bool packed_text =
      logged.type == WireType::kMariaVarcharCompressed && expected->type == WireType::kVarchar;
  const bool packed_blob =
      logged.type == WireType::kMariaBlobCompressed && expected->type == WireType::kBlob;
  if (logged.type != expected->type && logged.type != expected->old && !packed_text && !packed_blob)
    return differs(to_string(logged.type));
  if (expected->size != 0 && logged.size != expected->size + (packed_text ? 1 : 0)) {
    return differs(fmt::format("{} of size {}", to_string(logged.type), logged.size));
  }
  if (logged.type == WireType::kNewDecimal &&
      (logged.precision != known.precision || logged.scale != known.scale)) {
    return differs(fmt::format("DECIMAL({},{})", logged.precision, logged.scale));
  }
  const bool has_fraction = logged.type == WireType::kTimestamp2 ||
                            logged.type == WireType::kDatetime2 || logged.type == WireType::kTime2;
  if (has_fraction && logged.fraction_digits != known.fraction_digits) {
    return differs(fmt::format("{}({})", to_string(logged.type), logged.fraction_digits));
  }
  return {};
}

Status check_metadata(const TableMap& map, const MapColumn& logged, const ColumnDef& known) {
  const auto differs = [&](std::string_view what) {
    return disagree(map, known.name, what, known.column_type);
  };
  if (logged.nullable != known.nullable) return differs(logged.nullable ? "nullable" : "NOT NULL");
  if (map.has_signedness && is_numeric(logged.type) && logged.type != WireType::kYear &&
      logged.is_unsigned != known.is_unsigned) {
    return differs(
        fmt::format("{} {}", to_string(logged.type), logged.is_unsigned ? "unsigned" : "signed"));
  }
  const bool member_type = logged.type == WireType::kEnum || logged.type == WireType::kSet;
  const bool charset_sent =
      (map.has_charsets && logged.collation != 0) || (map.has_member_charsets && member_type);
  const Charset charset = charset_of_collation(logged.collation);
  if (charset_sent && charset != Charset::kOther && charset != expected_charset(known)) {
    return disagree(map, known.name,
                    fmt::format("{} in {} (collation {})", to_string(logged.type),
                                to_string(charset), logged.collation),
                    fmt::format("{} in {}", known.column_type,
                                known.charset_name.empty() ? "binary" : known.charset_name));
  }
  if (map.has_members && member_type && !same_members(logged, known, map.has_member_charsets)) {
    return differs(fmt::format("{} with other members", to_string(logged.type)));
  }
  if (map.has_names && logged.name != known.name) {
    return disagree(map, known.name, fmt::format("named {}", logged.name), "named so");
  }
  return {};
}

Status check_key(const TableMap& map, const TableDef& table) {
  if (!map.has_names) return {};
  // Without a PRIMARY KEY the server logs the UNIQUE key that stands in for it.
  const bool logged_key = !map.key_columns.empty();
  if (logged_key ? map.key_columns == table.key_columns : !table.key_is_primary) return {};
  return fail(
      ErrorKind::kUnsupported,
      fmt::format("the primary key of {} in the binlog has other columns than the known one",
                  map.table_text()),
      "restart the connector, which reads the structure anew; if this comes again, run a new "
      "snapshot of the table");
}

}  // namespace

Status check_column(const TableMap& map, const MapColumn& logged, const ColumnDef& known) {
  TRY(check_type(map, logged, known));
  return check_metadata(map, logged, known);
}

Status check_against(const TableMap& map, const TableDef& table) {
  if (map.columns.size() != table.columns.size()) {
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("{} has {} columns in the binlog, but {} in the known structure",
                    map.table_text(), map.columns.size(), table.columns.size()),
        "the table was altered while its structure was being read: restart the connector; if "
        "this comes again, run a new snapshot of the table");
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    TRY(check_column(map, map.columns[i], table.columns[i]));
  }
  return check_key(map, table);
}

}  // namespace tidemark

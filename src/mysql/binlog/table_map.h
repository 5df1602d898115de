// SPDX-License-Identifier: Apache-2.0
// TABLE_MAP: which table a transient number stands for, and how its rows are laid out.
// Layout:   docs/formats/table_map.md (server 9.7: libs/mysql/binlog/event/rows_event.h and
//           sql/log_event.cc, Table_map_log_event)
// Lifetime: a TableMap owns its texts; it outlives the event
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mysql/binlog/event.h"
#include "schema/table.h"

namespace tidemark {

// Column types on the wire.
enum class WireType : std::uint8_t {
  kTiny = 1,
  kShort = 2,
  kLong = 3,
  kFloat = 4,
  kDouble = 5,
  kTimestamp = 7,
  kLongLong = 8,
  kInt24 = 9,
  kDate = 10,
  kTime = 11,
  kDatetime = 12,
  kYear = 13,
  kNewDate = 14,
  kVarchar = 15,
  kBit = 16,
  kTimestamp2 = 17,
  kDatetime2 = 18,
  kTime2 = 19,
  kMariaBlobCompressed = 140,
  kMariaVarcharCompressed = 141,
  kVector = 242,
  kJson = 245,
  kNewDecimal = 246,
  kEnum = 247,
  kSet = 248,
  kBlob = 252,
  kVarString = 253,
  kString = 254,
  kGeometry = 255,
};
// "VARCHAR"; "type <n>" for codes without a name.
std::string to_string(WireType type);

// Rows events with this id carry no rows: they only end a statement.
inline constexpr std::uint64_t kDummyTableId = 0x00FFFFFF;

struct MapColumn {
  WireType type = WireType::kTiny;  // the real one, ENUM and SET included
  bool nullable = true;
  // By type: CHAR, VARCHAR, BINARY, VARBINARY: bytes at most; BLOB, JSON, GEOMETRY, VECTOR: bytes of the
  // length prefix; ENUM, SET: bytes of the number; BIT: bits; FLOAT, DOUBLE: bytes.
  std::uint32_t size = 0;
  std::uint8_t precision = 0;  // DECIMAL
  std::uint8_t scale = 0;  // DECIMAL
  std::uint8_t fraction_digits = 0;  // TIMESTAMP2, DATETIME2, TIME2

  // Optional metadata; meaningful where TableMap says that it is there.
  bool is_unsigned = false;
  std::uint32_t collation = 0;  // id; of character, ENUM and SET columns
  bool visible = true;
  std::string name;
  std::vector<std::string> members;  // ENUM, SET: in the column's charset
};

struct TableMap {
  std::uint64_t table_id = 0;
  std::string database;
  std::string table;
  std::vector<MapColumn> columns;

  // What the server sent beyond the layout; binlog_row_metadata=FULL sends all of it.
  bool has_signedness = false;  // of a table without numeric columns: false
  bool has_charsets = false;
  bool has_names = false;  // FULL
  bool has_member_charsets = false;
  bool has_members = false;
  bool has_visibility = false;
  // Columns of the PRIMARY KEY in key order; empty also when there is none, or when it was not sent.
  std::vector<std::uint32_t> key_columns;
  bool key_has_prefix = false;

  // "shop.orders"
  std::string table_text() const { return database + "." + table; }
  // The name where it is known, else "@1" for the first column.
  std::string column_text(std::size_t column) const;
};

// Signedness is sent for these: one bit each.
bool is_numeric(WireType type);
// A collation is sent for these (apart from ENUM and SET, which have a list of their own).
bool is_character(WireType type, bool mariadb);

// Errors: kCorrupt, naming the table as soon as it is known; unknown optional metadata is passed over.
Result<TableMap> parse_table_map(const Event& event, const FormatDescription& format);

// Does the event lay out the table as `table` says? Whatever the event tells is compared: the number of
// columns, types, widths, signedness, charsets, nullability; with FULL metadata names, members and
// primary key, too. Which table it is was the caller's look-up: names are not compared.
// Errors: kUnsupported naming the column and both sides
Status check_against(const TableMap& map, const TableDef& table);
// The same of one column.
Status check_column(const TableMap& map, const MapColumn& logged, const ColumnDef& known);

}  // namespace tidemark

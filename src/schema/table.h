// SPDX-License-Identifier: Apache-2.0
// The structure of one table at one time. A TableDef never changes; DDL makes a new one with a higher
// version, and readers on other threads keep the one they started with.
// Source:  information_schema of the server (COLUMNS, TABLES, STATISTICS)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "change/value.h"
#include "schema/charset.h"

namespace tidemark {

struct TableId {
  std::string database;
  std::string table;

  std::string text() const { return database + "." + table; }
  auto operator<=>(const TableId&) const = default;
};

struct ColumnDef {
  std::string name;
  std::string data_type;  // information_schema DATA_TYPE, lower case: "int", "varchar", ...
  std::string column_type;  // COLUMN_TYPE as the server prints it: "int unsigned", "enum('a','b')"
  ColumnKind kind = ColumnKind::kUnsupported;
  bool nullable = true;
  bool is_unsigned = false;
  bool auto_increment = false;
  bool on_update_now = false;  // ON UPDATE CURRENT_TIMESTAMP
  bool generated = false;  // virtual or stored expression
  bool invisible = false;
  Charset charset = Charset::kNone;  // of character columns
  std::string charset_name;  // the server's names, empty for non-character columns
  std::string collation_name;
  std::uint32_t length =
      0;  // characters of strings; bytes of binary; bits of BIT; display length if given
  std::uint32_t octets = 0;  // CHARACTER_OCTET_LENGTH
  std::uint32_t precision = 0;  // DECIMAL
  std::uint32_t scale = 0;  // DECIMAL, FLOAT(M,D)
  std::uint32_t fraction_digits = 0;  // TIME, DATETIME, TIMESTAMP
  std::vector<std::string> members;  // ENUM, SET: texts in UTF-8
  // COLUMN_DEFAULT: absent when there is none or it is NULL. Text as information_schema of MySQL gives it;
  // of binary columns 0x and hexadecimal digits.
  std::optional<std::string> default_text;
  bool default_is_expression = false;  // DEFAULT_GENERATED: CURRENT_TIMESTAMP, (uuid()), ...
  std::string comment;

  bool operator==(const ColumnDef&) const = default;
};

struct TableDef {
  TableId id;
  std::uint64_t version = 0;  // grows with each structure read for this table
  std::vector<ColumnDef> columns;  // table order, invisible ones included
  // The record key and row identity: the PRIMARY KEY in key order, else the first UNIQUE key whose
  // columns are all NOT NULL and whole. Indexes into columns; empty for a table without such a key.
  std::vector<std::uint32_t> key_columns;
  bool key_is_primary = false;
  // Any part of the key is a column prefix (`KEY (c(10))`): usable as record key, not for chunk bounds.
  bool key_has_prefix = false;
  // Only where key_columns is empty: the first UNIQUE key of whole columns, some of which may be NULL. Rows with
  // NULL there may repeat, so this orders rows, but does not tell them apart.
  std::vector<std::uint32_t> nullable_key_columns;
  // MariaDB's WITH SYSTEM VERSIONING: the table keeps rows of the past, which the binlog shows like any others.
  bool system_versioned = false;
  std::string engine;  // "InnoDB"
  // What no row depends on, and nobody stores: the default for new columns, and a text.
  std::string charset_name;
  std::string comment;
  std::uint64_t rows_estimated = 0;  // TABLE_ROWS
  std::uint64_t bytes_estimated = 0;  // DATA_LENGTH

  // Index of a column by exact name, or -1.
  int column_index(std::string_view name) const;
  // Same structure, whatever the version and the estimates.
  bool same_structure(const TableDef& other) const;
};

// Shared: the source thread, chunk readers and encoders hold the same immutable version at once.
using TablePtr = std::shared_ptr<const TableDef>;

// The kind for a column as information_schema describes it; kUnsupported where it is not decoded yet.
// Needs data_type, column_type, is_unsigned, precision, charset.
ColumnKind kind_of(const ColumnDef& column);
// Members of "enum('a','b''c')" or "set(...)"; nothing when the text has another form. As the server
// prints it: \\, \n, \r and \0 are escapes, under every sql_mode.
std::optional<std::vector<std::string>> parse_members(std::string_view column_type);

// `db`.`table` and `name` with backticks doubled.
std::string quoted(const TableId& id);
std::string quoted(std::string_view name);

}  // namespace tidemark

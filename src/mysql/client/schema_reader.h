// SPDX-License-Identifier: Apache-2.0
// Table structures as the server has them now, from information_schema, in three statements however
// many tables there are (and SHOW INDEX for a table whose key is not plain from them).
// Source:  TABLES, COLUMNS, STATISTICS of MySQL 9.7 and MariaDB 10.11
// Only tables that the account may see are there; views and sequences are left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mysql/client/connection.h"
#include "schema/table.h"

namespace tidemark {

// Which tables to read. Value type.
class TableSelection {
 public:
  // Every table outside the server's own databases.
  static TableSelection all() { return TableSelection(Kind::kAll, {}); }
  // Tables by name; one that is not there is left out of the answer.
  static TableSelection of(std::vector<TableId> ids) {
    return TableSelection(Kind::kListed, std::move(ids));
  }
  // The same, but all tables where most of a server's `total` are wanted: three statements are then less
  // than many with lists of names. The answer may have others, too.
  static TableSelection most_of(std::vector<TableId> ids, std::size_t total);
  // All tables of these databases.
  static TableSelection in_databases(const std::vector<std::string>& databases);

  // A condition on TABLE_SCHEMA and TABLE_NAME for each statement to run; none for an empty list.
  std::vector<std::string> conditions() const;

 private:
  enum class Kind : std::uint8_t { kAll, kListed, kDatabases };
  TableSelection(Kind kind, std::vector<TableId> ids) : kind_(kind), ids_(std::move(ids)) {}

  Kind kind_;
  std::vector<TableId> ids_;  // kDatabases: the table is empty
};

// Sorted by database and table. Names are spelled as the server stores them. version is 0.
// Errors: kRetryable also when DDL keeps changing the tables while they are read.
Result<std::vector<TableDef>> read_tables(Connection& connection, const TableSelection& selection);

// The names of all tables that store rows, those of `mysql` and `sys` included, sorted: one short statement.
Result<std::vector<TableId>> list_tables(Connection& connection);

// MariaDB's sequences are tables of a kind of their own.
Result<bool> is_sequence(Connection& connection, const TableId& id);

// Databases that are the server's own.
bool is_system_database(std::string_view name);

// One row of COLUMNS, as text; for tests.
struct ColumnRow {
  ResultSet::Cell name{};
  ResultSet::Cell data_type{};
  ResultSet::Cell column_type{};
  ResultSet::Cell nullable{};
  ResultSet::Cell default_text{};
  ResultSet::Cell characters{};
  ResultSet::Cell octets{};
  ResultSet::Cell precision{};
  ResultSet::Cell scale{};
  ResultSet::Cell fraction_digits{};
  ResultSet::Cell charset{};
  ResultSet::Cell collation{};
  ResultSet::Cell extra{};
  ResultSet::Cell comment{};
};
ColumnDef column_from(const ColumnRow& row, bool is_mariadb);

// One column of a unique index, of STATISTICS.
struct IndexPart {
  std::string index{};
  std::string column{};  // empty: an expression
  bool prefix = false;
  bool nullable = false;
};
// Sets key_columns, key_is_primary, key_has_prefix and nullable_key_columns from the table's unique indexes, each with its
// parts in key order, indexes in the order of SHOW CREATE TABLE. False: a part names a column that the
// table does not have.
bool choose_key(TableDef& table, const std::vector<IndexPart>& parts);
// More than one index could be the key, so their order matters.
bool key_needs_order(const std::vector<IndexPart>& parts);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Which tables a logged statement creates, alters or drops, one by one: what a record of it names.
// Unlike Statement, which would rather name too much, this reads only where the grammar has a table's
// name:
//   CREATE TABLE t .. | ALTER TABLE t .. [RENAME TO u] | DROP TABLE t, u .. | RENAME TABLE t TO u, ..
//   CREATE INDEX i ON t .. | DROP INDEX i ON t ..
//   CREATE | ALTER | DROP DATABASE d ..
// Temporary tables are nobody's but their session's and are left out; other statements define nothing
// here: TRUNCATE, IMPORT TABLE, views, routines, triggers, accounts, ..
// Source:  MySQL 9.7 sql_yacc.yy, MariaDB 11.8 sql_yacc.yy
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.h"

namespace tidemark {

enum class TableAction : std::uint8_t { kCreate, kAlter, kDrop };

struct DefinedTable {
  TableAction action;
  TableId id;  // after the statement
  std::optional<TableId> renamed_from;

  bool operator==(const DefinedTable&) const = default;
};

struct Definition {
  std::vector<DefinedTable> tables;  // as the statement names them
  std::optional<std::string> database;  // of a statement about a whole database; no tables then

  bool empty() const { return tables.empty() && !database; }
};

// Empty where the statement is none of those above. `backslash_escapes`: as of statement_tokens().
Definition definition_of(std::string_view sql, std::string_view default_database,
                         bool backslash_escapes = true);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// A table as Debezium's relational model holds it, which its DDL parser fills: in records of schema changes
// and in the schema history.
// Source:  Debezium 3.6: Table, Column, TableChanges; types in upper case, JDBC's type codes, defaults as text
// Value types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/definition.h"
#include "schema/table.h"

namespace tidemark {

struct ColumnModel {
  std::string name = {};
  int jdbc_type = 0;
  std::string type = {};  // "INT UNSIGNED"
  std::string charset = {};  // of character columns; empty: none
  std::optional<std::uint32_t> length = {};
  std::optional<std::uint32_t> scale = {};
  bool optional = true;
  bool automatic = false;  // AUTO_INCREMENT, or ON UPDATE CURRENT_TIMESTAMP
  std::string comment = {};
  std::optional<std::string> default_text = {};  // nothing: none, NULL, or an expression
  std::vector<std::string> members = {};  // of ENUM and SET, in their SQL quotes

  bool operator==(const ColumnModel&) const = default;
};

struct TableModel {
  TableId id = {};
  std::string charset = {};
  std::vector<std::string> key = {};  // column names
  std::vector<ColumnModel> columns = {};
  std::string comment = {};

  bool operator==(const TableModel&) const = default;
};

TableModel model_of(const TableDef& table);

// "db"."table", quotes within a name doubled; and back, nothing where it is not that.
std::string double_quoted(const TableId& id);
std::optional<TableId> parse_double_quoted(std::string_view text);

// CREATE, ALTER, DROP.
std::string_view to_string(TableAction action);

}  // namespace tidemark

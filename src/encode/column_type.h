// SPDX-License-Identifier: Apache-2.0
// A column's type as Debezium's relational model holds it, which the DDL parser fills: the type's name
// in upper case, and the numbers in its parentheses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/table.h"

namespace tidemark {

// "INT UNSIGNED", "DECIMAL", "ENUM".
std::string source_type_name(const ColumnDef& column);
// 20 of varchar(20), 5 of decimal(5,2), 6 of datetime(6); ENUM 1, SET 2n-1; nothing for text or int.
std::optional<std::uint32_t> source_length(const ColumnDef& column);
// 2 of decimal(5,2) and float(7,2).
std::optional<std::uint32_t> source_scale(const ColumnDef& column);
// The number that JDBC's java.sql.Types and the original's DDL parser give the type.
int jdbc_type(const ColumnDef& column);
// Has one of the types that masks apply to (JDBC CHAR, VARCHAR and their relatives)?
bool is_character(const ColumnDef& column);

}  // namespace tidemark

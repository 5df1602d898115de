// SPDX-License-Identifier: Apache-2.0
// What only SHOW CREATE TABLE tells. information_schema knows characters of at most three bytes and has
// '?' for others; SHOW CREATE TABLE prints a default that holds one as the hexadecimal of its bytes.
// Source:  MySQL 9.7, print_default_value in sql/sql_show.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

// The bytes of a column's default where the statement has it as 0x...; nothing when it has another form.
// Names must be in backticks (sql_quote_show_create=1, no ANSI_QUOTES).
std::optional<std::string> hex_default(std::string_view create_table, std::string_view column);

}  // namespace tidemark

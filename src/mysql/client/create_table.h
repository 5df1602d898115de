// SPDX-License-Identifier: Apache-2.0
// Defaults as SQL literals, and what only SHOW CREATE TABLE tells of them. information_schema knows characters
// of at most three bytes and has '?' for others, in MariaDB 10.11 for bytes that are no text, too; MySQL cuts
// a binary default at its first 0x00 there. SHOW CREATE TABLE prints such a default in full: MySQL as
// hexadecimal, or as MariaDB between quotes with its bytes as they are.
// Source:  MySQL 9.7, print_default_value in sql/sql_show.cc; what MariaDB 10.11 and 11.8 print
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

// The bytes that a literal stands for: 0x61, x'61' or '...' with \0 \n \r \\ and '' inside. Nothing when it
// is none of these.
std::optional<std::string> literal_bytes(std::string_view sql);

// A column's default as the statement spells it; nothing when it has none, or one that is no such literal.
// Points into the statement. Names must be in backticks (sql_quote_show_create=1, no ANSI_QUOTES).
std::optional<std::string_view> default_literal(std::string_view create_table,
                                                std::string_view column);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What SHOW GRANTS says about one table: global, database (LIKE patterns included), table and column
// grants, less the partial revokes. Grants of active roles are among the lines for CURRENT_USER().
// Source: MySQL 9.7 SHOW GRANTS; MariaDB 10.11 prints the same forms
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.h"

namespace tidemark {

// Privileges on the whole table, upper case ("INSERT"). `columns` are granted one by one: a privilege on
// each of them counts as well. ALL PRIVILEGES is expanded to what a table can have.
std::vector<std::string> privileges_on(const TableId& table, std::span<const std::string> columns,
                                       std::span<const std::string> grants);
bool has_privilege(std::span<const std::string> privileges, std::string_view name);

}  // namespace tidemark

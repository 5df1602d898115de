// SPDX-License-Identifier: Apache-2.0
#include "schema/capture.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/ascii.h"

namespace tidemark {
namespace {

Result<bool> admits(const std::optional<RegexList>& include,
                    const std::optional<RegexList>& exclude, std::string_view name) {
  if (include && !include->empty()) return include->matches(name);
  if (exclude && !exclude->empty()) return !TRY(exclude->matches(name));
  return true;
}

// Databases whose tables are views of the server's memory and dictionary.
bool stores_no_rows(std::string_view database) {
  const std::string name = lower(database);
  return name == "performance_schema" || name == "information_schema";
}

}  // namespace

bool is_builtin_database(std::string_view database) {
  const std::string name = lower(database);
  return name == "mysql" || name == "sys" || stores_no_rows(database);
}

bool CaptureFilter::leaves_out(std::string_view database) const {
  return rules_.ignore_builtin ? is_builtin_database(database) : stores_no_rows(database);
}

CaptureFilter::CaptureFilter(Rules rules) : rules_(std::move(rules)) {}

Result<bool> CaptureFilter::captures(const TableId& table) const {
  if (rules_.signal_table == table) return true;
  if (leaves_out(table.database)) return false;
  if (!TRY(admits(rules_.database_include, rules_.database_exclude, table.database))) return false;
  return admits(rules_.table_include, rules_.table_exclude, table.text());
}

Result<bool> CaptureFilter::captures_database(const std::string& database) const {
  if (leaves_out(database)) return false;
  return admits(rules_.database_include, rules_.database_exclude, database);
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "schema/capture.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tidemark {
namespace {

Result<bool> admits(const std::optional<RegexList>& include,
                    const std::optional<RegexList>& exclude, std::string_view name) {
  if (include && !include->empty()) return include->matches(name);
  if (exclude && !exclude->empty()) return !TRY(exclude->matches(name));
  return true;
}

}  // namespace

bool is_builtin_database(std::string_view database) {
  constexpr auto kBuiltin =
      std::to_array<std::string_view>({"mysql", "sys", "performance_schema", "information_schema"});
  std::string lower(database);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return std::find(kBuiltin.begin(), kBuiltin.end(), lower) != kBuiltin.end();
}

CaptureFilter::CaptureFilter(Rules rules) : rules_(std::move(rules)) {}

Result<bool> CaptureFilter::captures(const TableId& table) const {
  if (rules_.signal_table == table) return true;
  if (rules_.ignore_builtin && is_builtin_database(table.database)) return false;
  if (!TRY(admits(rules_.database_include, rules_.database_exclude, table.database))) return false;
  return admits(rules_.table_include, rules_.table_exclude, table.text());
}

Result<bool> CaptureFilter::captures_database(const std::string& database) const {
  if (rules_.signal_table && rules_.signal_table->database == database) return true;
  if (rules_.ignore_builtin && is_builtin_database(database)) return false;
  return admits(rules_.database_include, rules_.database_exclude, database);
}

}  // namespace tidemark

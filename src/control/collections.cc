// SPDX-License-Identifier: Apache-2.0
#include "control/collections.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/nearest.h"
#include "base/regex.h"

namespace tidemark {
namespace {

// Without the quotes that a literal name may have around its parts.
std::string unquoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '"' && c != '`') out += c;
  }
  return out;
}

Result<Regex> compile(const std::string& pattern, RegexCase letter_case) {
  return TRY_AT(Regex::compile(pattern, letter_case), fmt::format("expression \"{}\"", pattern));
}

// Indexes of the tables that the expression means, by name.
Result<std::vector<TableId>> matches(const std::string& pattern, std::span<const TableId> tables,
                                     RegexCase letter_case) {
  const Regex regex = TRY(compile(pattern, letter_case));
  const std::string literal = unquoted(pattern);
  std::vector<TableId> out;
  std::vector<TableId> named;
  for (const TableId& id : tables) {
    if (TRY(regex.full_match(id.text()))) out.push_back(id);
    if (id.text() == literal) named.push_back(id);
  }
  if (out.empty()) out = std::move(named);
  std::ranges::sort(out);
  return out;
}

Result<std::string> reason_for(const std::string& pattern, const KnownTables& known,
                               RegexCase letter_case) {
  const std::vector<TableId> outside = TRY(matches(pattern, known.not_captured, letter_case));
  if (!outside.empty()) {
    return fmt::format("matches {}, which the include and exclude lists leave out",
                       outside.front().text());
  }
  std::vector<std::string> names;
  for (const TableId& id : known.captured) names.push_back(id.text());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::optional<std::string_view> meant = nearest(unquoted(pattern), views);
  return meant ? fmt::format("matches no captured table; did you mean {}?", *meant)
               : std::string("matches no captured table");
}

// The first condition that matches each table; every condition must match one.
Status attach_conditions(std::span<const AdditionalCondition> conditions,
                         std::vector<SelectedTable>& tables) {
  for (const AdditionalCondition& condition : conditions) {
    const Regex regex = TRY(compile(condition.pattern, RegexCase::kInsensitive));
    const std::string literal = unquoted(condition.pattern);
    bool used = false;
    for (SelectedTable& table : tables) {
      const std::string name = table.id.text();
      if (!TRY(regex.full_match(name)) && name != literal) continue;
      used = true;
      if (table.condition.empty()) table.condition = condition.filter;
    }
    if (used) continue;
    return fail(ErrorKind::kRejected,
                fmt::format("additional condition for \"{}\" matches none of the tables of the "
                            "signal, they would be read unfiltered",
                            condition.pattern),
                "name a table of data-collections in its data-collection, or leave it out");
  }
  return {};
}

}  // namespace

Result<Resolution> resolve_collections(std::span<const std::string> patterns,
                                       std::span<const AdditionalCondition> conditions,
                                       const KnownTables& known, RegexCase letter_case) {
  Resolution out;
  std::set<TableId> seen;
  for (const std::string& pattern : patterns) {
    const std::vector<TableId> found = TRY(matches(pattern, known.captured, letter_case));
    if (found.empty())
      out.unmatched.push_back({pattern, TRY(reason_for(pattern, known, letter_case))});
    for (const TableId& id : found) {
      if (seen.insert(id).second) out.tables.push_back({.id = id, .condition = {}});
    }
  }
  // With no table at all the expressions are what is wrong, not the conditions.
  if (!out.tables.empty()) TRY(attach_conditions(conditions, out.tables));
  return out;
}

std::string text_of(std::span<const UnmatchedPattern> unmatched) {
  std::string out;
  for (const UnmatchedPattern& pattern : unmatched) {
    if (!out.empty()) out += "; ";
    out += fmt::format("\"{}\" {}", pattern.pattern, pattern.reason);
  }
  return out;
}

}  // namespace tidemark

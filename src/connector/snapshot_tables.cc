// SPDX-License-Identifier: Apache-2.0
#include "connector/snapshot_tables.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tidemark {

namespace {

// The number of the first entry of table.include.list that names the table.
Result<std::size_t> rank_of(const TableDef& table, const RegexList& include) {
  const std::string name = table.id.text();
  std::size_t rank = 0;
  for (const Regex& item : include.items()) {
    if (TRY(item.full_match(name))) break;
    ++rank;
  }
  return rank;
}

Status order_by_list(std::vector<TablePtr>& tables, const RegexList& include) {
  std::vector<std::pair<std::size_t, TablePtr>> ranked;
  for (TablePtr& table : tables) ranked.emplace_back(TRY(rank_of(*table, include)), table);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < tables.size(); ++i) tables[i] = std::move(ranked[i].second);
  return {};
}

void order_by_rows(std::vector<TablePtr>& tables, bool up) {
  std::stable_sort(tables.begin(), tables.end(), [&](const TablePtr& a, const TablePtr& b) {
    return up ? a->rows_estimated < b->rows_estimated : b->rows_estimated < a->rows_estimated;
  });
}

}  // namespace

Result<std::vector<TablePtr>> tables_to_read(Tables& tables, const Settings& settings) {
  const auto& wanted = settings.snapshot.include_collections;
  std::vector<TablePtr> out;
  for (const TablePtr& table : tables.all()) {
    if (tables.find(table->id)->is_signal_table) continue;
    if (!wanted || TRY(wanted->matches(table->id.text()))) out.push_back(table);
  }
  if (settings.snapshot.order != RowCountOrder::kDisabled) {
    order_by_rows(out, settings.snapshot.order == RowCountOrder::kAscending);
  } else if (settings.capture.table_include) {
    TRY(order_by_list(out, *settings.capture.table_include));
  }
  return out;
}

ScanTable scan_of(const TablePtr& table, const SnapshotSettings& settings) {
  ScanTable out{.def = table, .statement = {}, .ranges = 1, .signal_id = {}};
  const std::string name = table->id.text();
  if (const auto found = settings.overrides.find(name); found != settings.overrides.end())
    out.statement = found->second;
  if (settings.one_thread_per_table) return out;
  const auto found = settings.range_multipliers.find(name);
  const std::uint32_t multiplier =
      found == settings.range_multipliers.end() ? settings.range_multiplier : found->second;
  out.ranges = settings.threads * multiplier;
  return out;
}

}  // namespace tidemark

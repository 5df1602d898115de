// SPDX-License-Identifier: Apache-2.0
#include "connector/snapshot_tables.h"

#include <algorithm>

namespace tidemark {

std::vector<TablePtr> tables_to_read(Tables& tables, const Settings& settings) {
  std::vector<TablePtr> out = tables.all();
  std::erase_if(out,
                [&](const TablePtr& table) { return tables.find(table->id)->is_signal_table; });
  if (const auto& wanted = settings.snapshot.include_collections) {
    std::erase_if(out, [&](const TablePtr& table) {
      return !wanted->matches(table->id.text()).value_or(false);
    });
  }
  if (settings.snapshot.order != RowCountOrder::kDisabled) {
    const bool up = settings.snapshot.order == RowCountOrder::kAscending;
    std::stable_sort(out.begin(), out.end(), [&](const TablePtr& a, const TablePtr& b) {
      return up ? a->rows_estimated < b->rows_estimated : b->rows_estimated < a->rows_estimated;
    });
    return out;
  }
  const auto& include = settings.capture.table_include;
  if (!include) return out;
  const auto rank = [&](const TablePtr& table) {
    const std::string name = table->id.text();
    const auto& items = include->items();
    const auto found = std::find_if(items.begin(), items.end(), [&](const Regex& item) {
      return item.full_match(name).value_or(false);
    });
    return found - items.begin();
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const TablePtr& a, const TablePtr& b) { return rank(a) < rank(b); });
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

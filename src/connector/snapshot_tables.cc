// SPDX-License-Identifier: Apache-2.0
#include "connector/snapshot_tables.h"

#include <algorithm>

namespace tidemark {

std::vector<TablePtr> tables_to_read(Tables& tables, const Settings& settings) {
  std::vector<TablePtr> out = tables.all();
  std::erase_if(out,
                [&](const TablePtr& table) { return tables.find(table->id)->is_signal_table; });
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

}  // namespace tidemark

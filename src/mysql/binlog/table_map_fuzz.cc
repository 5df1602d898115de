// SPDX-License-Identifier: Apache-2.0
// The body of a TABLE_MAP, and a plan for its rows.
// Input: u8 flags (1: MariaDB), body
#include "mysql/binlog/table_map.h"

#include "base/assert.h"
#include "mysql/binlog/row_plan.h"

using namespace tidemark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  FormatDescription format;
  format.server_version = (data[0] & 1) != 0 ? "10.11.6-MariaDB" : "9.7.4";
  format.post_header_sizes.fill(8);
  Event event;
  event.header.type = EventType::kTableMap;
  event.body = Bytes(data + 1, size - 1);
  const Result<TableMap> map = parse_table_map(event, format);
  if (!map) return 0;
  for (const std::uint32_t column : map->key_columns) ASSERT(column < map->columns.size());
  const Result<RowPlan> plan = RowPlan::compile(*map);
  if (plan) ASSERT(plan->steps().size() == map->columns.size());
  return 0;
}

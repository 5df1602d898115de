// SPDX-License-Identifier: Apache-2.0
// The rows of any rows event under any table map: whatever is accepted ends with its event, and is printed.
// Input: u8 type, u16 size of the map's body, body of the TABLE_MAP, body of the rows event
#include "mysql/binlog/rows.h"

#include "base/assert.h"
#include "mysql/binlog/printer.h"
#include "mysql/binlog/table_map.h"

using namespace tidemark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(Bytes(data, size));
  Event rows;
  rows.header.type = static_cast<EventType>(reader.u8());
  Event map;
  map.header.type = EventType::kTableMap;
  map.body = reader.bytes(reader.u16());
  rows.body = reader.rest();
  if (reader.failed() || !is_rows(rows.header.type)) return 0;
  FormatDescription format;
  format.server_version = "9.7.4";
  format.post_header_sizes.fill(8);

  const Result<TableMap> table = parse_table_map(map, format);
  if (!table) return 0;
  const Result<RowPlan> plan = RowPlan::compile(*table);
  if (!plan) return 0;
  RowScratch scratch;
  std::size_t count = 0;
  if (Result<RowsReader> open = RowsReader::open(rows, format, *plan, scratch)) {
    RowView before;
    RowView after;
    const std::size_t bytes = open->header().rows.size();
    while (open->next(&before, &after).value_or(false)) {
      ++count;
      ASSERT(before.empty() || before.size() == plan->steps().size());
      ASSERT(after.empty() || after.size() == plan->steps().size());
      ASSERT(count <= bytes, "a row takes a byte at least");
    }
  }
  PrintState state;
  std::string out;
  (void)print_event(map, format, state, out);
  (void)print_event(rows, format, state, out);
  return 0;
}

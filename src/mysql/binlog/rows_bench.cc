// SPDX-License-Identifier: Apache-2.0
// Rows a second of one core: events of 100 rows of 10 columns, decoded with nothing done to the values.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mysql/binlog/row_plan.h"
#include "mysql/binlog/rows.h"

namespace tidemark {
namespace {

constexpr int kRowsPerEvent = 100;

// id bigint, four ints, varchar, datetime(6), timestamp, decimal(10,2), tinyint; as an ORM makes them.
TableMap make_map() {
  TableMap map;
  map.table_id = 7;
  map.database = "shop";
  map.table = "orders";
  const auto add = [&](WireType type, std::uint32_t size = 0) -> MapColumn& {
    MapColumn& column = map.columns.emplace_back();
    column.type = type;
    column.size = size;
    return column;
  };
  add(WireType::kLongLong);
  for (int i = 0; i < 4; ++i) add(WireType::kLong);
  add(WireType::kVarchar, 400);
  add(WireType::kDatetime2).fraction_digits = 6;
  add(WireType::kTimestamp2);
  MapColumn& decimal = add(WireType::kNewDecimal);
  decimal.precision = 10;
  decimal.scale = 2;
  add(WireType::kTiny);
  return map;
}

std::string make_body() {
  std::string body;
  append_le(body, std::uint32_t{7});
  append_le(body, std::uint16_t{0});
  append_le(body, std::uint16_t{1});
  append_le(body, std::uint16_t{2});  // extra data
  body += '\x0A';
  body += "\xFF\x03";
  for (int row = 0; row < kRowsPerEvent; ++row) {
    body += std::string("\0\0", 2);
    append_le(body, std::int64_t{row});
    for (int i = 0; i < 4; ++i) append_le(body, std::int32_t{row * i});
    body += std::string("\x14\x00", 2) + "twenty bytes of text";
    body += std::string("\x99\xB2\x7A\x01\x02\x00\x00\x01", 8);
    body += std::string("\x66\x00\x00\x01", 4);
    body += std::string("\x80\x00\x04\xD2\x22", 5);
    body += '\x01';
  }
  return body;
}

void decode_rows(benchmark::State& state) {
  const RowPlan plan = RowPlan::compile(make_map()).value();
  const std::string body = make_body();
  const Event event{{.type = EventType::kWriteRows}, as_bytes(body)};
  const FormatDescription format;
  RowScratch scratch;
  for (auto _ : state) {
    Result<RowsReader> reader = RowsReader::open(event, format, plan, scratch);
    RowView before;
    RowView after;
    int rows = 0;
    for (; reader->next(&before, &after).value_or(false); ++rows)
      benchmark::DoNotOptimize(after.data());
    if (rows != kRowsPerEvent) state.SkipWithError("rows were refused");
  }
  state.SetItemsProcessed(state.iterations() * kRowsPerEvent);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(decode_rows);

}  // namespace
}  // namespace tidemark

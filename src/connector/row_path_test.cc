// SPDX-License-Identifier: Apache-2.0
// What a row costs on its whole way from a binlog event to a line of the sink.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "connector/tables.h"
#include "encode/table_encoder.h"
#include "mysql/binlog/golden_fixture.h"
#include "mysql/binlog/rows.h"
#include "sink/json_lines.h"

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Every allocation of this program is counted.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tidemark {
namespace {

Op op_of(EventType type) {
  return type == EventType::kWriteRows    ? Op::kCreate
         : type == EventType::kDeleteRows ? Op::kDelete
                                          : Op::kUpdate;
}

// The rows of a recorded case, sent down the path again and again.
class RowPath {
 public:
  explicit RowPath(const std::string& name)
      : recorded_(golden::read_case("testdata/events/" + name + ".txt")) {
    for (const golden::Item& item : recorded_.items) {
      if (item.kind == golden::Item::Kind::kTable && tables_.all().empty()) {
        EXPECT_TRUE(tables_.put(*item.table, true));
      }
      if (item.kind != golden::Item::Kind::kEvent) continue;
      const Event event = parser_.parse(item.raw()).value();
      if (event.header.type == EventType::kTableMap) maps_.push_back(event);
      if (is_rows(event.header.type)) rows_.push_back(event);
    }
    for (const Event& map : maps_) EXPECT_NE(tables_.bind(map, parser_.format(), &why_), nullptr);
  }

  // Decodes, encodes and frames every row `times` times; how many there were.
  std::size_t run(std::size_t times) {
    std::size_t rows = 0;
    lines_.clear();
    batch_.clear();
    for (std::size_t i = 0; i < times; ++i) {
      for (const Event& event : rows_) rows += encode(event);
    }
    for (const Record& record : batch_.records()) lines_.append(batch_, record);
    return rows;
  }
  std::size_t bytes() const { return lines_.size(); }

 private:
  std::size_t encode(const Event& event) {
    const RowsTarget target = peek_table_id(event, parser_.format()).value();
    const TableBinding& binding = *tables_.binding(target.table_id);
    const TableEncoder& encoder = *binding.captured->encoder;
    end_.source = {.ts_us = 1, .gtid = "g", .file = "binlog.000001", .pos = 4};
    end_.op = op_of(event.header.type);
    encoder.begin_event(end_);
    auto reader = RowsReader::open(event, parser_.format(), *binding.plan, scratch_);
    std::uint32_t row = 0;
    RowView before;
    RowView after;
    while (reader->next(&before, &after).value()) {
      encoder.encode(before, after, row++, end_, batch_);
    }
    return row;
  }

  golden::Case recorded_;
  TopicRegistry topics_;
  Tables tables_{CaptureFilter({}),
                 EncoderContext{.settings = {.schemas_enable_key = false,
                                             .schemas_enable_value = false,
                                             .schemas_enable_headers = false},
                                .topic_prefix = "tm",
                                .connector_version = "0",
                                .run_id = "run",
                                .topics = &topics_},
                 {}};
  EventParser parser_{true};
  std::vector<Event> maps_;  // views of `recorded_`
  std::vector<Event> rows_;
  std::string why_;
  RowScratch scratch_;
  EventEnd end_;
  RecordBatch batch_;
  JsonLines lines_;
};

TEST(RowPath, AllocatesNothingInSteadyState) {
  constexpr std::size_t kTimes = 5;  // what they make stays below what the sink keeps
  for (const char* const name :
       {"integers", "floats", "decimals", "temporal", "datetimes", "timestamps", "strings",
        "latin1", "binary", "bits", "enums", "json", "keys"}) {
    RowPath path(name);
    // Twice: what the first pass took in pieces, the second has in one.
    const std::size_t rows = path.run(kTimes);
    ASSERT_GE(rows, kTimes) << name;
    path.run(kTimes);
    const std::size_t before = allocations;
    path.run(kTimes);
    EXPECT_EQ(allocations - before, 0U)
        << name << ", " << rows << " rows, " << path.bytes() << " bytes";
    EXPECT_GT(path.bytes(), 100 * rows) << name;
  }
}

}  // namespace
}  // namespace tidemark

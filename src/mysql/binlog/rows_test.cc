// SPDX-License-Identifier: Apache-2.0
// What table maps and plans refuse, and what a row costs. What rows read as: golden_test.cc.
#include "mysql/binlog/rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <new>

#include "mysql/binlog/golden_fixture.h"

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

// The first table map of a recorded case with the structure it was recorded with, and its rows events.
struct Loaded {
  golden::Case scenario;
  EventParser parser{true};
  TablePtr table;
  TableMap map;
  std::vector<Event> rows;
};

std::unique_ptr<Loaded> load(const std::string& name) {
  auto out = std::make_unique<Loaded>();
  out->scenario = golden::read_case("testdata/events/" + name + ".txt");
  for (const golden::Item& item : out->scenario.items) {
    if (item.kind == golden::Item::Kind::kTable && !out->table) out->table = item.table;
    if (item.kind != golden::Item::Kind::kEvent) continue;
    const Event event = out->parser.parse(item.raw()).value();
    if (event.header.type == EventType::kTableMap && out->map.columns.empty()) {
      out->map = parse_table_map(event, out->parser.format()).value();
    }
    if (is_rows(event.header.type)) out->rows.push_back(event);
  }
  return out;
}

// What check_against says after the known structure was changed.
std::string complaint(const Loaded& loaded, const std::function<void(TableDef&)>& change) {
  TableDef table = *loaded.table;
  change(table);
  const Status status = check_against(loaded.map, table);
  return status ? "" : status.error().message();
}

TEST(TableMap, DisagreementNamesTheColumnAndBothTypes) {
  const auto latin1 = load("latin1");
  const auto strings = load("strings");
  const auto integers = load("integers");
  const auto decimals = load("decimals");
  const auto datetimes = load("datetimes");
  const auto keys = load("keys");
  EXPECT_EQ(complaint(*integers, [](TableDef& t) { t.columns.pop_back(); }),
            "golden.t has 13 columns in the binlog, but 12 in the known structure");
  EXPECT_EQ(complaint(*integers,
                      [](TableDef& t) {
                        t.columns[1].data_type = "int";
                        t.columns[1].column_type = "int";
                      }),
            "column s0 of golden.t is TINYINT in the binlog, but int in the known structure");
  EXPECT_EQ(
      complaint(*integers, [](TableDef& t) { t.columns[2].is_unsigned = false; }),
      "column u0 of golden.t is TINYINT unsigned in the binlog, but tinyint unsigned in the known "
      "structure");
  EXPECT_EQ(complaint(*integers, [](TableDef& t) { t.columns[1].nullable = false; }),
            "column s0 of golden.t is nullable in the binlog, but tinyint in the known structure");
  EXPECT_EQ(
      complaint(*integers, [](TableDef& t) { t.columns[1].name = "renamed"; }),
      "column renamed of golden.t is named s0 in the binlog, but named so in the known structure");
  EXPECT_EQ(complaint(*decimals, [](TableDef& t) { t.columns[4].scale = 3; }),
            "column d of golden.t is DECIMAL(10,2) in the binlog, but decimal(10,2) in the known "
            "structure");
  EXPECT_EQ(
      complaint(*datetimes, [](TableDef& t) { t.columns[4].fraction_digits = 4; }),
      "column f3 of golden.t is DATETIME(3) in the binlog, but datetime(3) in the known structure");
  EXPECT_EQ(complaint(*strings, [](TableDef& t) { t.columns[3].octets = 44; }),
            "column c10 of golden.t is CHAR of size 40 in the binlog, but char(10) in the known "
            "structure");
  EXPECT_EQ(
      complaint(*latin1, [](TableDef& t) { t.columns[1].charset = Charset::kUtf8; }),
      "column c of golden.t is CHAR in latin1 (collation 8) in the binlog, but char(255) in latin1 "
      "in the known structure");
  EXPECT_NE(complaint(*latin1, [](TableDef& t) { t.columns[5].members[0] = "x"; }), "");
  EXPECT_EQ(complaint(*latin1, [](TableDef&) {}), "");
  EXPECT_EQ(complaint(*keys, [](TableDef& t) { t.key_columns = {0, 2}; }),
            "the primary key of golden.t in the binlog has other columns than the known one");
  EXPECT_NE(complaint(*keys,
                      [](TableDef& t) {
                        t.key_columns.clear();
                        t.key_is_primary = false;
                      }),
            "");
}

TEST(TableMap, OptionalMetadataOfBothLevels) {
  const auto full = load("keys");
  EXPECT_TRUE(full->map.has_names);
  EXPECT_EQ(full->map.key_columns, (std::vector<std::uint32_t>{2, 0}));
  EXPECT_TRUE(full->map.key_has_prefix);
  const auto minimal = load("minimal_metadata");
  EXPECT_FALSE(minimal->map.has_names);
  EXPECT_TRUE(minimal->map.has_signedness);
  EXPECT_TRUE(minimal->map.has_charsets);
  EXPECT_EQ(minimal->map.column_text(0), "@1");
  const auto generated = load("generated");
  ASSERT_TRUE(generated->map.has_visibility);
  EXPECT_FALSE(generated->map.columns[4].visible);
  EXPECT_TRUE(generated->map.columns[0].visible);
}

TEST(RowPlan, UnsupportedColumnIsNamedUnlessItIsNotCaptured) {
  const auto loaded = load("rare_types");
  TableDef unknown = *loaded->table;
  unknown.columns[1].kind = ColumnKind::kUnsupported;
  const auto table = std::make_shared<const TableDef>(std::move(unknown));
  const Result<RowPlan> all = RowPlan::compile(loaded->map, table);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(all.error().message(), "column p of golden.t has type point, which is not decoded yet");
  EXPECT_NE(all.error().remedy().find("golden.t.p"), std::string::npos);
  const std::vector<std::uint8_t> captured{1, 0, 0, 0, 1, 0, 1, 1};
  EXPECT_TRUE(RowPlan::compile(loaded->map, table, captured));
}

TEST(RowsReader, AMemberThatMayBeMisspeltStopsTheStream) {
  const auto loaded = load("minimal_metadata");
  const auto failure = [&](std::string_view charset) {
    TableDef table = *loaded->table;
    for (ColumnDef& column : table.columns) {
      column.charset_name = charset;
      for (std::string& member : column.members) member += '?';
    }
    const RowPlan plan =
        RowPlan::compile(loaded->map, std::make_shared<const TableDef>(std::move(table))).value();
    RowScratch scratch;
    RowView before;
    RowView after;
    RowsReader reader =
        RowsReader::open(loaded->rows[0], loaded->parser.format(), plan, scratch).value();
    for (;;) {
      const Result<bool> more = reader.next(&before, &after);
      if (!more) return more.error().kind();
      if (!*more) return ErrorKind::kCancelled;
    }
  };
  EXPECT_EQ(failure("utf8mb4"), ErrorKind::kUnsupported);
  EXPECT_EQ(failure("latin1"), ErrorKind::kCancelled) << "cannot hold what is shown as '?'";
}

TEST(RowsReader, RefusesAPlanOfAnotherWidth) {
  const auto keys = load("keys");
  const auto integers = load("integers");
  const RowPlan plan = RowPlan::compile(keys->map, keys->table).value();
  RowScratch scratch;
  const auto reader = RowsReader::open(integers->rows[0], integers->parser.format(), plan, scratch);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind(), ErrorKind::kUnsupported);
}

TEST(RowsReader, PartialImagesAreKnown) {
  const auto loaded = load("minimal_image");
  const RowPlan plan = RowPlan::compile(loaded->map, loaded->table).value();
  RowScratch scratch;
  const auto reader = RowsReader::open(loaded->rows[0], loaded->parser.format(), plan, scratch);
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->full_images());
  EXPECT_TRUE(reader->after_carries(0));
  EXPECT_FALSE(reader->after_carries(1));
}

TEST(RowsReader, RepeatsWhatAnUpdateDidNotChange) {
  const auto loaded = load("minimal_image");
  const RowPlan plan = RowPlan::compile(loaded->map, loaded->table).value();
  RowScratch scratch;
  const auto update = std::find_if(
      loaded->rows.begin(), loaded->rows.end(),
      [](const Event& event) { return rows_form(event.header.type).op == RowsOp::kUpdate; });
  ASSERT_NE(update, loaded->rows.end());
  auto reader = RowsReader::open(*update, loaded->parser.format(), plan, scratch);
  ASSERT_TRUE(reader);
  reader->repeat_unchanged();
  RowView before;
  RowView after;
  for (const std::int64_t key : {1, 3}) {
    ASSERT_TRUE(reader->next(&before, &after).value());
    EXPECT_EQ(after[0].i64, key);
    EXPECT_EQ(after[2].text(), "changed");
    EXPECT_TRUE(after[1].absent()) << "in neither image";
  }
}

// Reads all rows of all events of a case; the number of images.
std::size_t read_all(const Loaded& loaded, const RowPlan& plan, RowScratch& scratch) {
  std::size_t images = 0;
  for (const Event& event : loaded.rows) {
    Result<RowsReader> reader = RowsReader::open(event, loaded.parser.format(), plan, scratch);
    if (!reader) return 0;
    RowView before;
    RowView after;
    while (reader->next(&before, &after).value_or(false))
      images += !before.empty() + !after.empty();
  }
  return images;
}

TEST(RowsReader, AllocatesNothingInSteadyState) {
  for (const char* const name :
       {"integers", "floats", "decimals", "temporal", "datetimes", "timestamps", "strings",
        "latin1", "binary", "bits", "enums", "json", "minimal_image"}) {
    const auto loaded = load(name);
    const RowPlan plan = RowPlan::compile(loaded->map, loaded->table).value();
    RowScratch scratch;
    // Twice: what the first pass took in pieces, the second has in one.
    ASSERT_GT(read_all(*loaded, plan, scratch), 0U) << name;
    ASSERT_GT(read_all(*loaded, plan, scratch), 0U) << name;
    const std::size_t before = allocations;
    read_all(*loaded, plan, scratch);
    EXPECT_EQ(allocations - before, 0U) << name;
  }
}

}  // namespace
}  // namespace tidemark

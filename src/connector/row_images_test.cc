// SPDX-License-Identifier: Apache-2.0
#include "connector/row_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "mysql/binlog/golden_fixture.h"
#include "mysql/binlog/row_plan.h"

namespace tidemark {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The last rows event of a recorded case: how its table is changed first, and which columns are captured.
struct Looked {
  std::string error{};
  std::string remedy{};
  ImageGaps gaps{};
};
Looked look(const std::string& name, EventType type, bool on_mariadb,
            const std::function<void(TableDef&)>& change,
            const std::vector<std::uint8_t>& captured = {}) {
  const golden::Case scenario = golden::read_case("testdata/events/" + name + ".txt");
  EventParser parser(true);
  TableMap map;
  TablePtr table;
  Looked out{.error = "no such event"};
  for (const golden::Item& item : scenario.items) {
    if (item.kind == golden::Item::Kind::kTable && !table) {
      TableDef changed = *item.table;
      change(changed);
      table = std::make_shared<const TableDef>(std::move(changed));
    }
    if (item.kind != golden::Item::Kind::kEvent) continue;
    const Event event = parser.parse(item.raw()).value();
    if (event.header.type == EventType::kTableMap)
      map = parse_table_map(event, parser.format()).value();
    if (event.header.type != type) continue;
    const RowPlan plan = RowPlan::compile(map, table, captured).value();
    RowScratch scratch;
    const auto reader = RowsReader::open(event, parser.format(), plan, scratch);
    const auto gaps = check_images(*reader, plan, *table, on_mariadb);
    out = gaps ? Looked{.gaps = *gaps}
               : Looked{.error = gaps.error().message(), .remedy = gaps.error().remedy()};
  }
  return out;
}

// The columns of the case are id, a, b, c, d, e. Its update lacks a to e before, id, a, c and d after.
std::function<void(TableDef&)> generated(std::initializer_list<std::size_t> columns) {
  return [=](TableDef& table) {
    for (const std::size_t column : columns) table.columns[column].generated = true;
  };
}

TEST(RowImages, AMissingColumnIsNeverNull) {
  const Looked got = look("minimal_image", EventType::kUpdateRows, false, generated({}));
  EXPECT_THAT(got.error, AllOf(HasSubstr("golden.t lacks column id"), HasSubstr("MINIMAL")));
  EXPECT_THAT(got.remedy, HasSubstr("binlog_row_image='FULL'"));
}

TEST(RowImages, GeneratedColumnsThatAServerLeavesOutAreToBeExcluded) {
  const Looked got =
      look("minimal_image", EventType::kUpdateRows, true, generated({0, 1, 2, 3, 4, 5}));
  EXPECT_THAT(got.error, AllOf(HasSubstr("golden.t lacks column a"), HasSubstr("generated columns"),
                               Not(HasSubstr("MINIMAL"))));
  EXPECT_THAT(got.remedy, HasSubstr("golden.t.a to column.exclude.list"));
}

TEST(RowImages, OthersAreToldBeforeGeneratedColumns) {
  EXPECT_THAT(look("minimal_image", EventType::kUpdateRows, true, generated({0, 1, 2, 3, 4})).error,
              AllOf(HasSubstr("lacks column e"), HasSubstr("MINIMAL")));
}

TEST(RowImages, OnMySqlAGeneratedTextHasAPlaceholderLikeOthers) {
  const std::vector<std::uint8_t> captured{0, 0, 0, 1, 1, 0};
  const Looked mysql =
      look("minimal_image", EventType::kUpdateRows, false, generated({3}), captured);
  EXPECT_EQ(mysql.error, "");
  EXPECT_TRUE(mysql.gaps.any && mysql.gaps.after);
  EXPECT_THAT(look("minimal_image", EventType::kUpdateRows, true, generated({3}), captured).error,
              HasSubstr("lacks column c"))
      << "MariaDB leaves it out where it changed, too";
}

// The key is in the before image alone: FULL_NODUP leaves out more, in the same way.
TEST(RowImages, OnMariaDbWhatOnlyTheAfterImageLacksDidNotChange) {
  const std::vector<std::uint8_t> captured{1, 0, 0, 0, 0, 0};
  const Looked got = look("minimal_image", EventType::kUpdateRows, true, generated({}), captured);
  EXPECT_EQ(got.error, "");
  EXPECT_TRUE(got.gaps.unchanged);
  EXPECT_FALSE(got.gaps.any);
}

TEST(RowImages, ColumnsThatAreNotCapturedMayBeMissing) {
  const std::vector<std::uint8_t> captured{0, 0, 0, 0, 0, 0};
  const Looked got = look("minimal_image", EventType::kUpdateRows, true, generated({1}), captured);
  EXPECT_EQ(got.error, "");
  EXPECT_FALSE(got.gaps.any);
}

}  // namespace
}  // namespace tidemark

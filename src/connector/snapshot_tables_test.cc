// SPDX-License-Identifier: Apache-2.0
#include "connector/snapshot_tables.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

class SnapshotTables : public testing::Test {
 protected:
  SnapshotTables() {
    for (const auto& [name, rows] : {std::pair{"big", 900U}, {"none", 0U}, {"small", 5U}}) {
      put(name, rows);
    }
    put("signals", 7);
  }

  static RegexList list(std::string_view text) {
    return *RegexList::compile(text, RegexCase::kInsensitive);
  }
  // The names that are read, in their order.
  std::vector<std::string> read() {
    std::vector<std::string> out;
    const auto tables = tables_to_read(tables_, settings_);
    EXPECT_TRUE(tables) << tables.error().text();
    if (!tables) return out;
    for (const TablePtr& table : *tables) out.push_back(table->id.table);
    return out;
  }
  using Names = std::vector<std::string>;

  TopicRegistry topics_;
  Tables tables_{CaptureFilter({}),
                 EncoderContext{.settings = {},
                                .topic_prefix = "tm",
                                .connector_version = "0",
                                .run_id = "run",
                                .topics = &topics_},
                 TableId{"shop", "signals"}};
  Settings settings_;

  void put(const std::string& name, std::uint64_t rows) {
    TableDef def;
    def.id = {"shop", name};
    def.rows_estimated = rows;
    ColumnDef& id = def.columns.emplace_back();
    id.name = "id";
    id.data_type = id.column_type = "int";
    id.kind = ColumnKind::kInt;
    EXPECT_TRUE(tables_.put(std::move(def), true));
  }
};

TEST_F(SnapshotTables, AreReadByNameWithoutTheSignalTable) {
  EXPECT_EQ(read(), (Names{"big", "none", "small"}));
}

TEST_F(SnapshotTables, AreOnlyThoseOfTheSnapshotsList) {
  settings_.snapshot.include_collections = list("shop\\.(small|big)");
  EXPECT_EQ(read(), (Names{"big", "small"}));
}

TEST_F(SnapshotTables, FollowTheEntriesOfTheIncludeList) {
  settings_.capture.table_include = list("shop\\.small,shop\\..*");
  EXPECT_EQ(read(), (Names{"small", "big", "none"}));
}

TEST_F(SnapshotTables, FollowTheEstimateOfRows) {
  settings_.capture.table_include = list("shop\\.small,shop\\..*");
  settings_.snapshot.order = RowCountOrder::kAscending;
  EXPECT_EQ(read(), (Names{"none", "small", "big"}));
  settings_.snapshot.order = RowCountOrder::kDescending;
  EXPECT_EQ(read(), (Names{"big", "small", "none"}));
}

TEST_F(SnapshotTables, AreNotLeftOutWhereAnExpressionCannotBeMatched) {
  // Backtracks beyond what PCRE2 allows on a name that almost matches.
  settings_.snapshot.include_collections = list("shop\\.(a|aa)+(a|aa)+(a|aa)+[bc]");
  put(std::string(60, 'a'), 1);
  const auto tables = tables_to_read(tables_, settings_);
  ASSERT_FALSE(tables);
  EXPECT_EQ(tables.error().kind(), ErrorKind::kRejected) << tables.error().text();
}

TEST_F(SnapshotTables, AreDividedByThreadsAndTheirMultiplier) {
  const TablePtr table = tables_.find({"shop", "big"})->def;
  settings_.snapshot.threads = 3;
  settings_.snapshot.range_multiplier = 2;
  EXPECT_EQ(scan_of(table, settings_.snapshot).ranges, 6U);
  settings_.snapshot.range_multipliers["shop.big"] = 5;
  EXPECT_EQ(scan_of(table, settings_.snapshot).ranges, 15U);
  settings_.snapshot.one_thread_per_table = true;
  EXPECT_EQ(scan_of(table, settings_.snapshot).ranges, 1U);
  settings_.snapshot.overrides["shop.big"] = "SELECT 1";
  EXPECT_EQ(scan_of(table, settings_.snapshot).statement, "SELECT 1");
}

}  // namespace
}  // namespace tidemark

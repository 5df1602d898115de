// SPDX-License-Identifier: Apache-2.0
#include "connector/scan_checkpoints.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "change/value.h"
#include "connector/first_load.h"
#include "snapshot/row_identity.h"
#include "store/file_offset_store.h"
#include "testing/manual_clock.h"
#include "testing/memory_delivery.h"

namespace tidemark {
namespace {

enum class Key : std::uint8_t { kPrimary, kUnique, kNone };

TablePtr table(const std::string& name, Key key) {
  auto out = std::make_shared<TableDef>();
  out->id = {"shop", name};
  out->version = 1;
  ColumnDef column;
  column.name = "id";
  column.data_type = "bigint";
  column.kind = ColumnKind::kInt;
  out->columns.push_back(column);
  if (key != Key::kNone) out->key_columns = {0};
  out->key_is_primary = key == Key::kPrimary;
  return out;
}

KeyTuple at(std::int64_t value) {
  return {{.kind = KeyCell::Kind::kInt, .i64 = value, .u64 = 0, .text = {}}};
}

class ScanCheckpointsTest : public testing::Test {
 protected:
  ScanCheckpointsTest() {
    Checkpoint base;
    base.offset.position = {"binlog.000007", 1234};
    base.urgent = true;  // each is stored at once
    base_ = base;
    checkpoints_.emplace(ScanCheckpoints::Options{.base = base}, source_, clock_);
  }

  void mark(std::size_t table, std::size_t range, std::uint64_t rows, std::int64_t last_key,
            bool last = false) {
    Value value;
    value.i64 = last_key;
    std::string identity;
    if (const ChunkKey* const key = checkpoints_->order(table); key != nullptr)
      append_identity(identity, key->identity, RowView(&value, 1));
    marks_.push_back(
        {.table = table, .range = range, .rows = rows, .identity = identity, .last = last});
  }
  // What is stored once a batch with the marked records is out, by table; nothing without a checkpoint.
  std::map<std::string, TableSnapshotState> left() {
    EXPECT_TRUE(checkpoints_->send(worker_, marks_));
    EXPECT_TRUE(marks_.empty());
    EXPECT_TRUE((*delivery_).wait_committed());
    std::map<std::string, TableSnapshotState> out;
    const auto state = read_offset_file(delivery_.path());
    if (!state || !*state) return out;
    EXPECT_EQ((*state)->offset.position.pos, 1234U);
    for (const TableSnapshotState& table : (*state)->incremental.tables) {
      EXPECT_TRUE(is_first_load(table.signal_id));
      out[table.table] = table;
    }
    return out;
  }
  bool stored() const {
    const auto state = read_offset_file(delivery_.path());
    return state && *state;
  }

  void fill(Output& output) {
    output.batch().buffer().append("1");
    output.batch().records().push_back({.topic = &topic_, .value_size = 1});
  }

  const Topic topic_{"t"};
  // Records without a checkpoint would be stored at once.
  MemoryDelivery delivery_{"scan_checkpoints", std::chrono::hours(1), std::chrono::milliseconds(0)};
  Checkpoint base_;
  ManualClock clock_;
  Output source_{*delivery_};
  Output worker_{*delivery_};
  std::optional<ScanCheckpoints> checkpoints_;
  std::vector<ScanMark> marks_;
};

TEST_F(ScanCheckpointsTest, NamesWhatIsAboveTheLastRowThatIsOut) {
  checkpoints_->add(table("items", Key::kPrimary), false);
  checkpoints_->add(table("later", Key::kUnique), false);
  checkpoints_->planned(0, {ScanRange()}, KeyRange{at(1), at(900)});
  mark(0, 0, 30, 41);
  const auto left = this->left();
  ASSERT_EQ(left.size(), 2U);
  const TableSnapshotState& items = left.at("items");
  EXPECT_TRUE(items.started);
  EXPECT_EQ(items.minimum, at(1));
  EXPECT_EQ(items.maximum, at(900));
  EXPECT_EQ(items.stripes, (std::vector<StripeState>{{at(41), at(900)}}));
  EXPECT_EQ(items.rows_emitted, 30U);
  EXPECT_FALSE(left.at("later").started);
}

TEST_F(ScanCheckpointsTest, NeverLetsABatchBeStoredWithoutItsCheckpoint) {
  checkpoints_->add(table("items", Key::kPrimary), false);
  checkpoints_->planned(0, {ScanRange()}, KeyRange{at(1), at(900)});
  for (const std::int64_t key : {41, 42}) {
    fill(worker_);
    mark(0, 0, 1, key);
    EXPECT_EQ(left().at("items").stripes.at(0).cursor, at(key));
  }
  EXPECT_EQ((*delivery_).stats().commits, 2U);
}

TEST_F(ScanCheckpointsTest, MakesNoneWhileMoreTablesAreLeftThanAnOffsetMayName) {
  for (std::size_t i = 0; i <= ScanCheckpoints::kTablesMax; ++i)
    checkpoints_->add(table("items" + std::to_string(i), Key::kPrimary), false);
  checkpoints_->planned(0, {ScanRange()}, KeyRange{at(1), at(2)});
  mark(0, 0, 1, 1);
  left();
  EXPECT_FALSE(stored());
  mark(0, 0, 1, 2, true);
  EXPECT_EQ(left().size(), ScanCheckpoints::kTablesMax);
}

TEST_F(ScanCheckpointsTest, ForgetsWhatIsAllOut) {
  checkpoints_->add(table("items", Key::kPrimary), false);
  checkpoints_->add(table("empty", Key::kPrimary), false);
  checkpoints_->add(table("later", Key::kPrimary), false);
  checkpoints_->planned(0, {ScanRange()}, KeyRange{at(1), at(2)});
  checkpoints_->planned(1, {ScanRange()}, std::nullopt);
  checkpoints_->range_empty(1, 0);
  mark(0, 0, 2, 2, true);
  const auto left = this->left();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_TRUE(left.contains("later"));
}

TEST_F(ScanCheckpointsTest, OfASignalStoresWhichTablesAreDone) {
  TableSnapshotState waiting;
  waiting.database = "shop";
  waiting.table = "items";
  waiting.signal_id = "s0";
  base_.incremental = std::make_shared<const IncrementalState>(
      IncrementalState{.tables = {waiting}, .paused = true});
  base_.answers = std::make_shared<const AnswerLog>(AnswerLog{
      .verdicts = {},
      .outcomes = {
          {.signal_id = "s0", .collection = "shop.old", .status = "COMPLETED", .reason = {}}}});
  checkpoints_.emplace(ScanCheckpoints::Options{.base = base_, .signal_id = "s1"}, source_, clock_);
  for (const auto* const name : {"items", "empty", "later"})
    checkpoints_->add(table(name, Key::kPrimary), false);
  checkpoints_->planned(0, {ScanRange()}, KeyRange{at(1), at(2)});
  checkpoints_->planned(1, {ScanRange()}, std::nullopt);
  checkpoints_->range_empty(1, 0);
  mark(0, 0, 2, 2, true);
  EXPECT_FALSE(checkpoints_->left()) << "none was stored";
  EXPECT_TRUE(checkpoints_->send(worker_, marks_));
  EXPECT_TRUE((*delivery_).wait_committed());
  const auto state = read_offset_file(delivery_.path());
  ASSERT_TRUE(state && *state);
  EXPECT_TRUE((*state)->incremental.paused);
  ASSERT_EQ((*state)->incremental.tables.size(), 2U);
  EXPECT_EQ((*state)->incremental.tables[0], waiting);
  EXPECT_EQ((*state)->incremental.tables[1].signal_id, "s1");
  std::map<std::string, std::string> outcomes;
  for (const SnapshotOutcome& outcome : (*state)->outcomes)
    outcomes[outcome.signal_id + " " + outcome.collection] = outcome.status;
  EXPECT_EQ(outcomes, (std::map<std::string, std::string>{{"s0 shop.old", "COMPLETED"},
                                                          {"s1 shop.empty", "EMPTY"},
                                                          {"s1 shop.items", "COMPLETED"}}));
  const auto left = checkpoints_->left();
  ASSERT_TRUE(left);
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->at(0), (*state)->incremental.tables[1]);
}

TEST_F(ScanCheckpointsTest, CutOffAmidATableWithoutAnOrderLeavesItWhole) {
  checkpoints_->add(table("items", Key::kPrimary), false);
  checkpoints_->add(table("unordered", Key::kUnique), false);
  checkpoints_->planned(0, {ScanRange()}, KeyRange{at(1), at(2)});
  checkpoints_->planned(1, {ScanRange()}, std::nullopt);
  mark(0, 0, 2, 2, true);
  left();
  mark(1, 0, 5, 5);
  EXPECT_TRUE(checkpoints_->send(worker_, marks_));
  const auto cut = checkpoints_->left();
  ASSERT_TRUE(cut);
  ASSERT_EQ(cut->size(), 1U);
  EXPECT_EQ(cut->at(0).table, "unordered");
  EXPECT_FALSE(cut->at(0).started);
}

TEST_F(ScanCheckpointsTest, KeepsEachRangeByItself) {
  checkpoints_->add(table("items", Key::kPrimary), false);
  checkpoints_->planned(0, {{{}, at(100)}, {at(100), at(200)}, {at(200), at(300)}, {at(300), {}}},
                        KeyRange{at(1), at(400)});
  checkpoints_->range_empty(0, 1);
  mark(0, 0, 5, 55);
  mark(0, 2, 1, 250);
  mark(0, 0, 5, 60);
  mark(0, 2, 1, 300, true);
  EXPECT_EQ(left().at("items").stripes,
            (std::vector<StripeState>{{at(60), at(100)}, {at(300), at(400)}}));
}

TEST_F(ScanCheckpointsTest, MakesNoneWhileATableIsHalfOutThatIsReadInNoOrder) {
  checkpoints_->add(table("items", Key::kUnique), false);
  EXPECT_EQ(checkpoints_->order(0), nullptr);
  checkpoints_->planned(0, {ScanRange()}, std::nullopt);
  mark(0, 0, 7, 7);
  left();
  EXPECT_FALSE(stored());
  mark(0, 0, 1, 8, true);
  EXPECT_TRUE(left().empty());
  EXPECT_TRUE(stored());
}

TEST_F(ScanCheckpointsTest, MakesNoneWhileATableIsLeftThatChunksCannotBeReadOf) {
  checkpoints_->add(table("items", Key::kPrimary), false);
  checkpoints_->add(table("keyless", Key::kNone), false);
  checkpoints_->add(table("by_statement", Key::kPrimary), true);
  EXPECT_NE(checkpoints_->order(0), nullptr);
  EXPECT_EQ(checkpoints_->order(2), nullptr) << "its rows come as the statement has them";
  checkpoints_->add(table("later", Key::kPrimary), false);
  const auto out = [&](std::size_t table) {
    checkpoints_->planned(table, {ScanRange()}, KeyRange{at(1), at(9)});
    mark(table, 0, 9, 9, true);
    left();
  };
  out(0);
  EXPECT_FALSE(stored());
  out(1);
  EXPECT_FALSE(stored());
  out(2);
  EXPECT_TRUE(stored());
  EXPECT_TRUE(left().contains("later"));
}

}  // namespace
}  // namespace tidemark

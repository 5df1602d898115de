// SPDX-License-Identifier: Apache-2.0
// What is read again, and from where: after a restart and after a change of the table.
#include "snapshot/director.h"

#include <gtest/gtest.h>

#include "testing/director_fixture.h"

namespace tidemark {
namespace {

using DirectorRestart = DirectorFixture;

TEST_F(DirectorRestart, GoesOnAfterARestartAtWhatWasEmitted) {
  start("orders");
  submit("items", "v > 3", "s2");
  const ChunkTask first = chunk(0);
  read(first, 10);
  const ChunkTask second = chunk(0);
  emit(first, 8);
  read(second, 20);
  const IncrementalState state = director().checkpoint().state;
  EXPECT_EQ(state.tables.at(0).rows_read, 10U);
  EXPECT_EQ(state.tables.at(0).rows_emitted, 8U);
  EXPECT_EQ(state.tables.at(0).chunks_done, 1U);
  EXPECT_EQ(state.tables.at(0).maximum, at(100));
  boot(state);
  EXPECT_EQ(director().state(), state);
  const ChunkTask again = chunk(0);
  EXPECT_EQ(again.lower, at(10));
  EXPECT_EQ(again.upper, at(100));
  EXPECT_EQ(again.table->version, 7U);
  const auto items = director().next(1);
  ASSERT_EQ(items->kind, ChunkTask::Kind::kStart);
  EXPECT_EQ(items->condition, "v > 3");
  EXPECT_EQ(items->signal_id, "s2");
}

TEST_F(DirectorRestart, FailsATableThatIsGoneAfterARestart) {
  start("orders");
  gone_ = {"shop", "orders"};
  boot(director().state());
  EXPECT_TRUE(director().idle());
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "FAILED");
}

TEST_F(DirectorRestart, StartsOverWhenTheStoredKeyIsOfAnotherKind) {
  start("orders");
  const IncrementalState state = director().state();
  kind_ = ColumnKind::kString;
  boot(state);
  EXPECT_EQ(director().next(0)->kind, ChunkTask::Kind::kStart);
}

TEST_F(DirectorRestart, ReadsVoidChunksAgainUnderTheNewStructure) {
  start("orders");
  const ChunkTask first = chunk();
  read(first, 10);
  emit(first);
  const ChunkTask second = chunk();
  director().void_table(table("orders", 2), VoidReason::kLayoutChanged);
  EXPECT_EQ(director().take_voided(), std::vector<WindowId>{second.window});
  EXPECT_FALSE(read(second, 20));
  const ChunkTask again = chunk();
  EXPECT_EQ(again.table->version, 2U);
  EXPECT_EQ(again.lower, at(10));
}

TEST_F(DirectorRestart, StartsOverUnderAnotherKey) {
  start("orders");
  chunk();
  director().void_table(table("orders", 2, ColumnKind::kUint), VoidReason::kLayoutChanged);
  const auto task = director().next(0);
  ASSERT_EQ(task->kind, ChunkTask::Kind::kStart);
  EXPECT_EQ(task->table->version, 2U);
  director().void_table(table("orders", 3, ColumnKind::kJson), VoidReason::kLayoutChanged);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "FAILED");
}

TEST_F(DirectorRestart, ForgetsAStartUnderTheOldStructure) {
  submit("orders");
  const auto task = director().next(0);
  director().void_table(table("orders", 2), VoidReason::kLayoutChanged);
  director().report_start(task->ticket, KeyRange{at(1), at(9)});
  const auto again = director().next(0);
  ASSERT_EQ(again->kind, ChunkTask::Kind::kStart);
  EXPECT_EQ(again->table->version, 2U);
}

TEST_F(DirectorRestart, FailsADroppedTable) {
  start("orders");
  const ChunkTask first = chunk();
  director().fail_table({"shop", "orders"}, "the table was dropped");
  EXPECT_EQ(director().checkpoint().outcomes.at(0).reason, "the table was dropped");
  EXPECT_FALSE(read(first, 10));
}

}  // namespace
}  // namespace tidemark

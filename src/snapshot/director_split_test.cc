// SPDX-License-Identifier: Apache-2.0
// How a reader with nothing to do comes to work: the next table, else half of a stripe.
#include "snapshot/director.h"

#include <gtest/gtest.h>

#include "testing/director_fixture.h"

namespace tidemark {
namespace {

using DirectorSplit = DirectorFixture;

TEST_F(DirectorSplit, StartsTheNextTableForAHungryReaderFirst) {
  start("orders");
  submit("items");
  chunk(0);
  const auto other = director().next(1);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->kind, ChunkTask::Kind::kStart);
  EXPECT_EQ(other->table->id.table, "items");
}

TEST_F(DirectorSplit, SplitsAboveWhatTheOwnerHasRead) {
  start("orders");
  const ChunkTask first = chunk(0);
  EXPECT_FALSE(director().next(1));  // hungry, while a SELECT runs
  EXPECT_EQ(director().state().tables[0].stripes.size(), 1U);
  read(first, 10);
  const ChunkTask second = chunk(0);
  EXPECT_EQ(second.lower, at(10));
  EXPECT_EQ(second.upper, at(55));
  const auto stripes = director().state().tables[0].stripes;
  ASSERT_EQ(stripes.size(), 2U);
  EXPECT_TRUE(stripes[0].cursor.empty());
  EXPECT_EQ(stripes[0].upper, at(55));
  EXPECT_EQ(stripes[1], (StripeState{at(55), at(100)}));
  const ChunkTask taken = chunk(1);
  EXPECT_EQ(taken.lower, at(55));
  EXPECT_EQ(taken.upper, at(100));
  // Each half ends for itself; the table ends with both.
  read(taken, 100);
  emit(taken);
  emit(first);
  read(second, 55);
  EXPECT_FALSE(director().idle());
  emit(second);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "COMPLETED");
}

TEST_F(DirectorSplit, DoesNotSplitWhatIsNearlyDone) {
  start("orders");
  const ChunkTask first = chunk(0);
  read(first, 85);
  chunk(0);
  EXPECT_FALSE(director().next(1));
  EXPECT_EQ(director().state().tables[0].stripes.size(), 1U);
}

TEST_F(DirectorSplit, AsksTheServerBeforeItSplitsText) {
  kind_ = ColumnKind::kString;
  submit("orders");
  director().report_start(director().next(0)->ticket, KeyRange{at("a"), at("z")});
  const ChunkTask first = chunk(0);
  EXPECT_FALSE(director().next(1));
  ASSERT_TRUE(director().report_read(first.window, {at("c"), 10, false}));
  const auto check = director().next(0);
  ASSERT_TRUE(check);
  ASSERT_EQ(check->kind, ChunkTask::Kind::kSplitCheck);
  EXPECT_EQ(check->lower, at("c"));
  EXPECT_EQ(check->upper, at("z"));
  EXPECT_EQ(director().state().tables[0].stripes.size(), 1U);
  director().report_split(check->ticket, true);
  EXPECT_EQ(director().state().tables[0].stripes.size(), 2U);
  EXPECT_EQ(chunk(0).upper, check->split);
  EXPECT_EQ(chunk(1).lower, check->split);
  director().report_split(check->ticket, true);  // answered already
  EXPECT_EQ(director().state().tables[0].stripes.size(), 2U);
}

TEST_F(DirectorSplit, ForgetsASplitCheckWithItsLease) {
  kind_ = ColumnKind::kString;
  submit("orders");
  director().report_start(director().next(0)->ticket, KeyRange{at("a"), at("z")});
  const ChunkTask first = chunk(0);
  director().next(1);
  ASSERT_TRUE(director().report_read(first.window, {at("c"), 10, false}));
  const auto check = director().next(0);
  ASSERT_EQ(check->kind, ChunkTask::Kind::kSplitCheck);
  director().release(0);
  EXPECT_EQ(director().take_voided(), std::vector<WindowId>{first.window});
  chunk(1);  // reads the same stripe now
  director().report_split(check->ticket, true);
  EXPECT_EQ(director().state().tables[0].stripes.size(), 1U);
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "snapshot/director.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "testing/director_fixture.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using DirectorTest = DirectorFixture;

TEST_F(DirectorTest, ReadsATableChunkByChunk) {
  start("orders", 25);
  const ChunkTask first = chunk();
  EXPECT_TRUE(first.lower.empty());
  EXPECT_EQ(first.upper, at(25));
  EXPECT_EQ(first.limit, 10U);
  ASSERT_TRUE(read(first, 10));
  const ChunkTask second = chunk();
  EXPECT_EQ(second.lower, at(10));
  EXPECT_NE(second.window, first.window);
  EXPECT_TRUE(stored_cursor().empty()) << "read is not emitted";
  emit(first);
  EXPECT_EQ(stored_cursor(), at(10));
  ASSERT_TRUE(read(second, 25, false));  // the maximum: nothing can follow
  EXPECT_FALSE(director().next(0));
  emit(second, 7);
  const auto point = director().checkpoint();
  EXPECT_TRUE(point.state.tables.empty());
  ASSERT_EQ(point.outcomes.size(), 1U);
  EXPECT_EQ(point.outcomes[0].status, "COMPLETED");
  EXPECT_EQ(point.outcomes[0].collection, "shop.orders");
  EXPECT_EQ(point.outcomes[0].rows, 20U);
  EXPECT_EQ(point.outcomes[0].at_ms, 5000);
  EXPECT_TRUE(director().checkpoint().outcomes.empty());
}

TEST_F(DirectorTest, CallsATableWithoutRowsEmpty) {
  submit("orders");
  director().report_start(director().next(0)->ticket, std::nullopt);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "EMPTY");
  // And one whose condition matches none.
  submit("items", "1 = 0");
  const auto task = director().next(0);
  EXPECT_EQ(task->condition, "1 = 0");
  director().report_start(task->ticket, KeyRange{at(1), at(9)});
  const ChunkTask only = chunk();
  ASSERT_TRUE(director().report_read(only.window, {{}, 0, true}));
  emit(only, 0);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "EMPTY");
}

TEST_F(DirectorTest, ReadsOneRow) {
  start("orders", 1);
  const ChunkTask only = chunk();
  ASSERT_TRUE(read(only, 1, true, 1));
  emit(only, 1);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).rows, 1U);
}

TEST_F(DirectorTest, WorksAheadByTwoWindowsOfAReader) {
  start("orders");
  const ChunkTask first = chunk();
  read(first, 10);
  const ChunkTask second = chunk();
  read(second, 20);
  EXPECT_FALSE(director().next(0));
  emit(first);
  EXPECT_EQ(chunk().lower, at(20));
}

TEST_F(DirectorTest, VoidsWhatFollowsAVoidWindowInItsStripe) {
  start("orders");
  const ChunkTask first = chunk();
  read(first, 10);
  const ChunkTask second = chunk();
  director().window_voided(first.window, VoidReason::kTruncated);
  EXPECT_EQ(director().take_voided(), (std::vector<WindowId>{first.window, second.window}));
  EXPECT_TRUE(director().take_voided().empty());
  EXPECT_FALSE(read(second, 20));
  EXPECT_FALSE(director().begin_emit(first.window));
  EXPECT_FALSE(director().live(second.window));
  const ChunkTask again = chunk();
  EXPECT_TRUE(again.lower.empty());
  EXPECT_NE(again.window, first.window);
}

TEST_F(DirectorTest, GoesOnBehindTheWindowsThatAreLeft) {
  start("orders");
  const ChunkTask first = chunk();
  read(first, 10);
  const ChunkTask second = chunk();
  read(second, 20);
  director().window_voided(second.window, VoidReason::kTruncated);
  EXPECT_TRUE(director().live(first.window));
  EXPECT_EQ(chunk().lower, at(10));
}

TEST_F(DirectorTest, EmitsAStripeInKeyOrderOnly) {
  start("orders");
  const ChunkTask first = chunk();
  read(first, 10);
  const ChunkTask second = chunk();
  read(second, 20);
  EXPECT_FALSE(director().begin_emit(second.window));
  EXPECT_EQ(director().take_voided(), std::vector<WindowId>{second.window});
  EXPECT_TRUE(director().begin_emit(first.window));
}

// It wrote the high watermark, which the stream has met, and then lost its connection.
TEST_F(DirectorTest, AReaderThatFailsWhileItsChunkIsEmittedTakesNothingBack) {
  start("orders");
  const ChunkTask first = chunk();
  read(first, 10);
  const ChunkTask second = chunk();
  ASSERT_TRUE(director().begin_emit(first.window));
  director().report_failed(first.window, kCut);
  director().release(0);
  EXPECT_EQ(director().take_voided(), std::vector<WindowId>{second.window});
  director().chunk_emitted(first.window, 10);
  EXPECT_EQ(stored_cursor(), at(10));
  clock_.advance(milliseconds(100));
  EXPECT_EQ(chunk(1).lower, at(10));
}

TEST_F(DirectorTest, AReaderThatFailsForGoodWhileItsChunkIsEmittedEndsTheTable) {
  start("orders");
  const ChunkTask task = chunk();
  read(task, 10);
  ASSERT_TRUE(director().begin_emit(task.window));
  director().report_failed(task.window, Error(ErrorKind::kServer, "SELECT denied", "GRANT SELECT"));
  director().chunk_emitted(task.window, 10);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "FAILED");
}

TEST_F(DirectorTest, TriesAgainForEverWithBackOff) {
  start("orders");
  for (const int wait : {100, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000}) {
    const ChunkTask task = chunk(1);
    director().report_failed(task.window, kCut);
    clock_.advance(milliseconds(wait - 1));
    EXPECT_FALSE(director().next(0)) << wait;
    clock_.advance(milliseconds(1));
  }
  const ChunkTask task = chunk();
  read(task, 10);
  emit(task);
  director().report_failed(chunk().window, kCut);
  clock_.advance(milliseconds(100));
  chunk();
}

TEST_F(DirectorTest, FailsATableThatCannotBeRead) {
  start("orders");
  submit("items");
  const ChunkTask task = chunk();
  director().report_failed(task.window, Error(ErrorKind::kServer, "SELECT denied", "GRANT SELECT"));
  const auto point = director().checkpoint();
  ASSERT_EQ(point.outcomes.size(), 1U);
  EXPECT_EQ(point.outcomes[0].status, "FAILED");
  EXPECT_NE(point.outcomes[0].reason.find("SELECT denied"), std::string::npos);
  ASSERT_EQ(point.state.tables.size(), 1U);
  EXPECT_EQ(point.state.tables[0].table, "items");
  EXPECT_EQ(director().next(0)->table->id.table, "items");
}

TEST_F(DirectorTest, RetriesAndFailsAStartLikeAChunk) {
  submit("orders");
  const auto first = director().next(0);
  director().report_start_failed(first->ticket, kCut);
  EXPECT_FALSE(director().next(0));
  clock_.advance(milliseconds(100));
  const auto second = director().next(0);
  ASSERT_TRUE(second);
  director().report_start(first->ticket, KeyRange{at(1), at(2)});  // a late answer
  EXPECT_FALSE(director().state().tables.at(0).started);
  director().report_start_failed(second->ticket, Error(ErrorKind::kServer, "no such column"));
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "FAILED");
}

TEST_F(DirectorTest, StopsAtOnce) {
  start("orders");
  submit("items");
  const ChunkTask first = chunk();
  read(first, 10);
  EXPECT_EQ(director().stop(std::vector<TableId>{{"shop", "orders"}, {"shop", "unknown"}}, "asked"),
            (std::vector<TableId>{{"shop", "orders"}}));
  EXPECT_FALSE(director().begin_emit(first.window));
  EXPECT_EQ(director().take_voided(), std::vector<WindowId>{first.window});
  const auto point = director().checkpoint();
  EXPECT_EQ(point.outcomes.at(0).status, "STOPPED");
  EXPECT_EQ(point.outcomes.at(0).reason, "asked");
  EXPECT_EQ(point.state.tables.size(), 1U);
  EXPECT_EQ(director().stop(std::nullopt, "all").size(), 1U);
  EXPECT_TRUE(director().idle());
  EXPECT_TRUE(director().stop(std::nullopt, "all").empty());
}

TEST_F(DirectorTest, PausesBetweenChunks) {
  start("orders");
  const ChunkTask first = chunk();
  EXPECT_TRUE(director().pause());
  EXPECT_FALSE(director().pause());
  read(first, 10);
  EXPECT_FALSE(director().next(0));
  emit(first);  // what was in flight still goes out
  EXPECT_TRUE(director().state().paused);
  boot(director().state());
  EXPECT_TRUE(director().paused()) << "a pause outlives a restart";
  EXPECT_FALSE(director().next(0));
  EXPECT_TRUE(director().resume());
  EXPECT_EQ(chunk().lower, at(10));
}

TEST_F(DirectorTest, HoldsTasksBackWhileTheStreamIsDown) {
  start("orders");
  director().hold(true);
  EXPECT_FALSE(director().next(0));
  director().hold(false);
  chunk();
}

TEST_F(DirectorTest, MergesARequestThatIsWaitingAlready) {
  EXPECT_EQ(submit("orders").at(0).status, SubmitResult::Status::kQueued);
  const SubmitResult merged = submit("orders", "", "s2").at(0);
  EXPECT_EQ(merged.status, SubmitResult::Status::kMerged);
  EXPECT_EQ(merged.merged_into, "s1");
  EXPECT_FALSE(merged.running);
  EXPECT_EQ(submit("orders", "id < 5", "s3").at(0).status, SubmitResult::Status::kQueued);
  const auto another_way = director().submit("s3", {{table("orders"), "id < 5", "id"}}).at(0);
  EXPECT_EQ(another_way.status, SubmitResult::Status::kQueued);
  director().stop(std::nullopt, "");
  EXPECT_EQ(submit("orders", "id < 5", "s3").at(0).status, SubmitResult::Status::kQueued);
  director().stop(std::nullopt, "");
  EXPECT_EQ(submit("orders").at(0).status, SubmitResult::Status::kQueued);
  EXPECT_EQ(submit("orders", "id < 5", "s3").at(0).status, SubmitResult::Status::kQueued);
  EXPECT_EQ(director().tables().size(), 2U);
  director().next(0);
  EXPECT_TRUE(submit("orders", "", "s4").at(0).running);
}

TEST_F(DirectorTest, RefusesTablesWithoutAChunkKey) {
  const SubmitResult result =
      director().submit("s1", {{table("t", 1, ColumnKind::kJson), ""}}).at(0);
  EXPECT_EQ(result.status, SubmitResult::Status::kRefused);
  ASSERT_TRUE(result.error);
  EXPECT_TRUE(director().idle());
}

TablePtr keyless(const std::string& name) {
  auto out = std::make_shared<TableDef>(*table(name));
  out->key_columns.clear();
  return out;
}

TEST_F(DirectorTest, ReadsATableWithoutAKeyAsOneChunk) {
  const SubmitResult result = director().submit("s1", {{keyless("log"), ""}}).at(0);
  EXPECT_EQ(result.status, SubmitResult::Status::kQueued);
  EXPECT_NE(result.note.find("no key"), std::string::npos);
  director().report_start(director().next(0)->ticket, KeyRange{});
  const IncrementalState state = director().state();
  const ChunkTask only = chunk();
  EXPECT_TRUE(only.lower.empty());
  EXPECT_TRUE(only.upper.empty());
  ASSERT_TRUE(director().report_read(only.window, {{}, 25, true}));
  EXPECT_FALSE(director().next(1));
  EXPECT_EQ(director().progress().at(0).percent, 0) << "nothing is emitted yet";
  emit(only, 25);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "COMPLETED");

  director_.emplace(
      Director::Options{.chunk_rows = 10, .readers = 2, .new_id = [] { return "again"; }}, clock_);
  director_->restore(state, [](const TableId& id) { return keyless(id.table); });
  EXPECT_EQ(director().next(0)->kind, ChunkTask::Kind::kChunk)
      << "it goes on, the chunk is read again";
}

TEST_F(DirectorTest, GoesOnBehindAChunkThatEndsWhereItWasToldTo) {
  auto def = std::make_shared<TableDef>(*keyless("log"));
  def->columns[0].nullable = true;
  director().submit("s1", {{def, "", "id"}});
  EXPECT_EQ(director().state().tables.at(0).surrogate, "id");
  director().report_start(director().next(0)->ticket, KeyRange{at(1), at(100)});
  const ChunkTask first = chunk();
  ASSERT_TRUE(director().report_read(first.window, {at(3), 40, false}));
  const ChunkTask second = chunk();
  EXPECT_EQ(second.lower, at(3));
  // Its rows went away between the search for its end and the SELECT.
  ASSERT_TRUE(director().report_read(second.window, {at(9), 0, false}));
  emit(first, 40);
  emit(second, 0);
  EXPECT_EQ(stored_cursor(), at(9));
  const ChunkTask third = chunk();
  EXPECT_EQ(third.lower, at(9));
  ASSERT_TRUE(director().report_read(third.window, {at(100), 5, false}));
  emit(third, 5);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "COMPLETED");
}

TEST_F(DirectorTest, FailsATableWhoseRowsChangeAtEveryTry) {
  director().submit("s1", {{keyless("log"), ""}});
  director().report_start(director().next(0)->ticket, KeyRange{});
  for (unsigned i = 0; i < Director::kPerhapsTouchedMax; ++i) {
    ASSERT_FALSE(director().idle()) << i;
    const ChunkTask task = chunk();
    ASSERT_TRUE(director().report_read(task.window, {{}, 5, true}));
    director().window_voided(task.window, VoidReason::kPerhapsTouched);
    EXPECT_FALSE(director().next(0)) << "back-off";
    clock_.advance(Director::kBackoffMax);
  }
  const SnapshotOutcome outcome = director().checkpoint().outcomes.at(0);
  EXPECT_EQ(outcome.status, "FAILED");
  EXPECT_NE(outcome.reason.find("primary key"), std::string::npos);
}

TEST_F(DirectorTest, CountsTriesOfOneChunkOnly) {
  start("orders");
  for (unsigned i = 0; i < Director::kPerhapsTouchedMax + 3; ++i) {
    const ChunkTask lost = chunk();
    ASSERT_TRUE(read(lost, 2 * i + 1));
    director().window_voided(lost.window, VoidReason::kPerhapsTouched);
    clock_.advance(Director::kBackoffMax);
    const ChunkTask done = chunk();
    ASSERT_TRUE(read(done, 2 * i + 1));
    emit(done);
  }
  EXPECT_FALSE(director().idle());
}

TEST_F(DirectorTest, CountsARevisionForEveryChangeOfState) {
  const std::uint64_t before = director().revision();
  start("orders");
  const std::uint64_t started = director().revision();
  EXPECT_GT(started, before);
  const ChunkTask first = chunk();
  read(first, 10);
  EXPECT_EQ(director().revision(), started) << "reading changes nothing that is stored";
  emit(first);
  EXPECT_GT(director().revision(), started);
}

TEST_F(DirectorTest, ReportsProgressByKeyRange) {
  start("orders", 101);
  for (const std::int64_t last : {26, 51}) {
    const ChunkTask task = chunk();
    read(task, last, false, 20);
    clock_.advance(milliseconds(1000));
    emit(task, 15);
  }
  const TableProgress progress = director().progress().at(0);
  EXPECT_EQ(progress.table.table, "orders");
  EXPECT_EQ(progress.rows_read, 40U);
  EXPECT_EQ(progress.rows_emitted, 30U);
  EXPECT_DOUBLE_EQ(*progress.percent, 50.0);
  EXPECT_DOUBLE_EQ(progress.rows_per_second, 20.0);
  EXPECT_EQ(progress.remaining, std::chrono::seconds(2));
}

TEST_F(DirectorTest, ReportsProgressOfTextByEstimate) {
  kind_ = ColumnKind::kString;
  submit("orders");
  director().report_start(director().next(0)->ticket, KeyRange{at("a"), at("z")});
  const ChunkTask task = chunk();
  ASSERT_TRUE(director().report_read(task.window, {at("m"), 300, false}));
  ASSERT_TRUE(director().begin_emit(task.window));
  director().chunk_emitted(task.window, 300);
  EXPECT_DOUBLE_EQ(*director().progress().at(0).percent, 99.0) << "an estimate never says done";
}

TEST_F(DirectorTest, LetsTheWallClockGoBack) {
  start("orders");
  clock_.set_wall(9'000'000'000);
  const ChunkTask first = chunk();
  director().report_failed(first.window, kCut);
  clock_.set_wall(1'000'000'000);
  EXPECT_FALSE(director().next(0)) << "back-off";
  clock_.advance(Director::kBackoffMin);
  const ChunkTask again = chunk();
  ASSERT_TRUE(read(again, 100, true));
  clock_.set_wall(-1);
  emit(again);
  EXPECT_EQ(director().checkpoint().outcomes.at(0).status, "COMPLETED");
}

TEST_F(DirectorTest, WakesAWaitingReader) {
  std::optional<ChunkTask> task;
  std::jthread reader([&](const std::stop_token& stop) { task = director().wait_next(stop, 1); });
  // sleep: gives the reader time to begin waiting; either order must work
  std::this_thread::sleep_for(milliseconds(20));
  submit("orders");
  reader.join();
  ASSERT_TRUE(task);
  EXPECT_EQ(task->kind, ChunkTask::Kind::kStart);
}

TEST_F(DirectorTest, LetsAWaitingReaderStop) {
  std::optional<ChunkTask> task;
  std::jthread reader([&](const std::stop_token& stop) { task = director().wait_next(stop, 1); });
  // sleep: gives the reader time to begin waiting; either order must work
  std::this_thread::sleep_for(milliseconds(20));
  reader.request_stop();
  reader.join();
  EXPECT_FALSE(task);
}

}  // namespace
}  // namespace tidemark

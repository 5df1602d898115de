// SPDX-License-Identifier: Apache-2.0
// The source thread's side of a snapshot: windows, what is stored, the probe, the status.
#include "connector/incremental.h"

#include "testing/incremental_fixture.h"

namespace tidemark {
namespace {

using IncrementalTest = IncrementalFixture;
using Keys = std::vector<std::string>;

// -- windows ---------------------------------------------------------------------------------------------------------

TEST_F(IncrementalTest, ReadOnlyRowsLeaveWhereTheLogEndedAfterTheirSelect) {
  boot({.watermarking = Watermarking::kReadOnly});
  EXPECT_FALSE(incremental_->awaits_place());
  director_.submit("s1", {{tables_.find({"shop", "items"})->def, ""}});
  const ChunkTask task = chunk();
  mailbox_.post(SeenAsked{task.window});
  EXPECT_FALSE(incremental_->seen_asked()) << "not before the stream has looked";
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_TRUE(incremental_->seen_asked());
  changed(0, 2);  // noted, though no row of the log has opened the window
  incremental_->answer_seen({.gtids = {}, .here = {"binlog.000007", 70}, .server_id = 5});
  EXPECT_FALSE(incremental_->seen_asked());
  const auto seen = mailbox_.await_seen(task.window, {});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->server_id, 5U);
  read(task, {1, 2, 3}, {"binlog.000007", 300});
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_TRUE(incremental_->awaits_place());
  const SourceInfo place{.server_id = 4, .gtid = "g:9", .file = "binlog.000007", .pos = 250};
  ASSERT_TRUE(incremental_->reached({"binlog.000007", 299}, place));
  EXPECT_EQ(emitted(), Keys{});
  ASSERT_TRUE(incremental_->reached({"binlog.000007", 300}, place));
  EXPECT_EQ(emitted(), (Keys{R"({"id":1})", R"({"id":3})"}));
  const RecordBatch& batch = output_.batch();
  EXPECT_NE(std::string(batch.value(batch.records()[0]))
                .find(R"("gtid":"g:9","file":"binlog.000007","pos":250)"),
            std::string::npos)
      << batch.value(batch.records()[0]);
  EXPECT_FALSE(incremental_->awaits_place());
  EXPECT_EQ(incremental_->state()->tables.at(0).stripes.at(0).cursor, key(3));
}

TEST_F(IncrementalTest, EmitsAtTheHighMarkWhatNoEventTouched) {
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  changed(0, 2);
  read(task, {1, 2, 3});
  EXPECT_EQ(emitted(), Keys{});
  EXPECT_TRUE(incremental_->state()->tables.at(0).stripes.at(0).cursor.empty());
  high_mark(task);
  EXPECT_EQ(emitted(), (Keys{R"({"id":1})", R"({"id":3})"}));
  EXPECT_EQ(incremental_->state()->tables.at(0).stripes.at(0).cursor, key(3));
}

TEST_F(IncrementalTest, ReadEventsNameThePlaceOfTheMark) {
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1});
  info_ = {.ts_us = 2, .gtid = "g:8", .file = "binlog.000008", .pos = 80};
  high_mark(task);
  const RecordBatch& batch = output_.batch();
  ASSERT_EQ(batch.records().size(), 1U);
  const std::string value(batch.value(batch.records()[0]));
  for (const char* const part :
       {R"("op":"r")", R"("snapshot":"incremental")", R"("file":"binlog.000008")", R"("pos":80)",
        R"("gtid":"g:8")", R"("after":{"id":1})"}) {
    EXPECT_NE(value.find(part), std::string::npos) << part << " in " << value;
  }
}

TEST_F(IncrementalTest, NotesOnlyBetweenTheMarksAndOnlyOfTheTable) {
  execute("s1");
  const ChunkTask task = chunk();
  changed(0, 1);
  low_mark(task);
  changed(0, 2, "orders");
  read(task, {1, 2, 3});
  changed(3, 0);
  high_mark(task);
  EXPECT_EQ(emitted(), (Keys{R"({"id":1})", R"({"id":2})"}));
}

TEST_F(IncrementalTest, NotesBothImagesOfAKeyChange) {
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1, 2, 3});
  changed(1, 3);
  high_mark(task);
  EXPECT_EQ(emitted(), Keys{R"({"id":2})"});
}

TEST_F(IncrementalTest, MarksOfOthersAndOfEarlierRunsDoNothing) {
  execute("s1");
  const ChunkTask task = chunk();
  inserted("00000000-0000-4000-8000-00000000abcd-open", "snapshot-window-open");
  inserted("00000000-0000-4000-8000-00000000abcd-close", "snapshot-window-close");
  ASSERT_TRUE(
      row(Op::kDelete, "00000000-0000-4000-8000-00000000abcd-open", "snapshot-window-open"));
  low_mark(task);
  read(task, {1});
  low_mark(task);  // once more
  high_mark(task);
  high_mark(task);
  EXPECT_EQ(emitted(), Keys{R"({"id":1})"});
}

TEST_F(IncrementalTest, AHighMarkWithoutItsRowsVoidsTheWindow) {
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  high_mark(task);
  read(task, {1});
  EXPECT_EQ(emitted(), Keys{});
  EXPECT_FALSE(director_.live(task.window));
  clock_.advance(std::chrono::seconds(1));  // the director lets some time pass
  EXPECT_NE(next().window, task.window) << "read again under a new id";
}

TEST_F(IncrementalTest, WithDeletesAWindowClosesWhenTheReaderConfirmsItsOwn) {
  boot({.watermarking = Watermarking::kInsertDelete});
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1, 2});
  open_row_deleted(task);
  EXPECT_EQ(emitted(), Keys{}) << "it may be a stranger's delete, committed before the SELECT";
  changed(0, 2);
  mailbox_.post(CloseConfirmed{task.window, 1});
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_EQ(emitted(), Keys{R"({"id":1})"});
}

TEST_F(IncrementalTest, ADeleteThatFoundNoRowVoidsTheWindow) {
  boot({.watermarking = Watermarking::kInsertDelete});
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1, 2});
  mailbox_.post(CloseConfirmed{task.window, 0});
  ASSERT_TRUE(incremental_->poll(at_));
  open_row_deleted(task);
  EXPECT_EQ(emitted(), Keys{});
  EXPECT_FALSE(director_.live(task.window));
}

// -- what voids a window ---------------------------------------------------------------------------------------------

class VoidedWindow : public IncrementalFixture {
 protected:
  // Expects that the rows of a window go out or not after what happens between its SELECT and its end.
  ChunkTask after(const std::function<void()>& event) {
    execute("s1");
    const ChunkTask task = chunk();
    low_mark(task);
    read(task, {1, 2, 3});
    event();
    high_mark(task);
    EXPECT_EQ(emitted(), Keys{});
    EXPECT_FALSE(director_.live(task.window));
    return task;
  }
  void expect_read_again(const ChunkTask& first, std::uint64_t version) {
    const ChunkTask again = next();
    EXPECT_NE(again.window, first.window);
    EXPECT_EQ(again.lower, first.lower);
    EXPECT_EQ(again.table->version, version);
    announce(again);
    low_mark(again);
    read(again, {1});
    high_mark(again);
    EXPECT_EQ(emitted(), Keys{R"({"id":1})"});
  }
};

TEST_F(VoidedWindow, ByATruncate) {
  const ChunkTask first = after([&] {
    EXPECT_TRUE(incremental_->table_truncated({"shop", "orders"}));
    EXPECT_TRUE(incremental_->table_truncated({"shop", "items"}));
  });
  expect_read_again(first, first.table->version);
}

TEST_F(VoidedWindow, ByABlockingSnapshotOfTheTable) {
  const ChunkTask first = after([&] {
    incremental_->table_emitted({"shop", "orders"});
    incremental_->table_emitted({"shop", "items"});
    incremental_->table_emitted({"shop", "gone"});
  });
  expect_read_again(first, first.table->version);
}

TEST_F(VoidedWindow, ByANewStructureOfTheTable) {
  std::uint64_t version = 0;
  const ChunkTask first = after([&] {
    TableDef wider = structure("items", {int_column("id"), int_column("size")});
    wider.columns[0].nullable = false;
    put(std::move(wider));
    const TablePtr now = tables_.find({"shop", "items"})->def;
    version = now->version;
    EXPECT_TRUE(incremental_->table_changed(now));
  });
  EXPECT_GT(version, first.table->version);
  EXPECT_EQ(next().table->version, version);
}

TEST_F(VoidedWindow, ByANewLink) {
  const ChunkTask first = after([&] { EXPECT_TRUE(incremental_->reconnected()); });
  expect_read_again(first, first.table->version);
}

TEST_F(VoidedWindow, ByAStop) {
  after([&] {
    const Verdict verdict =
        answered("s2", "stop-snapshot", R"({"data-collections":["shop.items"]})");
    EXPECT_TRUE(verdict.accepted) << verdict.reason;
  });
  EXPECT_FALSE(director_.next(0));
  ASSERT_EQ(outcomes().size(), 1U);
  EXPECT_EQ(outcomes()[0].status, "STOPPED");
  EXPECT_TRUE(incremental_->take_urgent());
}

TEST_F(VoidedWindow, ByTheEndOfTheTable) {
  after([&] {
    ASSERT_TRUE(tables_.remove({"shop", "items"}));
    EXPECT_TRUE(incremental_->table_gone({"shop", "items"}));
  });
  ASSERT_EQ(outcomes().size(), 1U);
  EXPECT_EQ(outcomes()[0].status, "FAILED");
  EXPECT_EQ(outcomes()[0].reason, "the table was dropped or renamed");
  EXPECT_EQ(outcomes()[0].signal_id, "s1");
}

// The reader could not know yet when it posted them.
TEST_F(IncrementalTest, DropsMessagesOfAWindowThatIsVoidAlready) {
  execute("s1");
  const ChunkTask task = next();
  ASSERT_TRUE(incremental_->reconnected());
  announce(task);
  read(task, {1});
  low_mark(task);
  high_mark(task);
  EXPECT_EQ(emitted(), Keys{});
}

TEST_F(IncrementalTest, RowsOfAnOldStructureThatComeLateAreReadAgain) {
  execute("s1");
  const ChunkTask task = next();
  put(structure("items", {int_column("id"), int_column("size")}));
  ASSERT_TRUE(incremental_->table_changed(tables_.find({"shop", "items"})->def));
  announce(task);
  low_mark(task);
  high_mark(task);
  EXPECT_EQ(emitted(), Keys{});
  EXPECT_EQ(next().table->columns.size(), 2U);
}

// -- what is stored --------------------------------------------------------------------------------------------------

TEST_F(IncrementalTest, AVerdictIsStoredAtOnce) {
  EXPECT_FALSE(incremental_->take_urgent());
  execute("s1");
  EXPECT_TRUE(incremental_->dirty());
  EXPECT_TRUE(incremental_->take_urgent());
  EXPECT_FALSE(incremental_->take_urgent());
  incremental_->state();
  EXPECT_FALSE(incremental_->dirty());
}

TEST_F(IncrementalTest, AnOutcomeIsStoredAtOnceAndWithTheStateThatNoLongerHasTheTable) {
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1, 2});
  incremental_->state();
  incremental_->take_urgent();
  high_mark(task);
  EXPECT_TRUE(incremental_->dirty());
  EXPECT_TRUE(incremental_->state()->tables.empty());
  EXPECT_TRUE(incremental_->take_urgent());
  ASSERT_EQ(incremental_->answers()->outcomes.size(), 1U);
  const SnapshotOutcome& outcome = incremental_->answers()->outcomes[0];
  EXPECT_EQ(outcome.status, "COMPLETED");
  EXPECT_EQ(outcome.collection, "shop.items");
  EXPECT_EQ(outcome.rows, 2U);
  EXPECT_FALSE(incremental_->dirty());
}

TEST_F(IncrementalTest, RemembersTheLatestVerdictsOnly) {
  for (std::size_t i = 0; i < kVerdictsMax + 3; ++i)
    answered(fmt::format("s{}", i), "stop-snapshot");
  const auto& verdicts = incremental_->answers()->verdicts;
  ASSERT_EQ(verdicts.size(), kVerdictsMax);
  EXPECT_EQ(verdicts.front().signal_id, "s3");
}

// -- the probe -------------------------------------------------------------------------------------------------------

TEST_F(IncrementalTest, AProbeThatReturnsIsForgotten) {
  incremental_->expect({.id = "p1", .by = {.position = {"binlog.000007", 100}}});
  EXPECT_TRUE(incremental_->poll(at_));
  inserted("p1", kProbeType, "{}");
  at_.position.pos = 200;
  EXPECT_TRUE(incremental_->poll(at_));
  EXPECT_TRUE(incremental_->answers()->verdicts.empty()) << "it is no signal";
}

TEST_F(IncrementalTest, AProbeThatDoesNotReturnEndsTheStreamWhereItShouldHaveBeen) {
  incremental_->expect({.id = "p1", .by = {.position = {"binlog.000007", 100}}});
  inserted("p0", kProbeType, "{}");  // of an earlier start
  at_.position.pos = 99;
  EXPECT_TRUE(incremental_->poll(at_));
  at_.position.pos = 100;
  const Status done = incremental_->poll(at_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kServer);
  EXPECT_NE(done.error().message().find("p1"), std::string::npos);
  EXPECT_NE(done.error().remedy().find("binlog_ignore_db"), std::string::npos);
}

TEST_F(IncrementalTest, TellsItsProgressFourTimesASecondAndVerdictsAtOnce) {
  ASSERT_TRUE(incremental_->poll(at_));
  execute("s1");
  ASSERT_TRUE(incremental_->poll(at_));
  ASSERT_EQ(status_.view().snapshots.size(), 1U);
  EXPECT_EQ(status_.view().answers->verdicts.size(), 1U);
  incremental_->take_urgent();
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1, 2, 3});
  high_mark(task);
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_FALSE(status_.view().snapshots[0].started);
  clock_.advance(std::chrono::milliseconds(250));
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_TRUE(status_.view().snapshots[0].started);
  EXPECT_EQ(status_.view().snapshots[0].rows_emitted, 3U);
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The source thread's side of a snapshot, told step by step: the test is the stream and the readers.
#include "connector/incremental.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "testing/memory_delivery.h"

namespace tidemark {
namespace {

class ManualClock final : public Clock {
 public:
  std::int64_t wall_ns() const override { return 5'000'000'000; }
  SteadyTime steady() const override { return now_; }
  void advance(std::chrono::milliseconds span) { now_ += span; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

ColumnDef int_column(std::string name) {
  ColumnDef column;
  column.name = std::move(name);
  column.data_type = "int";
  column.column_type = "int";
  column.kind = ColumnKind::kInt;
  column.nullable = false;
  return column;
}
ColumnDef text_column(std::string name) {
  ColumnDef column;
  column.name = std::move(name);
  column.data_type = "varchar";
  column.column_type = "varchar(200)";
  column.kind = ColumnKind::kString;
  column.charset = Charset::kUtf8;
  column.charset_name = "utf8mb4";
  column.collation_name = "utf8mb4_bin";
  column.length = 200;
  return column;
}
TableDef structure(const std::string& name, std::vector<ColumnDef> columns) {
  TableDef def;
  def.id = {"shop", name};
  def.columns = std::move(columns);
  def.key_columns = {0};
  def.key_is_primary = true;
  def.rows_estimated = 3;
  return def;
}
KeyTuple key(std::int64_t value) {
  KeyCell cell;
  cell.i64 = value;
  return {cell};
}

// No server listens there: the only server is the test.
ServerSettings nowhere() {
  ServerSettings out;
  out.host = "127.0.0.1";
  out.port = 1;
  out.connect_timeout_ms = 1000;
  return out;
}

class IncrementalTest : public testing::Test {
 protected:
  void SetUp() override {
    log::set_level(log::Level::kError);
    for (const char* const name : {"items", "orders"}) put(structure(name, {int_column("id")}));
    put(structure("signals", {text_column("id"), text_column("type"), text_column("data")}));
    boot();
  }
  void put(TableDef def) { ASSERT_TRUE(tables_.put(std::move(def), true)); }
  void boot(Watermarking watermarking = Watermarking::kInsertInsert) {
    incremental_.emplace(
        Incremental::Parts{clock_, director_, blocking_, tables_, output_, desk_, status_},
        WindowSet::Options{.watermarking = watermarking}, AnswerLog{});
  }

  // -- the stream --

  Status row(Op op, std::string_view id, std::string_view type,
             std::optional<std::string_view> data = std::nullopt) {
    const Value cells[] = {Value::of_text(id), Value::of_text(type),
                           data ? Value::of_text(*data) : Value::of_null()};
    const TablePtr table = tables_.find({"shop", "signals"})->def;
    return incremental_->signal_row(*table, op, cells, info_, at_);
  }
  void inserted(std::string_view id, std::string_view type,
                std::optional<std::string_view> data = std::nullopt) {
    const Status done = row(Op::kCreate, id, type, data);
    ASSERT_TRUE(done) << done.error().text();
  }
  void low_mark(const ChunkTask& task) { inserted(task.window + "-open", "snapshot-window-open"); }
  void high_mark(const ChunkTask& task) {
    inserted(task.window + "-close", "snapshot-window-close");
  }
  void open_row_deleted(const ChunkTask& task) {
    ASSERT_TRUE(row(Op::kDelete, task.window + "-open", "snapshot-window-open"));
  }
  // An emitted change of shop.items: the keys of its images, 0 for none.
  void changed(std::int64_t before, std::int64_t after, const char* table = "items") {
    const Value images[] = {Value::of_int(before), Value::of_int(after)};
    const RowView both(images);
    incremental_->note(*tables_.find({"shop", table}), before == 0 ? RowView() : both.subspan(0, 1),
                       after == 0 ? RowView() : both.subspan(1, 1));
  }
  Verdict answered(std::string_view id, std::string_view type,
                   std::optional<std::string_view> data = std::nullopt) {
    inserted(id, type, data);
    const auto& verdicts = incremental_->answers()->verdicts;
    EXPECT_FALSE(verdicts.empty());
    if (verdicts.empty()) return {};
    EXPECT_EQ(verdicts.back().signal_id, id);
    EXPECT_EQ(verdicts.back().type, type);
    return verdicts.back();
  }
  Verdict execute(std::string_view id, std::string_view tables = R"("shop.items")") {
    return answered(id, "execute-snapshot", fmt::format(R"({{"data-collections":[{}]}})", tables));
  }

  // -- the readers --

  ChunkTask next(ReaderId reader = 0) {
    auto task = director_.next(reader);
    if (task && task->kind == ChunkTask::Kind::kStart) {
      director_.report_start(task->ticket, KeyRange{key(1), key(9)});
      task = director_.next(reader);
    }
    EXPECT_TRUE(task && task->kind == ChunkTask::Kind::kChunk);
    return task.value_or(ChunkTask());
  }
  // A chunk of a snapshot that has just been asked for, registered.
  ChunkTask chunk() {
    ChunkTask task = next();
    announce(task);
    return task;
  }
  void announce(const ChunkTask& task) {
    incremental_->post(WindowSpec{.id = task.window,
                                  .table = task.table->id,
                                  .table_version = task.table->version,
                                  .stripe = task.stripe});
  }
  void read(const ChunkTask& task, const std::vector<std::int64_t>& ids, Position close_at = {}) {
    const CapturedTable& table = *tables_.find(task.table->id);
    ChunkRows rows;
    rows.window = task.window;
    rows.table = task.table;
    rows.close_at = std::move(close_at);
    const auto slice = [&](auto&& write) {
      const std::size_t at = rows.arena.size();
      write();
      return Slice{at, static_cast<std::uint32_t>(rows.arena.size() - at)};
    };
    for (const std::int64_t id : ids) {
      const Value cells[] = {Value::of_int(id)};
      RowSlot slot;
      slot.key = slice([&] { table.encoder->encode_key(cells, rows.arena); });
      slot.row = slice([&] { table.encoder->encode_row(cells, rows.arena); });
      slot.identity = slice([&] { append_identity(rows.arena, task.key->identity, cells); });
      rows.rows.push_back(slot);
    }
    rows.rows_read = ids.size();
    const bool last = ids.size() < task.limit;
    const KeyTuple last_key = ids.empty() ? KeyTuple() : key(ids.back());
    if (director_.report_read(task.window, {last_key, ids.size(), last}))
      incremental_->post(std::move(rows));
  }

  // -- what came of it --

  std::vector<std::string> emitted() {
    std::vector<std::string> out;
    const RecordBatch& batch = output_.batch();
    for (const Record& record : batch.records()) out.emplace_back(batch.key(record));
    return out;
  }
  std::vector<SnapshotOutcome> outcomes() {
    incremental_->state();
    return incremental_->answers()->outcomes;
  }

  ManualClock clock_;
  TopicRegistry topics_;
  MemoryDelivery delivery_{"incremental"};
  Output output_{*delivery_};
  std::stop_source stop_;
  ServerDesk desk_{nowhere(), stop_.get_token()};
  StatusBoard status_;
  Settings settings_;
  EncoderContext encoding_{.settings = {.schemas_enable_key = false, .schemas_enable_value = false},
                           .topic_prefix = "tm",
                           .connector_version = "0",
                           .run_id = "run",
                           .topics = &topics_};
  Tables tables_{CaptureFilter({}), encoding_, TableId{"shop", "signals"}};
  int ids_ = 0;
  Director director_{
      {.chunk_rows = 3,
       .readers = 2,
       .new_id = [this] { return fmt::format("00000000-0000-4000-8000-{:012}", ++ids_); }},
      clock_};
  BlockingSnapshots blocking_{{.settings = settings_,
                               .encoding = encoding_,
                               .clock = clock_,
                               .director = director_,
                               .tables = tables_,
                               .output = output_,
                               .desk = desk_,
                               .status = status_},
                              {}};
  SourceInfo info_{.ts_us = 1, .gtid = "g:7", .file = "binlog.000007", .pos = 70};
  Offset at_{.position = {"binlog.000007", 70}};
  std::optional<Incremental> incremental_;
};

using Keys = std::vector<std::string>;

// -- windows ---------------------------------------------------------------------------------------------------------

TEST_F(IncrementalTest, ReadOnlyRowsLeaveWhereTheLogEndedAfterTheirSelect) {
  boot(Watermarking::kReadOnly);
  EXPECT_FALSE(incremental_->awaits_place());
  director_.submit("s1", {{tables_.find({"shop", "items"})->def, ""}});
  const ChunkTask task = chunk();
  incremental_->post(SeenAsked{task.window});
  EXPECT_FALSE(incremental_->seen_asked()) << "not before the stream has looked";
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_TRUE(incremental_->seen_asked());
  changed(0, 2);  // noted, though no row of the log has opened the window
  incremental_->answer_seen({.gtids = {}, .here = {"binlog.000007", 70}, .server_id = 5});
  EXPECT_FALSE(incremental_->seen_asked());
  const auto seen = incremental_->await_seen(task.window, {});
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

TEST_F(IncrementalTest, ReadersOfWindowsThatBecameVoidAreNotKeptWaiting) {
  boot(Watermarking::kReadOnly);
  director_.submit("s1", {{tables_.find({"shop", "items"})->def, ""}});
  const ChunkTask task = chunk();
  incremental_->post(SeenAsked{task.window});
  const std::uint64_t link = incremental_->link();
  ASSERT_TRUE(incremental_->reconnected());
  EXPECT_NE(incremental_->link(), link);
  incremental_->answer_seen({});
  EXPECT_FALSE(incremental_->await_seen(task.window, {}));
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
  boot(Watermarking::kInsertDelete);
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1, 2});
  open_row_deleted(task);
  EXPECT_EQ(emitted(), Keys{}) << "it may be a stranger's delete, committed before the SELECT";
  changed(0, 2);
  incremental_->post(CloseConfirmed{task.window, 1});
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_EQ(emitted(), Keys{R"({"id":1})"});
}

TEST_F(IncrementalTest, ADeleteThatFoundNoRowVoidsTheWindow) {
  boot(Watermarking::kInsertDelete);
  execute("s1");
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {1, 2});
  incremental_->post(CloseConfirmed{task.window, 0});
  ASSERT_TRUE(incremental_->poll(at_));
  open_row_deleted(task);
  EXPECT_EQ(emitted(), Keys{});
  EXPECT_FALSE(director_.live(task.window));
}

// -- what voids a window ---------------------------------------------------------------------------------------------

class VoidedWindow : public IncrementalTest {
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

// -- verdicts --------------------------------------------------------------------------------------------------------

TEST_F(IncrementalTest, AnswersAcceptedSignalsWithWhatTheyDo) {
  EXPECT_EQ(execute("s1").reason, "queued shop.items");
  EXPECT_EQ(execute("s2", R"("shop\\..*")").reason,
            "queued shop.orders; shop.items is queued already for signal s1");
  chunk();
  EXPECT_EQ(execute("s3").reason, "shop.items is being read already for signal s1");
  EXPECT_EQ(answered("s4", "pause-snapshot").reason,
            "paused: chunks in flight are still emitted, then nothing until resume-snapshot");
  EXPECT_EQ(answered("s5", "pause-snapshot").reason, "paused already");
  EXPECT_EQ(answered("s6", "resume-snapshot").reason, "resumed");
  EXPECT_EQ(answered("s7", "log", R"({"message":"at {}"})").reason, "logged");
  for (const Verdict& verdict : incremental_->answers()->verdicts) {
    EXPECT_TRUE(verdict.accepted) << verdict.signal_id;
    EXPECT_EQ(verdict.at_ms, 5000);
  }
}

TEST_F(IncrementalTest, SaysWhenASnapshotHasToWaitForAResume) {
  execute("s1");
  answered("s2", "pause-snapshot");
  EXPECT_EQ(execute("s3", R"("shop.orders")").reason,
            "queued shop.orders; snapshots are paused: it starts after resume-snapshot");
}

TEST_F(IncrementalTest, RefusesWhatCannotBeDone) {
  const auto refused = [&](std::string_view id, std::string_view type,
                           std::optional<std::string_view> data, std::string_view part) {
    const Verdict verdict = answered(id, type, data);
    EXPECT_FALSE(verdict.accepted) << id;
    EXPECT_NE(verdict.reason.find(part), std::string::npos) << verdict.reason;
  };
  refused("s1", "pause-snapshot", std::nullopt, "nothing to pause");
  refused("s2", "resume-snapshot", std::nullopt, "nothing to resume");
  refused("s3", "execute-snapshots", "{}", "did you mean");
  refused("s4", "execute-snapshot", "{", "line 1");
  refused("s5", "execute-snapshot", R"({"data-collections":["(" ]})", "(");
  execute("s6");
  refused("s7", "stop-snapshot", R"({"data-collections":["shop.orders"]})",
          "none of these is being snapshotted");
  EXPECT_EQ(director_.tables().size(), 1U);
}

TEST_F(IncrementalTest, StoppingNothingIsNoMistake) {
  const Verdict verdict = answered("s1", "stop-snapshot");
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.reason, "no incremental snapshot is running, nothing to stop");
}

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

TEST_F(IncrementalTest, AnUpdatedOrDeletedSignalRowIsNoSignal) {
  ASSERT_TRUE(row(Op::kUpdate, "s1", "execute-snapshot", R"({"data-collections":["shop.items"]})"));
  ASSERT_TRUE(row(Op::kDelete, "s1", "execute-snapshot", R"({"data-collections":["shop.items"]})"));
  EXPECT_TRUE(incremental_->answers()->verdicts.empty());
  EXPECT_TRUE(director_.idle());
}

TEST_F(IncrementalTest, ASignalTableOfAnotherShapeEndsTheStream) {
  put(structure("signals", {text_column("id"), text_column("type")}));
  const Status done = row(Op::kCreate, "s1", "stop-snapshot");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kServer);
}

// -- blocking snapshots ----------------------------------------------------------------------------------------------

constexpr std::string_view kBlockingItems =
    R"({"data-collections":["SHOP[.]ITEMS"],"type":"blocking"})";

TEST_F(IncrementalTest, ABlockingSnapshotIsStoredAndHoldsBackChunks) {
  execute("s1", R"("shop.orders")");
  const Verdict verdict = answered("b1", "execute-snapshot", kBlockingItems);
  EXPECT_TRUE(verdict.accepted) << verdict.reason;
  EXPECT_EQ(
      verdict.reason,
      "queued shop.items for a blocking snapshot; incremental snapshots rest until it is done");
  EXPECT_EQ(*blocking_.state(), (std::vector<BlockingRequest>{{"b1", {{"shop", "items", ""}}}}));
  EXPECT_TRUE(blocking_.waiting());
  EXPECT_FALSE(director_.next(0));
  ASSERT_EQ(status_.view().blocking.size(), 1U);
  EXPECT_FALSE(status_.view().blocking[0].started);

  const Verdict later =
      answered("s2", "execute-snapshot", R"({"data-collections":["shop.items"]})");
  EXPECT_NE(later.reason.find("a blocking snapshot goes before"), std::string::npos)
      << later.reason;
  const Verdict stopped = answered("b2", "stop-snapshot", R"({"type":"blocking"})");
  EXPECT_EQ(stopped.reason, "stopped shop.items");
  EXPECT_FALSE(blocking_.waiting());
  ASSERT_EQ(incremental_->answers()->outcomes.size(), 1U);
  EXPECT_EQ(incremental_->answers()->outcomes[0].signal_id, "b1");
  EXPECT_EQ(incremental_->answers()->outcomes[0].status, "STOPPED");
  EXPECT_TRUE(director_.next(0));
  EXPECT_TRUE(status_.view().blocking.empty());
}

TEST_F(IncrementalTest, BlockingSnapshotsAreStoppedTableByTable) {
  answered("b1", "execute-snapshot", R"({"data-collections":["shop[.].*"],"type":"blocking"})");
  // The signal table is none of them.
  EXPECT_EQ(blocking_.tables(), (std::vector<TableId>{{"shop", "items"}, {"shop", "orders"}}));
  const Verdict second = answered("b2", "execute-snapshot", kBlockingItems);
  EXPECT_NE(second.reason.find("begins when those before"), std::string::npos) << second.reason;
  const Verdict some =
      answered("b3", "stop-snapshot", R"({"data-collections":["shop.items"],"type":"blocking"})");
  EXPECT_EQ(some.reason, "stopped shop.items, shop.items");
  EXPECT_EQ(*blocking_.state(), (std::vector<BlockingRequest>{{"b1", {{"shop", "orders", ""}}}}));
  EXPECT_EQ(incremental_->answers()->outcomes.size(), 2U);
  const Verdict none =
      answered("b4", "stop-snapshot", R"({"data-collections":["shop.items"],"type":"blocking"})");
  EXPECT_FALSE(none.accepted);
  const Verdict other = answered("b5", "stop-snapshot");
  EXPECT_NE(other.reason.find("a blocking one waits"), std::string::npos) << other.reason;
  EXPECT_TRUE(blocking_.waiting());
  EXPECT_EQ(answered("b6", "stop-snapshot", R"({"type":"blocking"})").reason,
            "stopped shop.orders");
  EXPECT_EQ(answered("b7", "stop-snapshot", R"({"type":"blocking"})").reason,
            "no blocking snapshot is waiting, nothing to stop");
}

TEST_F(IncrementalTest, AFilterOfABlockingSnapshotNamesItsTable) {
  const Verdict verdict =
      answered("b1", "execute-snapshot",
               R"({"data-collections":["shop.items"],"type":"blocking","additional-conditions":)"
               R"([{"data-collection":"shop.*","filter":"SELECT * FROM shop.items"}]})");
  EXPECT_FALSE(verdict.accepted);
  EXPECT_NE(verdict.reason.find("it is a name, no expression"), std::string::npos)
      << verdict.reason;
  EXPECT_FALSE(blocking_.waiting());
}

TEST_F(IncrementalTest, AStoredBlockingSnapshotHoldsBackChunksFromTheBeginning) {
  const BlockingRequest stored{"b1", {{"shop", "items", "SELECT 1"}}};
  const BlockingSnapshots again({.settings = settings_,
                                 .encoding = encoding_,
                                 .clock = clock_,
                                 .director = director_,
                                 .tables = tables_,
                                 .output = output_,
                                 .desk = desk_,
                                 .status = status_},
                                {stored});
  execute("s1");
  EXPECT_FALSE(director_.next(0));
  EXPECT_EQ(again.state()->at(0), stored);
  EXPECT_FALSE(again.open());
}

// -- questions to the server -----------------------------------------------------------------------------------------

TEST_F(IncrementalTest, ASignalIsNotRefusedBecauseTheServerIsAway) {
  const Status done = row(Op::kCreate, "s1", "execute-snapshot", R"({"data-collections":["a.b"]})");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kRetryable);
  EXPECT_TRUE(incremental_->answers()->verdicts.empty());
}

TEST_F(IncrementalTest, ASignalIsNotRefusedBecauseWeStop) {
  stop_.request_stop();
  const Status done = row(Op::kCreate, "s1", "execute-snapshot",
                          R"({"data-collections":["shop.items"],"additional-conditions":[)"
                          R"({"data-collection":"shop.items","filter":"id > 1"}]})");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kCancelled);
  EXPECT_TRUE(incremental_->answers()->verdicts.empty());
  EXPECT_TRUE(director_.idle());
}

// -- the probe -------------------------------------------------------------------------------------------------------

TEST_F(IncrementalTest, AProbeThatReturnsIsForgotten) {
  incremental_->expect({"p1", {"binlog.000007", 100}});
  EXPECT_TRUE(incremental_->poll(at_));
  inserted("p1", kProbeType, "{}");
  at_.position.pos = 200;
  EXPECT_TRUE(incremental_->poll(at_));
  EXPECT_TRUE(incremental_->answers()->verdicts.empty()) << "it is no signal";
}

TEST_F(IncrementalTest, AProbeThatDoesNotReturnEndsTheStreamWhereItShouldHaveBeen) {
  incremental_->expect({"p1", {"binlog.000007", 100}});
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

// -- the status ------------------------------------------------------------------------------------------------------

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

TEST_F(IncrementalTest, WakesTheStreamForAMessage) {
  int woken = 0;
  incremental_->on_post([&] { ++woken; });
  incremental_->post(CloseConfirmed{"w", 1});
  EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace tidemark

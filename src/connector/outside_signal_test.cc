// SPDX-License-Identifier: Apache-2.0
// Signals of other channels than the table, and what is told of them and of snapshots.
#include "connector/outside_signal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/log.h"
#include "connector/incremental.h"
#include "testing/memory_delivery.h"

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SignalMarks, MoveWithWhatWasWorkedOff) {
  SignalMarks marks;
  move_marks(marks, KafkaMark{"a", {{0, 7}, {1, 3}}});
  move_marks(marks, FileMark{.bytes = 10, .hash = 4});
  move_marks(marks, KafkaMark{"a", {{1, 4}}});
  EXPECT_EQ(marks, (SignalMarks{"a", {{0, 7}, {1, 4}}, 10, 4}));
  move_marks(marks, KafkaMark{"b", {{0, 1}}});
  EXPECT_EQ(marks.next, (std::map<std::int32_t, std::int64_t>{{0, 1}}));
}

// No server listens there.
ServerSettings nowhere() {
  ServerSettings out;
  out.host = "127.0.0.1";
  out.port = 1;
  out.connect_timeout_ms = 1000;
  return out;
}

TableDef table_of_ids(const std::string& name, bool with_key) {
  ColumnDef id;
  id.name = "id";
  id.data_type = id.column_type = "int";
  id.kind = ColumnKind::kInt;
  id.nullable = false;
  TableDef def;
  def.id = {"shop", name};
  def.columns = {id};
  if (with_key) {
    def.key_columns = {0};
    def.key_is_primary = true;
  }
  return def;
}

Settings with_notifications() {
  Settings out;
  out.topic_prefix = "tm";
  out.encode.schemas_enable_key = out.encode.schemas_enable_value = false;
  out.notifications.sink_topic = "told";
  return out;
}

class OutsideSignalTest : public testing::Test {
 protected:
  void SetUp() override {
    log::set_level(log::Level::kError);
    ASSERT_TRUE(tables_.put(table_of_ids("items", true), true));
    ASSERT_TRUE(tables_.put(table_of_ids("orders", true), true));
  }
  void TearDown() override { log::set_level(log::Level::kInfo); }

  void post(std::int64_t offset, std::string_view text) {
    incremental_.post(OutsideSignal{
        .mark = KafkaMark{"sig", {{0, offset + 1}}},
        .channel = "kafka",
        .message = parse_signal_message(text, SignalForm::kMessage, fmt::format("@{}", offset))});
  }
  std::string execute(std::string_view id, std::string_view table) {
    return fmt::format(
        R"({{"id":"{}","type":"execute-snapshot","data":{{"data-collections":["shop.{}"]}}}})", id,
        table);
  }
  Status poll() { return incremental_.poll(at_); }
  const std::vector<Verdict>& verdicts() { return incremental_.answers()->verdicts; }
  std::int64_t next() {
    const auto marks = incremental_.marks();
    const auto of = marks->next.find(0);
    return of == marks->next.end() ? -1 : of->second;
  }
  // "aggregate type id: name=value ..", by name, without what all have.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    const RecordBatch& batch = output_.batch();
    for (const Record& record : batch.records()) {
      if (record.topic->name != "told") continue;
      const auto document = JsonDocument::parse(batch.value(record)).value();
      std::optional<JsonProblem> problem;
      const JsonReader root = document.root(problem);
      std::string line =
          root.text("aggregate_type") + " " + root.text("type") + " " + root.text("id") + ":";
      root.object("additional_data").members([&](std::string_view name, const JsonReader& value) {
        if (name == "connector_name") return;
        line += fmt::format(" {}={}", name, value.as_text());
      });
      out.push_back(line);
    }
    return out;
  }
  ChunkTask chunk() {
    auto task = director_.next(0);
    if (task && task->kind == ChunkTask::Kind::kStart) {
      director_.report_start(task->ticket, KeyRange{key(1), key(9)});
      task = director_.next(0);
    }
    EXPECT_TRUE(task && task->kind == ChunkTask::Kind::kChunk);
    return *task;
  }
  static KeyTuple key(std::int64_t value) {
    KeyCell cell;
    cell.i64 = value;
    return {cell};
  }

  SystemClock clock_;
  TopicRegistry topics_;
  MemoryDelivery delivery_{"outside"};
  Output output_{*delivery_};
  std::stop_source stop_;
  ServerDesk desk_{nowhere(), stop_.get_token()};
  StatusBoard status_;
  Settings settings_ = with_notifications();
  EncoderContext encoding_{.settings = settings_.encode,
                           .topic_prefix = "tm",
                           .connector_version = "0",
                           .run_id = "run",
                           .topics = &topics_};
  Tables tables_{CaptureFilter({}), encoding_, std::nullopt};
  Director director_{{.chunk_rows = 3, .readers = 1, .new_id = {}}, clock_};
  Notifications notifications_{settings_, topics_, clock_};
  BlockingSnapshots blocking_{{.settings = settings_,
                               .encoding = encoding_,
                               .clock = clock_,
                               .director = director_,
                               .tables = tables_,
                               .output = output_,
                               .desk = desk_,
                               .status = status_},
                              {}};
  Offset at_{.position = {"binlog.000007", 70}};
  Incremental incremental_{Incremental::Parts{clock_, director_, blocking_, tables_, output_, desk_,
                                              status_, &notifications_},
                           WindowSet::Options{}, AnswerLog{}, SignalMarks{"sig", {{0, 4}}, 0, 0}};
};

TEST_F(OutsideSignalTest, AreExecutedInOrderWithTheirMarks) {
  EXPECT_EQ(next(), 4);
  (void)incremental_.state();
  EXPECT_FALSE(incremental_.dirty());
  post(4, execute("a", "items"));
  post(5, execute("b", "orders"));
  EXPECT_THAT(verdicts(), IsEmpty()) << "not on the thread of the channel";
  ASSERT_TRUE(poll());
  ASSERT_EQ(verdicts().size(), 2U);
  EXPECT_TRUE(verdicts()[0].accepted) << verdicts()[0].reason;
  EXPECT_EQ(verdicts()[1].signal_id, "b");
  EXPECT_THAT(director_.tables(), ElementsAre(TableId{"shop", "items"}, TableId{"shop", "orders"}));
  EXPECT_EQ(next(), 6);
  EXPECT_TRUE(incremental_.dirty());
  EXPECT_TRUE(incremental_.take_urgent());
}

TEST_F(OutsideSignalTest, ThatAreNoneAreRefused) {
  post(4, R"({"id":"x","type":"execute-snapshot"})");
  post(5, "nonsense");
  ASSERT_TRUE(poll());
  ASSERT_EQ(verdicts().size(), 2U);
  EXPECT_FALSE(verdicts()[0].accepted);
  EXPECT_THAT(verdicts()[0].reason, HasSubstr("\"data\" is missing"));
  EXPECT_EQ(verdicts()[1].signal_id, "@5");
  EXPECT_EQ(next(), 6);
  ASSERT_EQ(told().size(), 2U);
  EXPECT_THAT(told()[0],
              HasSubstr("Signal REFUSED x: channel=kafka reason=\"data\" is missing; do: send"));
  EXPECT_THAT(told()[0], HasSubstr("signal_type=execute-snapshot"));
}

TEST_F(OutsideSignalTest, WithAnotherKeyMoveTheMarkAlone) {
  incremental_.post(OutsideSignal{
      .mark = KafkaMark{"sig", {{0, 5}}},
      .channel = "kafka",
      .passed_over = PassedOver{.place = "sig[0]@4", .reason = "its key is \"tn\"", .count = 3}});
  ASSERT_TRUE(poll());
  EXPECT_THAT(verdicts(), IsEmpty());
  EXPECT_EQ(next(), 5);
  EXPECT_TRUE(incremental_.dirty()) << "the mark is stored";
  EXPECT_FALSE(incremental_.take_urgent());
  EXPECT_THAT(told(), ElementsAre("Signal REFUSED sig[0]@4: channel=kafka reason=its key is \"tn\" "
                                  "(3 so far)"));
}

// The server is needed for the answer, and is not there: nothing is lost, nothing answered.
TEST_F(OutsideSignalTest, WaitForAServerThatIsAway) {
  post(4, R"({"id":"a","type":"schema-changes","data":{"database":"shop","changes":)"
          R"([{"type":"ALTER","id":"\"shop\".\"items\""}]}})");
  post(5, execute("b", "items"));
  const Status done = poll();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kRetryable);
  EXPECT_THAT(verdicts(), IsEmpty());
  EXPECT_EQ(next(), 4);
  EXPECT_TRUE(director_.idle());
}

TEST_F(OutsideSignalTest, PauseResumeAndStopAreTold) {
  post(4, execute("a", "items"));
  post(5, R"({"id":"p","type":"pause-snapshot","data":{}})");
  post(6, R"({"id":"r","type":"resume-snapshot","data":{}})");
  post(7, R"({"id":"s","type":"stop-snapshot","data":{}})");
  post(8, R"({"id":"t","type":"resume-snapshot","data":{}})");
  ASSERT_TRUE(poll());
  (void)incremental_.state();
  const auto lines = told();
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "Incremental Snapshot STARTED a: data_collections=shop.items signal_id=a");
  EXPECT_EQ(lines[1], "Incremental Snapshot PAUSED a: data_collections=shop.items signal_id=p");
  EXPECT_EQ(lines[2], "Incremental Snapshot RESUMED a: data_collections=shop.items signal_id=r");
  EXPECT_THAT(lines[3], HasSubstr("Signal REFUSED t:"));
  EXPECT_EQ(lines[4], "Incremental Snapshot ABORTED a: data_collections=shop.items signal_id=s");
  (void)incremental_.state();
  EXPECT_EQ(told().size(), 5U) << "once";
}

TEST_F(OutsideSignalTest, ASnapshotIsToldFromItsStartToItsEnd) {
  post(4, execute("a", "items"));
  ASSERT_TRUE(poll());
  const ChunkTask task = chunk();
  incremental_.post(WindowSpec{.id = task.window,
                               .table = task.table->id,
                               .table_version = task.table->version,
                               .stripe = task.stripe});
  ChunkRows rows;
  rows.window = task.window;
  rows.table = task.table;
  const Value cells[] = {Value::of_int(5)};
  RowSlot slot;
  const CapturedTable& table = *tables_.find(task.table->id);
  table.encoder->encode_key(cells, rows.arena);
  slot.key = {0, static_cast<std::uint32_t>(rows.arena.size())};
  const std::size_t at = rows.arena.size();
  table.encoder->encode_row(cells, rows.arena);
  slot.row = {at, static_cast<std::uint32_t>(rows.arena.size() - at)};
  rows.rows.push_back(slot);
  rows.rows_read = 1;
  rows.last_key = key(5);
  ASSERT_TRUE(director_.report_read(task.window, {key(5), 1, true}));
  incremental_.post(std::move(rows));
  ASSERT_TRUE(poll());
  TableDef signals;
  signals.id = {"shop", "signals"};
  for (const char* const name : {"id", "type", "data"}) {
    ColumnDef column;
    column.name = name;
    column.data_type = "varchar";
    column.kind = ColumnKind::kString;
    column.charset = Charset::kUtf8;
    signals.columns.push_back(column);
  }
  for (const auto& [end, type] :
       {std::pair("-open", kWindowOpenType), {"-close", kWindowCloseType}}) {
    const std::string id = task.window + end;
    const Value row[] = {Value::of_text(id), Value::of_text(type), Value::of_null()};
    ASSERT_TRUE(incremental_.signal_row(signals, Op::kCreate, row, {}, at_));
  }
  (void)incremental_.state();
  EXPECT_THAT(
      told(),
      ElementsAre("Incremental Snapshot STARTED a: data_collections=shop.items signal_id=a",
                  "Incremental Snapshot IN_PROGRESS a: "
                  "current_collection_in_progress=shop.items data_collections=shop.items "
                  "last_processed_key=5 maximum_key=9 signal_id=a",
                  "Incremental Snapshot TABLE_SCAN_COMPLETED a: data_collections=shop.items "
                  "scanned_collection=shop.items signal_id=a status=SUCCEEDED "
                  "total_rows_scanned=1",
                  "Incremental Snapshot COMPLETED a: signal_id=a"));
  EXPECT_EQ(output_.batch().records()[2].topic->name, "tm.shop.items") << "told of before its rows";
}

TEST(KeyText, IsAsTheOriginalPrintsKeys) {
  KeyTuple tuple(4);
  tuple[0] = {.kind = KeyCell::Kind::kUint, .u64 = 18446744073709551615U, .text = {}};
  tuple[1] = {.kind = KeyCell::Kind::kDatetime, .text = "2024-01-01 00:00:00.123456"};
  tuple[2] = {.kind = KeyCell::Kind::kText, .text = "q"};
  tuple[3].null = true;
  EXPECT_EQ(key_text(tuple), "18446744073709551615,2024-01-01 00:00:00.123456,q,<null>");
}

}  // namespace
}  // namespace tidemark

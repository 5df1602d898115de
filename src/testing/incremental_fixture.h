// SPDX-License-Identifier: Apache-2.0
// For tests: Incremental with everything around it but a server. The test is the stream, the readers and the
// channels of signals, step by step.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/log.h"
#include "connector/blocking.h"
#include "connector/incremental.h"
#include "connector/mailbox.h"
#include "connector/notifications.h"
#include "control/signal.h"
#include "testing/manual_clock.h"
#include "testing/memory_delivery.h"

namespace tidemark {

inline ColumnDef int_column(std::string name) {
  ColumnDef column;
  column.name = std::move(name);
  column.data_type = "int";
  column.column_type = "int";
  column.kind = ColumnKind::kInt;
  column.nullable = false;
  return column;
}
inline ColumnDef text_column(std::string name) {
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
inline TableDef structure(const std::string& name, std::vector<ColumnDef> columns) {
  TableDef def;
  def.id = {"shop", name};
  def.columns = std::move(columns);
  def.key_columns = {0};
  def.key_is_primary = true;
  def.rows_estimated = 3;
  return def;
}
inline KeyTuple key(std::int64_t value) {
  KeyCell cell;
  cell.i64 = value;
  return {cell};
}

// No server listens there: the only server is the test.
inline ServerSettings nowhere() {
  ServerSettings out;
  out.host = "127.0.0.1";
  out.port = 1;
  out.connect_timeout_ms = 1000;
  return out;
}

class IncrementalFixture : public testing::Test {
 protected:
  // `server`: where questions go.
  explicit IncrementalFixture(ServerSettings server = nowhere())
      : desk_(std::move(server), stop_.get_token()) {}

  void SetUp() override {
    log::set_level(log::Level::kError);
    for (const char* const name : {"items", "orders"}) put(structure(name, {int_column("id")}));
    put(structure("signals", {text_column("id"), text_column("type"), text_column("data")}));
    boot();
  }
  void TearDown() override { log::set_level(log::Level::kInfo); }
  void put(TableDef def) { ASSERT_TRUE(tables_.put(std::move(def), true)); }
  struct Boot {
    Watermarking watermarking = Watermarking::kInsertInsert;
    bool notifications = false;  // to the topic "told"
    SignalMarks marks = {};
  };
  void boot() { boot(Boot()); }
  void boot(Boot how) {
    incremental_.emplace(
        Incremental::Parts{.clock = clock_,
                           .director = director_,
                           .mailbox = mailbox_,
                           .blocking = blocking_,
                           .tables = tables_,
                           .output = output_,
                           .desk = desk_,
                           .status = status_,
                           .notifications = how.notifications ? &notifications_ : nullptr},
        WindowSet::Options{.watermarking = how.watermarking}, AnswerLog{}, std::move(how.marks));
  }
  static Settings told_settings() {
    Settings out;
    out.topic_prefix = "tm";
    out.encode.schemas_enable_key = out.encode.schemas_enable_value = false;
    out.notifications.sink_topic = "told";
    return out;
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

  // -- the channels of signals --

  void post(std::int64_t offset, std::string_view text) {
    mailbox_.post(OutsideSignal{
        .mark = KafkaMark{"sig", {{0, offset + 1}}},
        .channel = "kafka",
        .message = parse_signal_message(text, SignalForm::kMessage, fmt::format("@{}", offset))});
  }
  static std::string execute_message(std::string_view id, std::string_view table) {
    return fmt::format(
        R"({{"id":"{}","type":"execute-snapshot","data":{{"data-collections":["shop.{}"]}}}})", id,
        table);
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
  void announce(const ChunkTask& task) { mailbox_.post(spec_of(task)); }
  static WindowSpec spec_of(const ChunkTask& task) {
    return {.id = task.window,
            .table = task.table->id,
            .table_version = task.table->version,
            .stripe = task.stripe};
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
    rows.last_key = ids.empty() ? KeyTuple() : key(ids.back());
    const bool last = ids.size() < task.limit;
    if (director_.report_read(task.window, {rows.last_key, ids.size(), last}))
      mailbox_.post(std::move(rows));
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
  // As a checkpoint does, which takes outcomes along: they are told of then.
  void checkpoint() { ASSERT_NE(incremental_->state(), nullptr); }

  ManualClock clock_;
  TopicRegistry topics_;
  MemoryDelivery delivery_{"incremental"};
  Output output_{*delivery_};
  std::stop_source stop_;
  ServerDesk desk_;
  StatusBoard status_;
  Settings settings_ = told_settings();
  EncoderContext encoding_{.settings = settings_.encode,
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
  Mailbox mailbox_{director_};
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
  SourceInfo info_{.ts_us = 1, .gtid = "g:7", .file = "binlog.000007", .pos = 70};
  Offset at_{.position = {"binlog.000007", 70}};
  std::optional<Incremental> incremental_;
};

}  // namespace tidemark

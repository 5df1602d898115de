// SPDX-License-Identifier: Apache-2.0
// For tests: stream, readers and crashes around a modelled server, interleaved at random from a seed, with the real
// WindowSet and Director in the middle. What must hold (along the records of each key, in any schedule):
// no version goes back, no read event after the delete of the row, no row read twice, and the records
// applied in order give the table. Rows that existed before the snapshot have no events, so a lost read
// event shows in the last of these.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.h"
#include "snapshot/director.h"
#include "snapshot/window.h"
#include "testing/manual_clock.h"
#include "testing/server_model.h"

namespace tidemark {

inline TablePtr number_table(std::uint64_t version) {
  auto table = std::make_shared<TableDef>();
  table->id = {"shop", "orders"};
  table->version = version;
  table->rows_estimated = 60;
  ColumnDef column;
  column.name = "id";
  column.data_type = "bigint";
  column.kind = ColumnKind::kInt;
  table->columns.push_back(column);
  table->key_columns = {0};
  return table;
}

inline KeyTuple tuple_of(std::int64_t key) {
  KeyCell cell;
  cell.i64 = key;
  return {cell};
}

inline std::string identity_of(std::int64_t key) {
  std::string out(sizeof key, '\0');
  std::memcpy(out.data(), &key, sizeof key);
  return out;
}

struct ModelRecord {
  char op;  // c u d r t
  std::int64_t key;
  std::uint64_t version;
};

struct Scenario {
  std::uint64_t seed = 0;
  WindowFault fault = WindowFault::kNone;
  bool crashes = true;
  bool stops = false;  // stop-snapshot at a random moment
  bool read_only = false;
};

class SnapshotModel {
 public:
  explicit SnapshotModel(const Scenario& scenario)
      : scenario_(scenario), dice_(scenario.seed), server_(dice_, scenario.read_only) {
    log::set_level(log::Level::kError);
    readers_count_ = pick(1, 4);
    chunk_rows_ = static_cast<std::uint32_t>(pick(1, 7));
    watermarking_ = pick(0, 1) == 0 ? Watermarking::kInsertInsert : Watermarking::kInsertDelete;
    if (scenario_.read_only) watermarking_ = Watermarking::kReadOnly;
    commit_weight_ = std::array{1, 10, 40}[pick(0, 2)];
    stream_weight_ = std::array{1, 3, 10, 40}[pick(0, 3)];
    reader_weight_ = pick(1, 8);
    write_weight_ = std::array{6, 20, 60}[pick(0, 2)];
    trouble_ = pick(0, 2) == 0;
    const std::size_t rows = pick(0, 4) == 0 ? pick(0, 2) : pick(20, 60);
    server_.fill(rows);
    boot({}, 0);
    const auto results = director_->submit("signal-1", {{table_def_, ""}});
    EXPECT_EQ(results.at(0).status, SubmitResult::Status::kQueued);
    keep_checkpoint();
  }

  // The first broken promise, or nothing.
  std::optional<std::string> run() {
    const std::size_t steps = pick(100, 1500);
    for (std::size_t i = 0; i < steps && !broken_; ++i) step(true);
    for (std::size_t i = 0; i < 200'000 && !broken_ && !finished(); ++i) step(false);
    if (!broken_ && !finished()) broken_ = "the snapshot does not end";
    if (!broken_) check_output();
    if (!broken_) check_outcome();
    return broken_;
  }

  std::size_t crashes() const { return crashes_; }
  std::size_t dropped() const { return dropped_; }
  std::size_t voided() const { return voided_; }
  std::size_t stripes_most() const { return stripes_most_; }

 private:
  struct Registered {
    WindowSpec spec;
  };
  struct HandedOver {
    ChunkRows rows;
  };
  struct Confirmed {
    std::string id;
    std::uint64_t deleted;
  };
  using Message = std::variant<Registered, HandedOver, Confirmed>;

  // Read-only: what the stream has begun to see, for the reader of a window.
  struct Seen {
    std::string window;
    std::size_t transactions = 0;
  };

  struct Reader {
    enum class At : std::uint8_t { kIdle, kRegistered, kOpened, kSelected };
    At at = At::kIdle;
    std::optional<ChunkTask> task;
    ChunkRows rows;
    ChunkRead read;
    std::string unclosed;  // read, its close not written
    std::optional<Confirmed> unconfirmed;  // its DELETE has returned
  };

  struct Durable {
    IncrementalState state;
    std::size_t position = 0;
    std::size_t output = 0;
    std::size_t outcomes = 0;
    bool stopped = false;
  };

  std::size_t pick(std::size_t from, std::size_t to) { return dice_.pick(from, to); }
  bool chance(std::size_t one_in) { return dice_.chance(one_in); }

  // -- the engine: volatile --

  void boot(const IncrementalState& state, std::size_t position) {
    table_def_ = number_table(++table_version_);
    windows_.emplace(WindowSet::Options{.watermarking = watermarking_,
                                        .noted_keys_max = trouble_ ? 20U : 100'000U,
                                        .fault = scenario_.fault});
    director_.emplace(
        Director::Options{.chunk_rows = chunk_rows_,
                          .readers = static_cast<std::uint32_t>(readers_count_),
                          .new_id = [this] { return fmt::format("w{}", ++last_window_); },
                          .fault = scenario_.fault},
        clock_);
    director_->restore(state, [this](const TableId&) { return table_def_; });
    readers_.assign(readers_count_, Reader());
    mailbox_.clear();
    seen_.clear();
    position_ = position;
  }

  void step(bool load) {
    clock_.advance(std::chrono::milliseconds(pick(0, 40)));
    const std::size_t writes = load ? write_weight_ : 0U;
    if (scenario_.read_only && (pick(1, 100) <= commit_weight_ || !load)) server_.commit();
    const std::size_t dice = pick(1, stream_weight_ + readers_count_ * reader_weight_ + writes + 2);
    if (dice <= stream_weight_) {
      stream_step();
    } else if (dice <= stream_weight_ + readers_count_ * reader_weight_) {
      const std::size_t index = pick(0, readers_count_ - 1);
      reader_step(static_cast<ReaderId>(index), readers_[index], load);
    } else if (dice <= stream_weight_ + readers_count_ * reader_weight_ + writes) {
      server_.write_transaction();
    } else {
      keep_checkpoint();
    }
    if (load && trouble_ && chance(150)) make_trouble();
    if (load && scenario_.stops && chance(300)) stop();
    if (load && chance(120)) director_->paused() ? director_->resume() : director_->pause();
    if (!load && director_->paused()) director_->resume();
    if (load && scenario_.crashes && chance(250)) crash();
    if (windows_->buffered_rows() > readers_count_ * Director::kWindowsPerReader * chunk_rows_) {
      broken_ = "more rows in memory than the bound";
    }
    for (const TableProgress& progress : director_->progress()) {
      stripes_most_ = std::max<std::size_t>(stripes_most_, progress.stripes);
      if (progress.percent && (*progress.percent < 0 || *progress.percent > 100)) {
        broken_ = "percentage out of range";
      }
    }
  }

  bool finished() const {
    return director_->idle() && position_ == server_.log().size() && mailbox_.empty() &&
           windows_->size() == 0;
  }

  void keep_checkpoint() {
    Director::Checkpoint point = director_->checkpoint();
    for (SnapshotOutcome& outcome : point.outcomes) outcomes_.push_back(std::move(outcome));
    durable_ = {point.state, position_, output_.size(), outcomes_.size(), stopped_at_.has_value()};
  }

  void crash() {
    ++crashes_;
    output_.resize(durable_.output);
    outcomes_.resize(durable_.outcomes);
    if (!durable_.stopped) stopped_at_.reset();
    boot(durable_.state, durable_.position);
  }

  void stop() {
    if (director_->stop(std::nullopt, "asked to").empty()) return;
    discard_voided();
    stopped_at_ = output_.size();
    keep_checkpoint();  // the verdict is durable
  }

  void make_trouble() {
    switch (pick(0, 3)) {
      case 0:
        server_.truncate();
        return;
      case 1:  // the stream goes to another server
        voided_ += windows_->void_all(VoidReason::kServerChanged).size();
        director_->void_all(VoidReason::kServerChanged);
        discard_voided();
        return;
      case 2:  // ALTER that keeps the key
        table_def_ = number_table(++table_version_);
        voided_ +=
            windows_->void_table(table_def_->id, VoidReason::kLayoutChanged, table_def_->version)
                .size();
        director_->void_table(table_def_, VoidReason::kLayoutChanged);
        discard_voided();
        return;
      case 3:
        server_.delete_marks();
        return;
    }
  }

  // -- a reader: one round trip a step --

  void reader_step(ReaderId id, Reader& reader, bool load) {
    if (reader.unconfirmed) {
      mailbox_.push_back(*std::exchange(reader.unconfirmed, std::nullopt));
      return;
    }
    if (load && chance(60)) return lose_connection(id, reader);
    switch (reader.at) {
      case Reader::At::kIdle:
        return take_task(id, reader);
      case Reader::At::kRegistered:
        if (scenario_.read_only) return pass_barrier(reader);
        if (!reader.unclosed.empty()) write_close(reader);
        server_.open_window(reader.task->window);
        reader.at = Reader::At::kOpened;
        return;
      case Reader::At::kOpened:
        select(reader);
        reader.at = Reader::At::kSelected;
        return;
      case Reader::At::kSelected:
        reader.at = Reader::At::kIdle;
        if (scenario_.read_only) reader.rows.close_at = server_.log_end(scenario_.fault);
        if (!director_->report_read(reader.task->window, reader.read)) return;
        if (!scenario_.read_only) reader.unclosed = reader.task->window;
        mailbox_.push_back(HandedOver{std::move(reader.rows)});
        return;
    }
  }

  void pass_barrier(Reader& reader) {
    const std::string& window = reader.task->window;
    if (!director_->live(window)) {
      reader.at = Reader::At::kIdle;
      return;
    }
    const auto seen = std::ranges::find(seen_, window, &Seen::window);
    const bool passed = seen != seen_.end() && server_.has_executed(seen->transactions);
    if (passed || scenario_.fault == WindowFault::kNoBarrier) reader.at = Reader::At::kOpened;
  }

  void take_task(ReaderId id, Reader& reader) {
    std::optional<ChunkTask> task = director_->next(id);
    if (!task) {
      if (!reader.unclosed.empty()) write_close(reader);
      return;
    }
    ASSERT_NE(task->kind, ChunkTask::Kind::kSplitCheck) << "numbers need no check";
    if (task->kind == ChunkTask::Kind::kStart) {
      std::optional<KeyRange> range;
      const ServerModel::Rows& table = server_.selected();
      if (!table.empty()) {
        range = KeyRange{tuple_of(table.begin()->first), tuple_of(table.rbegin()->first)};
      }
      director_->report_start(task->ticket, range);
      return;
    }
    mailbox_.push_back(Registered{{.id = task->window,
                                   .table = task->table->id,
                                   .table_version = task->table->version,
                                   .stripe = task->stripe}});
    reader.task = std::move(task);
    reader.at = Reader::At::kRegistered;
  }

  void write_close(Reader& reader) {
    const std::string id = std::exchange(reader.unclosed, "");
    if (watermarking_ == Watermarking::kInsertInsert) {
      server_.insert_close(id);
    } else {
      reader.unconfirmed = Confirmed{id, server_.delete_open(id)};
    }
  }

  void select(Reader& reader) {
    const ChunkTask& task = *reader.task;
    reader.rows = ChunkRows();
    reader.rows.window = task.window;
    reader.rows.table = task.table;
    const ServerModel::Rows& table = server_.selected();
    auto row = task.lower.empty() ? table.begin() : table.upper_bound(task.lower[0].i64);
    while (row != table.end() && row->first <= task.upper[0].i64 &&
           reader.rows.rows.size() < task.limit) {
      RowSlot slot;
      slot.identity = {reader.rows.arena.size(), sizeof row->first};
      reader.rows.arena += identity_of(row->first);
      slot.row = {reader.rows.arena.size(), sizeof row->second};
      reader.rows.arena += identity_of(static_cast<std::int64_t>(row->second));
      reader.rows.rows.push_back(slot);
      reader.rows.last_key = tuple_of(row->first);
      ++row;
    }
    reader.rows.rows_read = reader.rows.rows.size();
    reader.rows.last_chunk_of_stripe = reader.rows.rows.size() < task.limit;
    reader.read = {reader.rows.last_key, reader.rows.rows_read, reader.rows.last_chunk_of_stripe};
  }

  void lose_connection(ReaderId id, Reader& reader) {
    const Error error(ErrorKind::kRetryable, "the link was cut");
    if (!reader.unclosed.empty()) director_->report_failed(reader.unclosed, error);
    if (reader.at != Reader::At::kIdle) director_->report_failed(reader.task->window, error);
    if (chance(4)) director_->release(id);
    reader = Reader();
  }

  // -- the source thread --

  void stream_step() {
    for (Message& message : std::exchange(mailbox_, {})) apply(message);
    discard_voided();
    close_reached();
    if (position_ == server_.log().size()) return;
    const LogEvent event = server_.log()[position_++];
    switch (event.kind) {
      case LogEvent::Kind::kInsert:
        emit('c', event.after, event);
        break;
      case LogEvent::Kind::kUpdate:
        if (event.before != event.after) emit('d', event.before, event);
        emit(event.before == event.after ? 'u' : 'c', event.after, event);
        break;
      case LogEvent::Kind::kDelete:
        emit('d', event.before, event);
        break;
      case LogEvent::Kind::kOpen:
        handle(windows_->low_mark(event.window), event.window);
        break;
      case LogEvent::Kind::kClose:
        handle(windows_->high_mark(event.window), event.window);
        break;
      case LogEvent::Kind::kMarkGone:
        handle(windows_->mark_deleted(event.window), event.window);
        break;
      case LogEvent::Kind::kTruncate:
        output_.push_back({'t', 0, event.version});
        voided_ += windows_->void_table(table_def_->id, VoidReason::kTruncated).size();
        director_->void_table(table_def_, VoidReason::kTruncated);
        break;
    }
    discard_voided();
    close_reached();
  }

  // Read-only: the windows whose high watermark the stream has passed, between two transactions.
  void close_reached() {
    if (!scenario_.read_only || !server_.between_transactions(position_)) return;
    for (const WindowId& id : windows_->reached({"log.1", position_}))
      handle(windows_->high_mark(id), id);
    discard_voided();
  }

  void apply(Message& message) {
    if (auto* registered = std::get_if<Registered>(&message)) {
      const std::string id = registered->spec.id;
      if (!director_->live(id)) return;
      handle(windows_->add(std::move(registered->spec), clock_.steady()), id);
      seen_.push_back({id, server_.transactions_begun(position_)});
    } else if (auto* rows = std::get_if<HandedOver>(&message)) {
      const std::string id = rows->rows.window;
      handle(windows_->hand_over(std::move(rows->rows)), id);
    } else if (const auto* confirmed = std::get_if<Confirmed>(&message)) {
      handle(windows_->confirm_close(confirmed->id, confirmed->deleted), confirmed->id);
    }
  }

  void handle(MarkResult result, const std::string& id) {
    if (result == MarkResult::kVoided) {
      ++voided_;
      director_->window_voided(id, VoidReason::kMarkLost);
    }
    if (result != MarkResult::kReady) return;
    if (!director_->begin_emit(id)) {
      windows_->discard(id, VoidReason::kEarlierVoid);
      return;
    }
    const std::size_t rows = windows_->find(id)->rows().rows.size();
    const std::size_t emitted =
        windows_->drain(id, [&](const ChunkRows& chunk, const RowSlot& row) {
          std::int64_t key = 0;
          std::uint64_t version = 0;
          std::memcpy(&key, chunk.text(row.identity).data(), sizeof key);
          std::memcpy(&version, chunk.text(row.row).data(), sizeof version);
          output_.push_back({'r', key, version});
        });
    dropped_ += rows - emitted;
    director_->chunk_emitted(id, emitted);
  }

  void discard_voided() {
    for (const WindowId& id : director_->take_voided()) {
      ++voided_;
      windows_->discard(id, VoidReason::kEarlierVoid);
    }
  }

  void emit(char op, std::int64_t key, const LogEvent& event) {
    output_.push_back({op, key, event.version});
    windows_->note(table_def_->id, identity_of(key));
  }

  // -- what the consumer sees --

  void check_output() {
    std::map<std::int64_t, std::uint64_t> rows;
    std::map<std::int64_t, std::uint64_t> seen;
    std::set<std::int64_t> read;
    std::uint64_t truncated = 0;
    for (std::size_t i = 0; i < output_.size() && !broken_; ++i) {
      const ModelRecord& record = output_[i];
      if (record.op == 't') {
        rows.clear();
        truncated = record.version;
        continue;
      }
      std::uint64_t& last = seen[record.key];
      if (record.version < last || record.version < truncated) {
        broken_ = fmt::format("key {}: {} of version {} after version {}", record.key, record.op,
                              record.version, std::max(last, truncated));
      }
      if (record.op == 'r' && !read.insert(record.key).second) {
        broken_ = fmt::format("key {} read twice", record.key);
      }
      if (record.op == 'r' && stopped_at_ && i >= *stopped_at_) broken_ = "read after the stop";
      last = record.version;
      if (record.op == 'd') {
        rows.erase(record.key);
      } else {
        rows[record.key] = record.version;
      }
    }
    if (broken_ || stopped_at_) return;
    if (rows != server_.table()) broken_ = "the records do not give the table";
  }

  void check_outcome() {
    keep_checkpoint();
    if (outcomes_.size() != 1) {
      broken_ = fmt::format("{} outcomes of one snapshot", outcomes_.size());
      return;
    }
    const std::string& status = outcomes_[0].status;
    if (status != (stopped_at_ ? "STOPPED" : "COMPLETED") && (stopped_at_ || status != "EMPTY")) {
      broken_ = "outcome " + status;
    }
  }

  const Scenario scenario_;
  Dice dice_;
  ServerModel server_;
  std::size_t readers_count_ = 1;
  std::uint32_t chunk_rows_ = 1;
  Watermarking watermarking_ = Watermarking::kInsertInsert;
  std::size_t stream_weight_ = 1;
  std::size_t reader_weight_ = 1;
  std::size_t write_weight_ = 1;
  bool trouble_ = false;
  ManualClock clock_;

  std::size_t commit_weight_ = 1;  // read-only
  std::vector<Seen> seen_;
  TablePtr table_def_;
  std::uint64_t table_version_ = 0;
  std::uint64_t last_window_ = 0;  // ids are new in each run

  std::optional<WindowSet> windows_;
  std::optional<Director> director_;
  std::vector<Reader> readers_;
  std::vector<Message> mailbox_;
  std::size_t position_ = 0;
  std::vector<ModelRecord> output_;
  std::vector<SnapshotOutcome> outcomes_;
  std::optional<std::size_t> stopped_at_;
  Durable durable_;

  std::optional<std::string> broken_;
  std::size_t crashes_ = 0;
  std::size_t dropped_ = 0;
  std::size_t voided_ = 0;
  std::size_t stripes_most_ = 0;
};

// How many of the first schedules show the fault.
inline std::size_t caught(WindowFault fault, bool read_only) {
  std::size_t count = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SnapshotModel model({.seed = seed, .fault = fault, .read_only = read_only});
    if (model.run()) ++count;
  }
  return count;
}

}  // namespace tidemark

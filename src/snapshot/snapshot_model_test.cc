// SPDX-License-Identifier: Apache-2.0
// A model of table, binlog, stream, readers and crashes, interleaved at random from a seed, with the real
// WindowSet and Director in the middle. What must hold (along the records of each key, in any schedule):
// no version goes back, no read event after the delete of the row, no row read twice, and the records
// applied in order give the table. Rows that existed before the snapshot have no events, so a lost read
// event shows in the last of these.
//
// Read-only, the server is modelled more closely: a transaction of several events is logged, and sent, before a
// SELECT sees it, and that before it counts as executed; until a SELECT sees it, its rows are locked.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/log.h"
#include "snapshot/director.h"
#include "snapshot/window.h"

namespace tidemark {
namespace {

class ManualClock final : public Clock {
 public:
  std::int64_t wall_ns() const override { return now_.time_since_epoch().count(); }
  SteadyTime steady() const override { return now_; }
  void advance(std::chrono::milliseconds span) { now_ += span; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

TablePtr number_table(std::uint64_t version) {
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

KeyTuple tuple_of(std::int64_t key) {
  KeyCell cell;
  cell.i64 = key;
  return {cell};
}

std::string identity_of(std::int64_t key) {
  std::string out(sizeof key, '\0');
  std::memcpy(out.data(), &key, sizeof key);
  return out;
}

struct LogEvent {
  enum class Kind : std::uint8_t { kInsert, kUpdate, kDelete, kOpen, kClose, kMarkGone, kTruncate };
  Kind kind;
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::uint64_t version = 0;
  std::string window;
};

struct Output {
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

class World {
 public:
  explicit World(const Scenario& scenario) : scenario_(scenario), random_(scenario.seed) {
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
    for (std::size_t i = 0; i < rows; ++i) table_[random_key()] = ++version_;
    visible_ = table_;
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

  std::size_t pick(std::size_t from, std::size_t to) {
    return std::uniform_int_distribution<std::size_t>(from, to)(random_);
  }
  bool chance(std::size_t one_in) { return pick(1, one_in) == 1; }
  std::int64_t random_key() { return static_cast<std::int64_t>(pick(0, 79)) - 20; }

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
    if (scenario_.read_only && (pick(1, 100) <= commit_weight_ || !load)) commit();
    const std::size_t dice = pick(1, stream_weight_ + readers_count_ * reader_weight_ + writes + 2);
    if (dice <= stream_weight_) {
      stream_step();
    } else if (dice <= stream_weight_ + readers_count_ * reader_weight_) {
      const std::size_t index = pick(0, readers_count_ - 1);
      reader_step(static_cast<ReaderId>(index), readers_[index], load);
    } else if (dice <= stream_weight_ + readers_count_ * reader_weight_ + writes) {
      write_transaction();
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
    return director_->idle() && position_ == log_.size() && mailbox_.empty() &&
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
        while (executed_ < ends_.size()) commit();  // it waits for those who use the table
        table_.clear();
        log_.push_back({LogEvent::Kind::kTruncate, 0, 0, ++version_, ""});
        end_transaction();
        while (executed_ < ends_.size()) commit();
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
      case 3:  // somebody cleans the signal table up
        for (const std::string& mark : marks_) {
          log_.push_back({LogEvent::Kind::kMarkGone, 0, 0, 0, mark});
        }
        marks_.clear();
        return;
    }
  }

  // -- the source's table and log --

  void write_transaction() {
    const std::size_t events = scenario_.read_only ? pick(1, 4) : 1;
    for (std::size_t i = 0; i < events; ++i) write();
    end_transaction();
  }

  void end_transaction() {
    if (scenario_.read_only && (ends_.empty() || ends_.back() != log_.size()))
      ends_.push_back(log_.size());
  }

  // One step of the transactions that are logged: the next becomes visible, or counts as executed.
  void commit() {
    if (executed_ < seen_by_select_ && chance(2)) {
      ++executed_;
    } else if (seen_by_select_ < ends_.size()) {
      for (std::size_t i = begin_of(seen_by_select_); i < ends_[seen_by_select_]; ++i) {
        const LogEvent& event = log_[i];
        if (event.kind == LogEvent::Kind::kTruncate) {
          visible_.clear();
          continue;
        }
        if (event.kind != LogEvent::Kind::kInsert) visible_.erase(event.before);
        if (event.kind != LogEvent::Kind::kDelete) visible_[event.after] = event.version;
      }
      ++seen_by_select_;
    } else if (executed_ < seen_by_select_) {
      ++executed_;
    }
  }
  std::size_t begin_of(std::size_t transaction) const {
    return transaction == 0 ? 0 : ends_[transaction - 1];
  }

  // By a transaction that no SELECT sees yet.
  bool locked(std::int64_t key) const {
    if (!scenario_.read_only || seen_by_select_ == ends_.size()) return false;
    for (std::size_t i = begin_of(seen_by_select_); i < ends_.back(); ++i) {
      if (log_[i].before == key || log_[i].after == key) return true;
    }
    return false;
  }

  void write() {
    const std::int64_t key = random_key();
    if (locked(key)) return;
    const auto row = table_.find(key);
    if (row == table_.end()) {
      table_[key] = ++version_;
      log_.push_back({LogEvent::Kind::kInsert, key, key, version_, ""});
      return;
    }
    const std::int64_t other = random_key();
    if (chance(3)) {
      table_.erase(row);
      log_.push_back({LogEvent::Kind::kDelete, key, key, ++version_, ""});
      if (chance(2)) {  // and back again
        table_[key] = ++version_;
        log_.push_back({LogEvent::Kind::kInsert, key, key, version_, ""});
      }
    } else if (chance(3) && !table_.contains(other) && !locked(other)) {
      table_.erase(row);
      table_[other] = ++version_;
      log_.push_back({LogEvent::Kind::kUpdate, key, other, version_, ""});
    } else {
      row->second = ++version_;
      log_.push_back({LogEvent::Kind::kUpdate, key, key, version_, ""});
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
        marks_.insert(reader.task->window);
        log_.push_back({LogEvent::Kind::kOpen, 0, 0, 0, reader.task->window});
        reader.at = Reader::At::kOpened;
        return;
      case Reader::At::kOpened:
        select(reader);
        reader.at = Reader::At::kSelected;
        return;
      case Reader::At::kSelected:
        reader.at = Reader::At::kIdle;
        if (scenario_.read_only) reader.rows.close_at = log_end();
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
    const bool passed = seen != seen_.end() && executed_ >= seen->transactions;
    if (passed || scenario_.fault == WindowFault::kNoBarrier) reader.at = Reader::At::kOpened;
  }

  Position log_end() const {
    const bool early = scenario_.fault == WindowFault::kExecutedMark;
    return {"log.1", early ? begin_of(executed_) : log_.size()};
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
      const auto& table = scenario_.read_only ? visible_ : table_;
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
      log_.push_back({LogEvent::Kind::kClose, 0, 0, 0, id});
      return;
    }
    const std::uint64_t deleted = marks_.erase(id);
    if (deleted != 0) log_.push_back({LogEvent::Kind::kMarkGone, 0, 0, 0, id});
    reader.unconfirmed = Confirmed{id, deleted};
  }

  void select(Reader& reader) {
    const ChunkTask& task = *reader.task;
    reader.rows = ChunkRows();
    reader.rows.window = task.window;
    reader.rows.table = task.table;
    const auto& table = scenario_.read_only ? visible_ : table_;
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
    if (position_ == log_.size()) return;
    const LogEvent event = log_[position_++];
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
    if (!scenario_.read_only) return;
    if (position_ != 0 && !std::ranges::binary_search(ends_, position_)) return;
    for (const WindowId& id : windows_->reached({"log.1", position_}))
      handle(windows_->high_mark(id), id);
    discard_voided();
  }

  std::size_t transactions_begun() const {
    return static_cast<std::size_t>(std::ranges::lower_bound(ends_, position_) - ends_.begin()) +
           (position_ == 0 ? 0 : 1);
  }

  void apply(Message& message) {
    if (auto* registered = std::get_if<Registered>(&message)) {
      const std::string id = registered->spec.id;
      if (!director_->live(id)) return;
      handle(windows_->add(std::move(registered->spec), clock_.steady()), id);
      seen_.push_back({id, transactions_begun()});
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
      const Output& record = output_[i];
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
    if (rows != table_) broken_ = "the records do not give the table";
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
  std::mt19937_64 random_;
  std::size_t readers_count_ = 1;
  std::uint32_t chunk_rows_ = 1;
  Watermarking watermarking_ = Watermarking::kInsertInsert;
  std::size_t stream_weight_ = 1;
  std::size_t reader_weight_ = 1;
  std::size_t write_weight_ = 1;
  bool trouble_ = false;
  ManualClock clock_;

  std::map<std::int64_t, std::uint64_t> table_;  // key to version; of what is logged
  // Read-only
  std::map<std::int64_t, std::uint64_t> visible_;  // to a SELECT
  std::vector<std::size_t> ends_;  // of transactions in the log
  std::size_t seen_by_select_ = 0;  // so many transactions
  std::size_t executed_ = 0;
  std::size_t commit_weight_ = 1;
  std::vector<Seen> seen_;
  std::uint64_t version_ = 0;
  std::vector<LogEvent> log_;
  std::set<std::string> marks_;  // open rows in the signal table
  TablePtr table_def_;
  std::uint64_t table_version_ = 0;
  std::uint64_t last_window_ = 0;  // ids are new in each run

  std::optional<WindowSet> windows_;
  std::optional<Director> director_;
  std::vector<Reader> readers_;
  std::vector<Message> mailbox_;
  std::size_t position_ = 0;
  std::vector<Output> output_;
  std::vector<SnapshotOutcome> outcomes_;
  std::optional<std::size_t> stopped_at_;
  Durable durable_;

  std::optional<std::string> broken_;
  std::size_t crashes_ = 0;
  std::size_t dropped_ = 0;
  std::size_t voided_ = 0;
  std::size_t stripes_most_ = 0;
};

constexpr std::uint64_t kSchedules = 3000;

TEST(SnapshotModel, KeepsItsPromisesInEverySchedule) {
  std::size_t crashes = 0;
  std::size_t dropped = 0;
  std::size_t voided = 0;
  std::size_t stripes = 0;
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    World world({.seed = seed});
    const std::optional<std::string> broken = world.run();
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
    crashes += world.crashes();
    dropped += world.dropped();
    voided += world.voided();
    stripes = std::max(stripes, world.stripes_most());
  }
  // The schedules did go through the places that matter.
  EXPECT_GT(crashes, kSchedules);
  EXPECT_GT(dropped, kSchedules);
  EXPECT_GT(voided, kSchedules);
  EXPECT_GE(stripes, 3U);
}

TEST(SnapshotModel, EmitsNothingAfterAStop) {
  for (std::uint64_t seed = 1; seed <= kSchedules / 3; ++seed) {
    World world({.seed = seed, .stops = true});
    const std::optional<std::string> broken = world.run();
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
  }
}

TEST(SnapshotModel, KeepsItsPromisesWithoutWritingToTheSource) {
  std::size_t dropped = 0;
  for (std::uint64_t seed = 1; seed <= kSchedules / 2; ++seed) {
    World world({.seed = seed, .stops = seed % 10 == 0, .read_only = true});
    const std::optional<std::string> broken = world.run();
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
    dropped += world.dropped();
  }
  EXPECT_GT(dropped, kSchedules / 2);
}

// How many of the first schedules show the fault.
std::size_t caught(WindowFault fault, bool read_only = false) {
  std::size_t count = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World world({.seed = seed, .fault = fault, .read_only = read_only});
    if (world.run()) ++count;
  }
  return count;
}

TEST(SnapshotModel, CatchesRowsEmittedThoughNoted) {
  EXPECT_GT(caught(WindowFault::kIgnoreNoted), 20U);
}
TEST(SnapshotModel, CatchesWindowsClosedEarly) { EXPECT_GT(caught(WindowFault::kCloseEarly), 20U); }
TEST(SnapshotModel, CatchesACursorAheadOfEmission) {
  EXPECT_GT(caught(WindowFault::kCursorAhead), 20U);
}

TEST(SnapshotModel, CatchesTheSameWithoutWrites) {
  EXPECT_GT(caught(WindowFault::kIgnoreNoted, true), 20U);
  EXPECT_GT(caught(WindowFault::kCloseEarly, true), 20U);
  EXPECT_GT(caught(WindowFault::kCursorAhead, true), 2U);
}
TEST(SnapshotModel, CatchesASelectAheadOfTheBarrier) {
  EXPECT_GT(caught(WindowFault::kNoBarrier, true), 20U);
}
TEST(SnapshotModel, CatchesTheExecutedSetAsHighWatermark) {
  EXPECT_GT(caught(WindowFault::kExecutedMark, true), 5U);
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/table_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include "base/log.h"
#include "connector/key_bounds.h"
#include "snapshot/chunk_query.h"

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds kPublishEvery{250};
constexpr std::chrono::milliseconds kAttendEvery{100};
constexpr std::uint64_t kRowsBetweenLooks = 1024;  // at the stop token and the clock
constexpr std::uint32_t kRowsOfOneTime = 256;  // records that share the time they were built at
constexpr std::uint64_t kRowsWorthDividing = 20'000;
constexpr double kPercent = 100.0;

Result<std::int64_t> server_time_us(Connection& connection) {
  // Whole seconds, as the original has it.
  const ResultSet row = TRY(connection.query("SELECT UNIX_TIMESTAMP(CURRENT_TIMESTAMP)"));
  std::int64_t seconds = 0;
  const std::string_view text = row.empty() ? "" : row.rows()[0][0].value_or("");
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds * 1'000'000;
}

}  // namespace

class TableScan::Worker {
 public:
  // `attends`: it is the caller's thread, which has something to do besides.
  Worker(TableScan& scan, Connection& connection, bool attends)
      : scan_(scan),
        connection_(connection),
        output_(scan.parts_.delivery),
        attends_(attends && scan.parts_.meanwhile) {}

  unsigned server_error() const { return connection_.server_error(); }

  // Until there is nothing left to read.
  Status run(const std::stop_token& stop) {
    while (!scan_.failed()) {
      const auto task = TRY(scan_.next(connection_, output_.batch()));
      if (!task) break;
      const TableId& id = scan_.tables_[task->table]->wanted.def->id;
      TRY_AT(read(*task, stop), id.text());
    }
    // What was told of the last table.
    return scan_.tells() ? flush() : Status();
  }
  RecordBatch& batch() { return output_.batch(); }

  // Appends a record; the end of a run of records with one mark is made once.
  Status append(const Held& held, SnapshotMark mark, bool last_in_range = false) {
    const TableEncoder& encoder = held.reader->encoder();
    if (end_left_ == 0 || end_table_ != held.table || end_mark_ != mark) {
      const Position& at = scan_.session_.position();
      const SourceInfo info{.ts_us = held.time_us,
                            .snapshot = mark,
                            .server_id = 0,
                            .gtid = {},
                            .file = at.file,
                            .pos = at.pos,
                            .row = 0,
                            .thread = -1};
      end_table_ = held.table;
      end_mark_ = mark;
      end_left_ = kRowsOfOneTime;
      encoder.read_end(info, {.wall_ns = scan_.parts_.clock.wall_ns()}, end_);
    }
    --end_left_;
    encoder.assemble_read(held.key, held.row, end_, output_.batch());
    if (scan_.parts_.checkpoints != nullptr) count(held, last_in_range);
    return output_.full() ? flush() : Status();
  }
  Status flush() {
    if (output_.batch().empty()) return {};
    if (scan_.parts_.checkpoints != nullptr) return scan_.parts_.checkpoints->send(output_, sent_);
    return output_.send(std::nullopt);
  }

 private:
  Status read(const Task& task, const std::stop_token& stop) {
    const ScanTable& wanted = scan_.tables_[task.table]->wanted;
    order_ = scan_.order(task.table);
    if (!reader_ || reader_->table() != wanted.def) {
      std::vector<std::uint32_t> also;
      if (order_ != nullptr) also = columns_of(order_->identity);
      reader_ = TRY(RowReader::make(scan_.parts_.encoding, wanted.def, also));
    }
    held_ = {};
    bool first = true;
    std::uint64_t rows = 0;
    auto read = connection_.stream(
        statement(task), [&](const char* const* cells, const unsigned long* lengths, unsigned) {
          Status done = hold(task, cells, lengths, std::exchange(first, false));
          if (!done || ++rows % kRowsBetweenLooks != 0) return done;
          return look(task, stop);
        });
    if (!read && !wanted.statement.empty() && read.error().kind() == ErrorKind::kServer) {
      return std::unexpected(std::move(read).error().with_remedy(
          "correct the table's own SELECT (snapshot.select.statement.overrides, or the filter of "
          "the "
          "signal): it must yield every column of the table, by name"));
    }
    TRY(std::move(read));
    scan_.tables_[task.table]->rows += rows % kRowsBetweenLooks;
    // One worker's records are in order anyway.
    if (scan_.session_.views() > 1) TRY(flush());
    return scan_.range_done(task, std::move(held_), *this);
  }

  std::string statement(const Task& task) const {
    const ScanTable& wanted = scan_.tables_[task.table]->wanted;
    if (!wanted.statement.empty()) return scan_statement(*reader_, wanted.statement);
    const Table& table = *scan_.tables_[task.table];
    const ScanRange& range = table.ranges[task.range];
    const ChunkBounds bounds{.lower = &range.lower, .upper = &range.upper};
    // The server's own order may be another: by a secondary index that holds all columns, by partitions, backwards.
    if (order_ != nullptr) {
      return chunk_select(wanted.def->id, *order_,
                          {.select_columns = reader_->select_columns(), .bounds = bounds});
    }
    std::string sql =
        fmt::format("SELECT {} FROM {}", reader_->select_columns(), quoted(wanted.def->id));
    if (table.ranges.size() > 1) sql += " WHERE " + bounds_predicate(*table.key, bounds);
    return sql;
  }

  Status hold(const Task& task, const char* const* cells, const unsigned long* lengths,
              bool first) {
    const RowView row = TRY(reader_->decode(cells, lengths));
    if (held_.reader) {
      const bool sent = held_.first_in_range && TRY(scan_.send_if_first(held_, *this));
      if (!sent) TRY(append(held_, SnapshotMark::kTrue));
    } else {
      held_.reader = reader_;
      held_.table = task.table;
      held_.range = task.range;
      held_.time_us = task.time_us;
    }
    held_.first_in_range = first;
    held_.key.clear();
    held_.row.clear();
    reader_->encoder().encode_key(row, held_.key);
    reader_->encoder().encode_row(row, held_.row);
    if (order_ != nullptr) {
      held_.identity.clear();
      append_identity(held_.identity, order_->identity, row);
    }
    return {};
  }

  void count(const Held& held, bool last_in_range) {
    if (sent_.empty() || sent_.back().table != held.table || sent_.back().range != held.range)
      sent_.push_back({.table = held.table, .range = held.range, .identity = {}});
    ScanMark& mark = sent_.back();
    ++mark.rows;
    mark.identity = held.identity;
    mark.last = last_in_range;
  }

  Status look(const Task& task, const std::stop_token& stop) {
    scan_.tables_[task.table]->rows += kRowsBetweenLooks;
    scan_.publish();
    if (attends_) TRY(scan_.parts_.meanwhile());
    if (stop.stop_requested() || scan_.failed())
      return fail(ErrorKind::kCancelled, "stopped during the snapshot");
    return {};
  }

  TableScan& scan_;
  Connection& connection_;
  Output output_;
  const bool attends_;
  std::shared_ptr<RowReader> reader_;
  const ChunkKey* order_ = nullptr;  // of the table at hand; null: any
  Held held_;
  std::vector<ScanMark> sent_;  // with the batch, when it goes
  // What a run of records of one table and mark ends with.
  std::size_t end_table_ = 0;
  SnapshotMark end_mark_ = SnapshotMark::kTrue;
  std::uint32_t end_left_ = 0;  // records that may still use it
  std::string end_;
};

std::string scan_statement(const RowReader& reader, std::string_view statement) {
  return fmt::format("SELECT {} FROM ({}) AS `tidemark_rows`", reader.select_columns(), statement);
}

TableScan::TableScan(Parts parts, SnapshotSession& session, std::vector<ScanTable> tables)
    : parts_(parts), session_(session) {
  for (ScanTable& table : tables) {
    if (!collections_.empty()) collections_ += ',';
    collections_ += table.def->id.text();
    tables_.push_back(std::make_unique<Table>());
    if (parts_.checkpoints != nullptr) parts_.checkpoints->add(table.def, !table.statement.empty());
    tables_.back()->wanted = std::move(table);
  }
}

TableScan::~TableScan() = default;

Status TableScan::run(const std::stop_token& stop) {
  // The server may be slow with a row, or with a table that someone has locked.
  const std::stop_callback interrupt(stop, [this] {
    for (std::size_t i = 0; i < session_.views(); ++i) session_.view(i).interrupt();
  });
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < session_.views(); ++i)
    workers.push_back(std::make_unique<Worker>(*this, session_.view(i), i == 0));
  const auto work = [&](Worker& worker) {
    if (auto done = worker.run(stop); !done)
      fail_with(std::move(done).error(), worker.server_error());
  };
  others_left_ = workers.size() - 1;
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < workers.size(); ++i) {
      others.emplace_back([&, i] {
        work(*workers[i]);
        const std::lock_guard lock(mutex_);
        --others_left_;
        other_done_.notify_all();
      });
    }
    work(*workers.front());
    if (auto done = attend(); !done) fail_with(std::move(done).error(), 0);
  }
  if (failure_) return std::unexpected(*failure_);
  if (last_.reader) TRY(workers.front()->append(last_, SnapshotMark::kLast, true));
  return workers.front()->flush();
}

// Until the other workers are done, too.
Status TableScan::attend() {
  if (!parts_.meanwhile) return {};
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (other_done_.wait_for(lock, kAttendEvery, [&] { return others_left_ == 0; })) return {};
    }
    TRY(parts_.meanwhile());
  }
}

void TableScan::fail_with(Error error, unsigned server_error) {
  const std::lock_guard lock(mutex_);
  // The others are broken off, which they report, too.
  if (failure_) return;
  failure_ = std::move(error);
  server_error_ = server_error;
  failed_ = true;
  for (std::size_t i = 0; session_.views() > 1 && i < session_.views(); ++i)
    session_.view(i).interrupt();
}

Result<std::optional<TableScan::Task>> TableScan::next(Connection& connection, RecordBatch& batch) {
  const std::lock_guard lock(mutex_);
  while (next_ < tables_.size()) {
    Table& table = *tables_[next_];
    if (!table.planned) {
      TRY_AT(plan(next_, connection), table.wanted.def->id.text());
      tell_begun(table, batch);
    }
    if (table.given < table.ranges.size()) return Task{next_, table.given++, table.time_us};
    ++next_;
  }
  return std::nullopt;
}

const ChunkKey* TableScan::order(std::size_t table) const {
  return parts_.checkpoints == nullptr ? nullptr : parts_.checkpoints->order(table);
}

Status TableScan::plan(std::size_t index, Connection& connection) {
  Table& table = *tables_[index];
  const ScanTable& wanted = table.wanted;
  table.planned = true;
  table.began = parts_.clock.steady();
  table.time_us = TRY(server_time_us(connection));
  table.ranges.resize(1);
  const ChunkKey* const order = this->order(index);
  const bool divided = wanted.ranges > 1 && wanted.statement.empty() &&
                       wanted.def->rows_estimated >= kRowsWorthDividing;
  std::optional<KeyRange> keys;
  if (order != nullptr || divided) {
    auto key = order != nullptr ? Result<ChunkKey>(*order) : chunk_key_of(*wanted.def);
    // By the primary key alone: a range of another index would read rows in its order, one by one.
    if (key && key->primary) {
      keys = TRY(read_key_range(connection, wanted.def->id, *key));
      table.key = *std::move(key);
    }
  }
  if (keys && divided) table.ranges = scan_ranges(*keys, wanted.ranges);
  if (parts_.checkpoints != nullptr)
    parts_.checkpoints->planned(index, table.ranges, std::move(keys));
  return {};
}

SnapshotMark TableScan::mark_first(Table& table) {
  const bool first_in_table = !std::exchange(table.first_out, true);
  if (!std::exchange(first_out_, true)) return SnapshotMark::kFirst;
  return first_in_table ? SnapshotMark::kFirstInDataCollection : SnapshotMark::kTrue;
}

Status TableScan::release_last(Worker& worker) {
  if (!last_.reader) return {};
  const SnapshotMark mark = mark_first(*tables_[last_.table]);
  TRY(worker.append(
      last_, mark == SnapshotMark::kFirst ? mark : SnapshotMark::kLastInDataCollection, true));
  last_ = {};
  if (session_.views() > 1) TRY(worker.flush());
  return {};
}

Result<bool> TableScan::send_if_first(Held& held, Worker& worker) {
  const std::lock_guard lock(mutex_);
  TRY(release_last(worker));
  const SnapshotMark mark = mark_first(*tables_[held.table]);
  if (mark == SnapshotMark::kTrue) return false;
  TRY(worker.append(held, mark));
  // Before the other workers' records.
  if (session_.views() > 1) TRY(worker.flush());
  return true;
}

Status TableScan::range_done(const Task& task, Held last, Worker& worker) {
  const std::lock_guard lock(mutex_);
  Table& table = *tables_[task.table];
  if (!last.reader && parts_.checkpoints != nullptr)
    parts_.checkpoints->range_empty(task.table, task.range);
  if (last.reader) {
    TRY(release_last(worker));
    if (table.last.reader) TRY(worker.append(table.last, mark_first(table), true));
    table.last = std::move(last);
    // Whatever of the table comes now comes after the one that is marked first.
    if (session_.views() > 1) TRY(worker.flush());
  }
  if (++table.done < table.ranges.size()) return {};
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady() - table.began);
  log::info("snapshot.table_read", {{"table", table.wanted.def->id.text()},
                                    {"rows", table.rows.load()},
                                    {"took_ms", took.count()}});
  tell_read(table, worker.batch());
  if (!table.last.reader) return {};
  TRY(release_last(worker));
  last_ = std::move(table.last);
  table.last = {};
  return {};
}

void TableScan::tell_begun(const Table& table, RecordBatch& batch) const {
  if (!tells()) return;
  parts_.notifications->initial("IN_PROGRESS",
                                {{"data_collections", collections_},
                                 {"current_collection_in_progress", table.wanted.def->id.text()}},
                                parts_.signal_id, batch);
}

void TableScan::tell_read(const Table& table, RecordBatch& batch) const {
  if (!tells()) return;
  parts_.notifications->initial("TABLE_SCAN_COMPLETED",
                                {{"data_collections", collections_},
                                 {"scanned_collection", table.wanted.def->id.text()},
                                 {"total_rows_scanned", std::to_string(table.rows.load())},
                                 {"status", "SUCCEEDED"}},
                                parts_.signal_id, batch);
}

std::vector<TableScan::Count> TableScan::counts() const {
  std::vector<Count> out;
  for (const auto& table : tables_) {
    out.push_back({.table = table->wanted.def->id,
                   .rows = table->rows,
                   .done = table->planned && table->done == table->ranges.size()});
  }
  return out;
}

std::uint64_t TableScan::rows() const {
  std::uint64_t sum = 0;
  for (const auto& table : tables_) sum += table->rows;
  return sum;
}

void TableScan::publish() {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = parts_.clock.steady();
  if (now - published_ < kPublishEvery) return;
  published_ = now;
  std::vector<TableProgress> progress;
  for (const auto& table : tables_) {
    if (table->planned && table->done == table->ranges.size()) continue;
    TableProgress& one = progress.emplace_back();
    one.table = table->wanted.def->id;
    one.signal_id = table->wanted.signal_id;
    one.started = table->planned;
    one.rows_read = one.rows_emitted = table->rows;
    if (!table->planned) continue;
    const double seconds = std::chrono::duration<double>(now - table->began).count();
    one.rows_per_second = static_cast<double>(one.rows_read) / std::max(seconds, 0.001);
    const auto estimated = static_cast<double>(table->wanted.def->rows_estimated);
    if (estimated > 0 && table->wanted.statement.empty())
      one.percent = std::min(99.0, kPercent * static_cast<double>(one.rows_read) / estimated);
    one.remaining = time_remaining(one.rows_read, one.percent, one.rows_per_second);
  }
  parts_.status.update([&](StatusView& view) { view.*parts_.shown = std::move(progress); });
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The rows of tables in one consistent view, as `r` records with the markers of an initial snapshot:
// what an initial and a blocking snapshot have in common.
//
// Each view of the session has a worker; the caller's thread is the first. A worker takes the next table,
// or the next key range of one, reads it, and hands full batches to the delivery: records of one range are
// in the order of the SELECT, ranges and tables of several workers mix. Memory: a batch a worker.
//
// With checkpoints (connector/scan_checkpoints) a table is read in the order of its primary key.
//
// Markers, by precedence: last, first, last_in_data_collection, first_in_data_collection, true. The record
// marked first leaves before any other, and so does the first of each table before others of it; the last
// record of each range is held back until it is known whether it is the last of its table, and of all.
// Source: docs/operating/snapshots.md
// Thread: run() is the source thread's
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "connector/delivery.h"
#include "connector/notifications.h"
#include "connector/output.h"
#include "connector/row_reader.h"
#include "connector/scan_checkpoints.h"
#include "connector/scan_ranges.h"
#include "connector/status_board.h"
#include "mysql/client/snapshot_session.h"
#include "snapshot/chunk_key.h"

namespace tidemark {

struct ScanTable {
  TablePtr def;
  std::string statement;  // a SELECT of its own; empty: the whole table
  std::uint32_t ranges = 1;  // to divide it into, where its key allows
  std::string signal_id;  // for the progress; empty: at start
};

// The SELECT of a table with a statement of its own: its columns are taken by name.
std::string scan_statement(const RowReader& reader, std::string_view statement);

class TableScan {
 public:
  struct Parts {  // all outlive the scan
    const EncoderContext& encoding;
    const Clock& clock;
    Delivery& delivery;
    StatusBoard& status;
    std::vector<TableProgress> StatusView::* shown = &StatusView::snapshots;  // the progress
    // Called on the caller's thread now and then, between records; empty: nothing to do.
    std::function<Status()> meanwhile = {};
    const Notifications* notifications = nullptr;  // null: none
    std::string signal_id = {};  // of the signal that asked for the scan; empty: none did
    ScanCheckpoints* checkpoints = nullptr;  // null: none on the way
  };
  TableScan(Parts parts, SnapshotSession& session, std::vector<ScanTable> tables);
  ~TableScan();

  // Reads all tables; every record is with the delivery then. Errors: the first one, naming the table;
  // kCancelled when stopped.
  Status run(const std::stop_token& stop);

  // Of the tables, in the given order; after run(). Not done: the scan failed before or in it.
  struct Count {
    TableId table;
    std::uint64_t rows = 0;
    bool done = false;
  };
  std::vector<Count> counts() const;
  std::uint64_t rows() const;
  // The number of the server's error that ended run(); 0: another one did.
  unsigned server_error() const { return server_error_; }

 private:
  // A record that may turn out to be the last one.
  struct Held {
    std::shared_ptr<RowReader> reader;  // null: none; keeps the encoder
    std::size_t table = 0;
    std::size_t range = 0;
    std::int64_t time_us = 0;
    bool first_in_range = false;
    std::string key;
    std::string row;
    std::string identity;  // where checkpoints want the order
  };
  struct Table {
    ScanTable wanted;
    std::optional<ChunkKey> key;  // of the ranges, where there are several
    std::vector<ScanRange> ranges;  // fixed once planned
    bool planned = false;
    std::size_t given = 0;  // ranges
    std::size_t done = 0;
    std::int64_t time_us = 0;  // server clock when it was begun
    bool first_out = false;
    Held last;  // of the ranges done so far
    std::atomic<std::uint64_t> rows = 0;
    SteadyTime began{};
  };
  struct Task {
    std::size_t table = 0;
    std::size_t range = 0;
    std::int64_t time_us = 0;
  };
  class Worker;

  Result<std::optional<Task>> next(Connection& connection, RecordBatch& batch);
  bool tells() const { return parts_.notifications != nullptr && parts_.notifications->on(); }
  void tell_begun(const Table& table, RecordBatch& batch) const;
  void tell_read(const Table& table, RecordBatch& batch) const;
  Status plan(std::size_t index, Connection& connection);
  const ChunkKey* order(std::size_t table) const;  // null: any
  // The end of a range: `last` is its last record, if it had any. The worker's other records are out.
  Status range_done(const Task& task, Held last, Worker& worker);
  // A range's first record, which may be the first of its table. True: it was sent.
  Result<bool> send_if_first(Held& held, Worker& worker);
  SnapshotMark mark_first(Table& table);
  // The last record of the tables before: others follow it.
  Status release_last(Worker& worker);
  void fail_with(Error error, unsigned server_error);
  Status attend();
  bool failed() const { return failed_.load(std::memory_order_relaxed); }
  void publish();

  const Parts parts_;
  SnapshotSession& session_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::string collections_;  // their names, for notifications

  std::mutex mutex_;
  std::size_t next_ = 0;  // guarded by mutex_: the first table with ranges to give
  bool first_out_ = false;  // guarded by mutex_
  Held last_;  // guarded by mutex_: of the tables that are done
  SteadyTime published_{};  // guarded by mutex_
  std::optional<Error> failure_;  // guarded by mutex_
  unsigned server_error_ = 0;  // guarded by mutex_
  std::size_t others_left_ = 0;  // guarded by mutex_: workers on threads of their own
  std::condition_variable other_done_;
  std::atomic<bool> failed_ = false;
};

}  // namespace tidemark

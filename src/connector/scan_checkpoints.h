// SPDX-License-Identifier: Apache-2.0
// Checkpoints amid an initial or a blocking snapshot, for a sink that cannot hold all of its records back until the last
// one. There is one behind each batch, and it names what of the tables is not out yet, as an incremental
// snapshot that reads just that. A restart streams from the place of the view and reads the rest through
// windows: nothing that was stored comes again, and nothing is left out
// (docs/snapshot_windows.md#a-snapshot-in-one-view-that-was-cut-off).
//
//   a table                                      while it is not all out, a checkpoint names
//   read in the order of its primary key         for each range what is above its last row that is out
//   another one that chunks can be read of       all of it, as long as none of its rows is out
//   any other: a SELECT of its own, no key       nothing: there is no checkpoint
//
// Nor is there one while more than kTablesMax tables are left: an offset is one record, and brokers take no more than a
// mebibyte of it.
//
// Thread: any worker's of the scan; each call locks
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "connector/output.h"
#include "connector/scan_ranges.h"
#include "snapshot/chunk_key.h"

namespace tidemark {

// Records of one range in a batch that is not sent yet.
struct ScanMark {
  std::size_t table = 0;
  std::size_t range = 0;
  std::uint64_t rows = 0;
  std::string identity;  // of the last row; of a table that is read in key order
  bool last = false;  // the range's last row is among them
};

class ScanCheckpoints {
 public:
  static constexpr std::size_t kTablesMax =
      500;  // of names as long as can be, half of what brokers take

  struct Options {
    Checkpoint base;  // all but these tables
    bool operations_skipped = false;  // some kinds of change are not emitted
    std::string signal_id = {};  // that asked for the snapshot; empty: none did
  };
  // `output` is the source thread's, which waits for the scan: what it holds of the schema history goes with the
  // first checkpoint. It outlives this object.
  ScanCheckpoints(Options options, Output& output, const Clock& clock);

  // The tables of the scan, in its order; `own_statement`: read by a SELECT of its own.
  void add(const TablePtr& table, bool own_statement);
  // The order to read a table in; null: any. It stays where it is once all tables are added.
  const ChunkKey* order(std::size_t table) const;
  // Before the first record of a table, and in the order of the tables: its ranges; `keys` where order()
  // wants one.
  void planned(std::size_t table, const std::vector<ScanRange>& ranges,
               std::optional<KeyRange> keys);
  // A range without rows.
  void range_empty(std::size_t table, std::size_t range);
  // Sends a worker's batch, with a checkpoint where there is one. Takes the marks.
  Status send(Output& from, std::vector<ScanMark>& marks);

  // After a scan that was cut off: the tables that are not all out. Nothing where no checkpoint was sent: all of
  // it has to be read anew.
  std::optional<std::vector<TableSnapshotState>> left();

 private:
  struct Table {
    TablePtr def;
    std::optional<ChunkKey> key;  // by which chunks could be read; nothing: they cannot
    bool ordered = false;  // the scan reads by it
  };
  struct Range {
    KeyTuple cursor;  // the last key that is out, or the range's lower bound
    KeyTuple upper;
    bool done = false;
  };
  struct Open {  // a table that is planned, and not all out
    std::size_t table = 0;
    KeyRange keys;
    std::vector<Range> ranges;
    std::uint64_t rows = 0;  // that are out
  };
  using Tables = std::vector<Table>;

  Open& open(std::size_t table);
  void apply(const ScanMark& mark);
  void close_if_done(std::size_t table);
  bool stands() const;
  Checkpoint checkpoint() const;
  static std::vector<TableSnapshotState> left_of(const Tables& tables,
                                                 const std::vector<Open>& open, std::size_t planned,
                                                 const std::string& signal_id);
  static TableSnapshotState left_of(const Table& table, const std::string& signal_id);
  static TableSnapshotState left_of(const Table& table, const Open& open,
                                    const std::string& signal_id);

  const Options options_;
  const std::string signal_id_;  // of the incremental snapshot
  Output& output_;
  const Clock& clock_;
  const std::shared_ptr<Tables> tables_;  // fixed once all are added
  std::size_t stands_from_ = 0;  // behind the last table that chunks cannot be read of; likewise

  std::mutex mutex_;
  std::vector<Open> open_;  // guarded by mutex_, in the order of the tables
  std::size_t planned_ = 0;  // guarded by mutex_: so many tables are
  bool told_ = false;  // guarded by mutex_
  // Guarded by mutex_: with a signal's tables that are all out.
  std::shared_ptr<const AnswerLog> answers_;
};

}  // namespace tidemark

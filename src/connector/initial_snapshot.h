// SPDX-License-Identifier: Apache-2.0
// The initial snapshot: every captured table read in one consistent view, as `r` records, before the
// stream starts from exactly that view's position.
//
// A crash on the way starts it over: until its last record is out, the stored offset says that it is
// running and names the sink's position before it, so that half of it is cut off again.
// Thread: the source thread, before the stream
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "connector/output.h"
#include "connector/row_reader.h"
#include "connector/status_board.h"
#include "connector/tables.h"
#include "mysql/client/snapshot_session.h"

namespace tidemark {

class InitialSnapshot {
 public:
  struct Parts {  // all outlive the snapshot
    const Settings& settings;
    const EncoderContext& encoding;
    const Clock& clock;
    Tables& tables;
    Output& output;
    StatusBoard& status;
  };
  explicit InitialSnapshot(Parts parts) : parts_(parts) {}

  // Reads structures, and rows if wanted; the offset to stream from. kCancelled when stopped on the way.
  Result<Offset> run(bool with_rows, bool gtid_mode, const std::stop_token& stop);

 private:
  Status read_captured(Connection& connection);
  Status read_rows(SnapshotSession& session, const std::stop_token& stop);
  Status read_table(Connection& connection, const TablePtr& table, const std::stop_token& stop);
  Status hold(RowReader& reader, RowView row);
  Status release(SnapshotMark mark);
  void publish(const TableDef& table, std::uint64_t rows);

  Parts parts_;
  Offset at_;
  std::int64_t table_time_us_ = 0;  // server clock when the table was begun

  // One row is always held back, because the last one of a table and of all carries a mark.
  struct Held {
    const TableEncoder* encoder = nullptr;
    std::string key;
    std::string row;
    std::int64_t time_us = 0;
    bool first_in_table = false;
  };
  Held held_;
  // What a run of rows of one table and mark ends with.
  struct RecordEnd {
    const TableEncoder* encoder = nullptr;
    SnapshotMark mark = SnapshotMark::kTrue;
    std::uint32_t left = 0;  // rows that may still use it
    std::string text;
  };
  RecordEnd end_;
  bool first_of_all_ = true;
  bool first_in_table_ = true;
  std::vector<std::unique_ptr<RowReader>> readers_;  // the held row may be of an earlier table
  std::vector<TableProgress> progress_;
  std::size_t current_ = 0;  // in progress_
  std::uint64_t rows_total_ = 0;
  SteadyTime published_{};
  SteadyTime table_began_{};
};

}  // namespace tidemark

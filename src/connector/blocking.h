// SPDX-License-Identifier: Apache-2.0
// Blocking snapshots by signal: a consistent view is opened, the stream goes on until it stands at exactly
// the place that the view equals, the rows are emitted there, and the stream goes on. So a record that was
// read is neither older nor newer than what the stream tells around it.
//
// Lifecycle: ask() -> prepare() between blocks of events until the view is open -> due() after every event
//            -> emit(), for one request after the other
// A request is stored from its signal on until its last record is out, and dropped in the checkpoint behind
// that record: a crash in between repeats it whole, from a new view. A lost connection does, too, with
// back-off; what was emitted by then stays, and the rows come again as of a later place. Where the sink cannot
// hold back all of the rows, and chunks can be read of the tables, there are checkpoints amid them, and the rest
// comes as an incremental snapshot in either case (connector/scan_checkpoints).
// Incremental snapshots rest from the signal to the last record; the link is not read while rows are emitted.
// Thread: source thread only
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "change/offset.h"
#include "config/settings.h"
#include "connector/backoff.h"
#include "connector/notifications.h"
#include "connector/output.h"
#include "connector/scan_checkpoints.h"
#include "connector/server_desk.h"
#include "connector/status_board.h"
#include "connector/tables.h"
#include "control/signal.h"
#include "mysql/client/server_info.h"
#include "mysql/client/snapshot_session.h"
#include "snapshot/director.h"

namespace tidemark {

TableId id_of(const BlockingTable& table);

class BlockingSnapshots {
 public:
  struct Parts {  // all outlive this object
    const Settings& settings;
    const EncoderContext& encoding;
    const Clock& clock;
    Director& director;
    Tables& tables;
    Output& output;
    ServerDesk& desk;
    StatusBoard& status;
    const Notifications* notifications = nullptr;  // null: none
  };
  BlockingSnapshots(Parts parts, std::vector<BlockingRequest> pending);

  // -- signals --

  // Queues these tables; each condition names one of them and is a SELECT of its own for it.
  // Errors: kRejected for conditions that cannot be meant; the server's, which tries the statements;
  //         kRetryable when it could not be asked
  Status ask(const std::string& signal_id, const std::vector<TableId>& tables,
             std::span<const AdditionalCondition> conditions);
  // Takes back tables whose rows are not being emitted; nothing: all. Those that there were.
  std::vector<TableId> stop(const std::optional<std::vector<TableId>>& tables);
  std::vector<TableId> tables() const;

  // -- the stream, between two transactions --

  bool waiting() const { return !pending_->empty(); }
  // Only while one waits.
  const BlockingRequest& first() const { return pending_->front(); }
  // The view is open: due() will tell.
  bool open() const { return session_ != nullptr; }
  // Locks are kept that hold back every write, our own, too.
  bool holds_writes() const;
  // Opens the view of the first request once the stream is near the log's end. `here`: the end of the last
  // event of the present link; `offset`: to resume from here.
  // Errors: kCancelled, kRetryable when the server cannot be asked; what keeps the view from being opened is
  //         tried again or becomes an outcome
  Status prepare(const Position& here, const Offset& offset, const std::stop_token& stop);
  // The stream stands at the place of the view. Cheap; call after every event.
  bool due(const Position& here) const {
    return session_ != nullptr && here >= session_->position();
  }
  // The same where the stream may not know its position for having nothing to receive.
  bool due(const Position& here, const Offset& offset) const;
  // Emits the rows: all that was streamed is with the delivery. `here`: what a restart before the first row
  // needs; `meanwhile`: as TableScan's.
  // Errors: kCancelled, and no checkpoint may be made then; those of the delivery
  Status emit(Checkpoint here, std::function<Status()> meanwhile, const std::stop_token& stop);
  // Half of the rows are out, and the rest will not come in this run.
  bool broken_off() const { return broken_off_; }
  // The link was lost, or the stream has moved: places of the view mean nothing any more.
  void reconnected();

  // -- what is stored --

  std::shared_ptr<const std::vector<BlockingRequest>> state() const { return pending_; }
  // Since the last call.
  std::vector<SnapshotOutcome> take_outcomes() { return std::exchange(outcomes_, {}); }

 private:
  void set_pending(std::vector<BlockingRequest> pending);
  void begin_anew(std::vector<BlockingRequest> pending);
  Result<std::string> checked_statement(const TableId& id, std::string_view statement);
  Status open_view(const std::stop_token& stop);
  Status scan(Checkpoint here, std::function<Status()> meanwhile, const std::stop_token& stop);
  std::optional<ScanCheckpoints::Options> checkpoints_amid(Checkpoint here) const;
  Status go_on_in_chunks(const Error& why);
  bool passes(const Error& error) const;
  Status failed(Error error);
  TablePtr found(const BlockingTable& table) const;  // null: it is not there
  SnapshotOutcome outcome(const TableId& table, std::string status, std::string reason,
                          std::uint64_t rows = 0) const;
  std::vector<SnapshotOutcome> those_gone() const;  // tables of the request that are not there
  void finish();
  void publish();

  const Parts parts_;
  std::shared_ptr<const std::vector<BlockingRequest>> pending_;
  std::vector<SnapshotOutcome> outcomes_;

  // Of the first request.
  std::optional<LogEnd> near_;  // a place the stream has to pass before the view is opened
  std::unique_ptr<SnapshotSession> session_;
  std::vector<TablePtr> found_;  // its tables, as they are in the view
  Backoff backoff_;
  int attempts_ = 0;
  unsigned server_error_ = 0;  // that ended the last scan
  std::optional<std::vector<TableSnapshotState>> left_;  // of a scan that can be gone on with
  SteadyTime not_before_{};
  bool broken_off_ = false;
};

}  // namespace tidemark

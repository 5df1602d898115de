// SPDX-License-Identifier: Apache-2.0
// The stream: binlog events in, record batches and checkpoints out. Owns the position, the captured
// tables and the windows of incremental snapshots.
//
// Lifecycle: construct -> run() until stop or error
// Thread:    run() is the source thread; it starts and joins the link thread
// Errors:    run() returns what ends the stream: kPositionLost, kCorrupt, kUnsupported with the place;
//            kConflict when another client took our place; kServer; kStorage from the delivery.
//            Lost links are retried with back-off, at most `retry.max` times in a row (-1: endless)
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "connector/blocking.h"
#include "connector/ddl_log.h"
#include "connector/delivery.h"
#include "connector/gtid_sources.h"
#include "connector/heartbeat.h"
#include "connector/incremental.h"
#include "connector/link_buffer.h"
#include "connector/misfits.h"
#include "connector/output.h"
#include "connector/row_images.h"
#include "connector/server_desk.h"
#include "connector/status_board.h"
#include "connector/stream_cursor.h"
#include "connector/tables.h"
#include "connector/transaction_meta.h"
#include "connector/xa_transactions.h"
#include "mysql/binlog/event.h"
#include "mysql/binlog/payload.h"
#include "mysql/binlog/rows.h"
#include "mysql/client/link.h"
#include "schema/statement.h"

namespace tidemark {

class Source {
 public:
  struct Parts {  // all outlive the source
    const Settings& settings;
    const Clock& clock;
    Tables& tables;
    Incremental& incremental;
    BlockingSnapshots& blocking;
    Output& output;
    ServerDesk& desk;
    StatusBoard& status;
    TopicRegistry& topics;
    DdlLog* ddl = nullptr;  // null: no records of statements
  };
  struct Start {
    Offset offset;
    TransactionState transaction;  // open at `offset`
    Uuid replica_uuid;
    std::string register_name;
  };
  Source(Parts parts, Start start);

  Status run(const std::stop_token& stop);
  // Makes a waiting run() look at the stop token and the mailbox. Any thread.
  void wake() { buffer_.wake(); }

 private:
  // -- the link and what comes over it: source.cc --

  Status run_link(const std::stop_token& stop);
  Status check_position(Offset& start);
  Status work(const std::stop_token& stop);
  Status handle_block();
  Status handle(Bytes raw);
  Status dispatch(const Event& event);
  Status on_format_description(const Event& event);
  Status on_heartbeat(const Event& event);
  // The events of a compressed transaction, one after the other.
  Status on_payload(const Event& event);
  Status on_other(const Event& event);
  Status heartbeat_action();
  Status beat();
  Position here() const { return {cursor_.file(), cursor_.event_end()}; }
  Status checkpoint();
  Status send_checkpoint(bool urgent);
  Checkpoint point();
  void publish();

  // -- transactions and statements: source_transactions.cc --

  // Every way into and out of a transaction, skipped ones included.
  void transaction_begun(const Event& event, std::int64_t thread_id);
  void begin_meta(const Event& event);
  void transaction_ended(const Event& event);
  std::int64_t event_time_us(const Event& event) const;
  Status on_gtid(const Event& event);
  Status on_maria_gtid(const Event& event);
  Status on_query(const Event& event);
  // Rows of a captured table are in the log as rows.
  Status check_row_change(const Statement& statement) const;

  // -- rows: source_rows.cc --

  Status bind_table(const Event& event);
  Status on_table_map(const Event& event);
  Status on_rows(const Event& event);
  Status on_rows_query(const Event& event);
  // Emits the rows of an event of a captured table but for the first `skip`; `row` counts on.
  Status emit_rows(const Event& event, std::uint64_t skip, std::uint64_t& row);
  Status on_row(CapturedTable& table, RowView before, RowView after, std::uint32_t row);
  SourceInfo source_info(const Event& event) const;  // of its first row

  // -- XA transactions: source_xa.cc --

  Status on_xa_start(const Statement& statement, std::uint32_t thread_id);
  void begin_xa(std::string xid);
  Status on_xa_prepare(const Event& event);
  Status on_xa_verdict(const Event& event, const Statement& statement);
  void end_xa(const Event& event, const std::string& xid);
  Status hold(const Event& event);  // of the open XA transaction
  Status emit_held(const Event& verdict, const HeldEvents& events);
  Status replay(const Event& event);
  Status look_back(const std::string& xid);

  // -- table structures: source_schema.cc --

  Status on_definition(const Statement& statement);
  Status log_definition(const Event& event, const QueryEvent& query);
  Status on_truncate(const Statement& statement, const Event& event);
  Result<TableBinding*> resolve(const Event& event, std::string why);
  // Reads structures again and puts those in place that are captured; gone ones are removed.
  Status read_again(const std::vector<TableId>& ids);
  // No statement between here and `end` mentions the table.
  Result<bool> quiet_until(const Position& end, const TableId& id);
  struct Glance;  // where a look ahead is
  Result<bool> glance_at(const EventBlock& block, std::size_t from, const TableId& id,
                         Glance& glance);

  // -- snapshots and signals: source_snapshots.cc --

  bool between_transactions() const;
  // Does what windows without rows in the log wait for: says what was seen, emits those whose place is reached.
  Status advance_windows();
  Result<Seen> seen();
  SourceInfo place_info() const;  // of rows that no event holds
  // Does what a blocking snapshot that waits needs next.
  Status advance_blocking();
  // The stream is where its rows belong.
  Status emit_blocking();
  // A signal moved the stream: from here on it is read from there, over a new link.
  Status jump();

  Parts parts_;
  Start start_;
  std::stop_token stop_;
  StreamCursor cursor_;
  LinkBuffer buffer_;
  std::unique_ptr<EventParser> parser_;
  bool on_mariadb_ = false;  // the link's GTID events are MariaDB's
  PayloadReader payload_;
  RowScratch scratch_;
  std::string unpacked_query_;  // the text of a statement that was compressed
  ImageGaps image_gaps_;  // of the rows event being worked through
  Misfits misfits_;
  EventEnd event_end_;  // of the rows event being worked through

  EventBlock block_;  // being worked through
  std::size_t next_in_block_ = 0;
  Offset sent_offset_;  // of the last checkpoint
  std::deque<EventBlock> ahead_;  // received while looking ahead, still to be worked through

  // Where the link stood idle at a heartbeat, and the log's end as it was then.
  struct Idle {
    Position here;
    Position end;
    SteadyTime seen;
  };
  std::optional<Idle> idle_;

  std::int64_t commit_ts_us_ = 0;  // of the current transaction; 0: unknown
  std::string gtid_text_;  // of the current transaction
  std::int64_t thread_id_ = -1;  // of the current transaction
  std::optional<std::string>
      query_;  // the current transaction's last statement, where it is logged
  std::optional<TransactionMeta> meta_;
  std::optional<Heartbeat> heartbeat_;
  std::string same_row_scratch_;
  GtidSources gtid_sources_;
  bool rows_dropped_ = false;  // the current transaction's, because its source does not count
  XaTransactions xa_;
  std::optional<std::size_t>
      looked_back_;  // files before the present one, for an unknown XA COMMIT
  std::uint64_t events_handled_ = 0;  // since they were published
  bool relink_ = false;  // the present link is done with
  bool placed_ = false;  // the present link has said in which file it is
  bool located_ = false;  // and where in it, passing over what was done
  bool made_progress_ = false;  // since the link was opened
};

}  // namespace tidemark

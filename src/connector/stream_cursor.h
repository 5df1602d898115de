// SPDX-License-Identifier: Apache-2.0
// Where the stream is, told event by event, and what a restart would have to skip.
//
// Grammar of the stream (one server, rows logged as rows):
//   stream       := (outside | transaction | held | verdict)*
//   outside      := FORMAT_DESCRIPTION | PREVIOUS_GTIDS | ROTATE | HEARTBEAT | STOP | [GTID] QUERY(ddl)
//   transaction  := [GTID] QUERY(BEGIN) (TABLE_MAP | rows | ROWS_QUERY | QUERY(savepoint))* end
//   end          := XID | QUERY(COMMIT) | QUERY(ROLLBACK)
//   held         := [GTID] QUERY(XA START) (TABLE_MAP | rows)* QUERY(XA END) XA_PREPARE
//   verdict      := [GTID] QUERY(XA COMMIT | XA ROLLBACK)
// The rows of a held transaction are emitted at its verdict, which then is the transaction that holds
// them; an XA_PREPARE of one phase is PREPARE and verdict at once. Where the place of a PREPARE lies before
// the resume point, the events in between come once more and are passed over: replaying().
// On MariaDB a GTID event stands in the place of BEGIN and of XA START, and a transaction of one statement
// has no end:
//   outside      := ... | GTID_LIST | BINLOG_CHECKPOINT | GTID(standalone) QUERY(ddl)
//   transaction  := GTID (ANNOTATE_ROWS | TABLE_MAP | rows | QUERY(ddl, savepoint))* end
//   held         := GTID(prepared) (ANNOTATE_ROWS | TABLE_MAP | rows)* QUERY(XA END) XA_PREPARE
//   verdict      := GTID(standalone, completed) QUERY(XA COMMIT | XA ROLLBACK)
// Its server cannot be asked for one transaction again, only for all from a position on. By GTIDs each domain
// then has a floor of its own, its last transaction that is done: that holds on another server, too, where
// domains are interleaved in another way.
//
// Use:     per event: begin_event(header) -> the caller handles it unless skipping() -> one of the
//          *_done() functions
// Source:  the meaning of the fields of Offset is Debezium's (docs/operating/offsets.md)
// Value type.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "change/offset.h"
#include "mysql/binlog/event.h"

namespace tidemark {

class StreamCursor {
 public:
  explicit StreamCursor(Offset start);

  // The current event lies before the resume point: it was handled in an earlier life.
  // TABLE_MAP events must be looked at all the same, later rows may need them.
  bool skipping() const { return events_left_to_skip_ > 0; }
  // The current event lies before the place up to which everything was done: it is here once more for the
  // sake of a prepared XA transaction, and nothing else in it counts.
  bool replaying() const { return floor_.has_value() || again_; }
  // There is more to come that is replayed: not all that XA transactions held is at hand.
  bool catching_up() const { return replaying() || !domain_floors_.empty(); }
  // Rows of the next rows event that were emitted in an earlier life. Asking for them uses them up.
  std::uint64_t take_rows_to_skip();

  void rotated(std::string_view file, std::uint64_t pos);
  // A format description: when and by which server the present file was made. False, for the first one of
  // a link: the server began its binlog anew since (RESET), so nothing leads from the resume point to here.
  [[nodiscard]] bool file_described(const EventHeader& header);
  // True once after a link reached another server within a transaction. That one may have logged the
  // transaction in other events, so counts of what to skip mean nothing there: it comes again as a whole.
  [[nodiscard]] bool take_repeats() { return std::exchange(repeats_, false); }
  // Notes time, server id and end position of an event; call first for every event.
  void begin_event(const EventHeader& header);

  void gtid(const Gtid& gtid);  // an anonymous transaction: an empty Gtid
  void gtid(const MariaGtid& gtid);
  // MariaDB's GTID_LIST: what was done before the present file.
  void gtid_list(const std::vector<MariaGtid>& gtids);
  void transaction_begun() { begin_transaction(event_start_); }
  // Rows of the present rows event that are done: a place to resume from should the link break now.
  void rows_done(std::uint64_t rows);
  void event_in_transaction_done();
  void transaction_ended();
  // XA START, or the GTID event in its place. Nothing moves until the transaction is prepared.
  void hold_begun();
  // XA_PREPARE, in two phases.
  void hold_ended(std::string xid, bool has_rows);
  // From here rows of a held transaction are done, as if they were one rows event. With `one_phase` the place
  // to resume from is that of XA START.
  void verdict_begun(bool one_phase);
  // The verdict is done, XA ROLLBACK too: call before transaction_ended() or event_outside_done().
  void decided(const std::string& xid);
  const PreparedXa* prepared(const std::string& xid) const;
  // From the next reconnect() on the stream is read from this place, until it has come back to the
  // transaction at hand.
  void look_back_from(Position from);

  // A statement that is a transaction of its own (DDL), or any other event outside a transaction.
  void event_outside_done();

  bool in_transaction() const { return in_transaction_; }
  // A transaction of which something was done over an earlier link has not come again yet.
  bool owes() const { return resume_events_ > 0 || resume_rows_ > 0 || repeat_due_; }
  const Gtid& current_gtid() const { return gtid_; }
  // Start of the event being handled.
  std::uint64_t event_start() const { return event_start_; }
  std::uint64_t event_end() const { return event_end_; }
  const std::string& file() const { return file_; }
  // That began the present file; 0: the link has not said it yet.
  std::uint32_t file_server_id() const { return file_server_id_; }
  // The resume point has moved over the present link: its position is one of that server's.
  bool moved() const { return moved_; }
  // "binlog.000042:1337", the event being handled.
  std::string place() const;

  // To resume after the last event that was done.
  const Offset& offset() const { return offset_; }
  // What to ask the server for: offset(), or an earlier place where held transactions have to be read
  // again. `held`: they are all at hand.
  Offset dump_start(bool held) const;
  // A new link starts, from dump_start(held).
  void reconnect(bool held);

 private:
  void begin_transaction(std::uint64_t start);
  void set_floors(const Offset& from);
  void end_replay();
  void note_prepared(PreparedXa one);
  void move_to(std::uint64_t pos);
  std::vector<PreparedXa>& prepared_list() { return replaying() ? replayed_ : offset_.prepared; }

  Offset offset_;
  std::optional<Offset> resumed_;  // what a link started from, until its first format description
  std::string file_;
  std::int64_t file_created_sec_ = 0;
  std::uint32_t file_server_id_ = 0;
  bool moved_ = false;
  Gtid gtid_;  // of the current or coming transaction
  MariaGtid maria_gtid_;  // likewise
  bool in_transaction_ = false;
  bool repeats_ = false;
  bool repeat_due_ = false;  // and that transaction has not begun
  std::uint64_t events_left_to_skip_ = 0;  // of the first transaction after a resume
  std::uint64_t resume_events_ = 0;  // armed until that transaction begins
  std::uint64_t resume_rows_ = 0;
  std::uint64_t event_start_ = 0;
  std::uint64_t event_end_ = 0;
  std::uint64_t hold_start_ = 0;  // of the open XA transaction
  bool holding_ = false;
  std::optional<Position> floor_;  // replaying up to here
  std::map<std::uint32_t, MariaGtid> domain_floors_;  // replaying these domains up to there
  bool again_ = false;  // the transaction at hand is below its domain's floor
  MariaGtidPosition
      passed_;  // while replaying on MariaDB: what lies before the transaction at hand
  struct LookBack {
    Position from;
    Position until;
  };
  std::optional<LookBack> look_back_;
  std::uint64_t gtid_start_ = 0;  // of the latest GTID event; 0: not of the transaction at hand
  std::vector<PreparedXa> replayed_;  // prepared before the floor, and unknown to the offset
  std::string dump_file_;  // where the link starts, if that is before the resume point; else empty
};

}  // namespace tidemark

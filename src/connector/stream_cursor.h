// SPDX-License-Identifier: Apache-2.0
// Where the stream is, told event by event, and what a restart would have to skip.
//
// Grammar of the stream (one server, rows logged as rows):
//   stream       := (outside | transaction)*
//   outside      := FORMAT_DESCRIPTION | PREVIOUS_GTIDS | ROTATE | HEARTBEAT | STOP | [GTID] QUERY(ddl)
//   transaction  := [GTID] QUERY(BEGIN) (TABLE_MAP | rows | ROWS_QUERY | QUERY(savepoint))* end
//   end          := XID | QUERY(COMMIT) | QUERY(ROLLBACK) | XA_PREPARE
//
// Use:     per event: begin_event(header) -> the caller handles it unless skipping() -> one of the
//          *_done() functions
// Source:  the meaning of the fields of Offset is Debezium's (docs/operating/offsets.md)
// Value type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  // Rows of the next rows event that were emitted in an earlier life. Asking for them uses them up.
  std::uint64_t take_rows_to_skip();

  void rotated(std::string_view file, std::uint64_t pos);
  // A format description: when and by which server the present file was made. False, for the first one of
  // a link: the server began its binlog anew since (RESET), so nothing leads from the resume point to here.
  [[nodiscard]] bool file_described(const EventHeader& header);
  // Notes time, server id and end position of an event; call first for every event.
  void begin_event(const EventHeader& header);

  void gtid(const Gtid& gtid);  // an anonymous transaction: an empty Gtid
  void transaction_begun();
  // Rows of the present rows event that are done: a place to resume from should the link break now.
  void rows_done(std::uint64_t rows);
  void event_in_transaction_done();
  void transaction_ended();
  // A statement that is a transaction of its own (DDL), or any other event outside a transaction.
  void event_outside_done();

  bool in_transaction() const { return in_transaction_; }
  const Gtid& current_gtid() const { return gtid_; }
  // Start of the event being handled.
  std::uint64_t event_start() const { return event_start_; }
  std::uint64_t event_end() const { return event_end_; }
  const std::string& file() const { return file_; }
  // "binlog.000042:1337", the event being handled.
  std::string place() const;

  // To resume after the last event that was done.
  const Offset& offset() const { return offset_; }
  // The connection was lost: the next link starts from offset() again.
  void reconnect();

 private:
  void move_to(std::uint64_t pos);

  Offset offset_;
  std::optional<Offset> resumed_;  // what a link started from, until its first format description
  std::string file_;
  std::int64_t file_created_sec_ = 0;
  std::uint32_t file_server_id_ = 0;
  Gtid gtid_;  // of the current or coming transaction
  bool in_transaction_ = false;
  std::uint64_t events_left_to_skip_ = 0;  // of the first transaction after a resume
  std::uint64_t resume_events_ = 0;  // armed until that transaction begins
  std::uint64_t resume_rows_ = 0;
  std::uint64_t event_start_ = 0;
  std::uint64_t event_end_ = 0;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Binlog events: framing, checksum, and the bodies that are not rows.
// Layout:   docs/formats/event.md (server 9.7: libs/mysql/binlog/event/)
// Lifetime: bodies and texts are views into the raw event and die with it, unless they are std::string
// Errors:   kCorrupt, naming the event type, when bytes cannot be what a server writes
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "change/gtid_set.h"
#include "mysql/binlog/event_type.h"

namespace tidemark {

inline constexpr std::size_t kEventHeaderSize = 19;
inline constexpr std::size_t kChecksumSize = 4;

struct EventHeader {
  std::uint32_t timestamp = 0;  // seconds since the epoch
  EventType type = EventType::kUnknown;
  std::uint32_t server_id = 0;
  std::uint32_t size = 0;  // of the whole event, header and checksum included
  std::uint32_t end_log_pos =
      0;  // where the next event starts; wraps at 4 GiB, 0 if made by the sender
  std::uint16_t flags = 0;

  bool artificial() const { return (flags & kFlagArtificial) != 0; }
};
// Reads the first 19 bytes of an event. Errors: kCorrupt when `raw` is shorter, or the size in it.
Result<EventHeader> parse_header(Bytes raw);

struct Event {
  EventHeader header;
  Bytes body;  // between header and checksum
};

// FORMAT_DESCRIPTION: how the events after it are laid out.
struct FormatDescription {
  std::string server_version;  // "9.7.4", "10.11.6-MariaDB-log"
  std::uint32_t created = 0;  // seconds since the epoch; 0: sent in the middle of a file
  bool checksums = false;  // CRC32 after each event
  std::array<std::uint8_t, 256> post_header_sizes{};  // by event type code; 0: not listed

  bool is_mariadb() const { return server_version.find("MariaDB") != std::string::npos; }
  std::size_t table_id_size(EventType type) const {
    return post_header_sizes[static_cast<std::uint8_t>(type)] == 6 ? 4 : 6;
  }
};

// Splits raw events into header and body and checks their checksums. It follows the format of the
// stream: a FORMAT_DESCRIPTION sets the checksum algorithm and post-header sizes of what comes after.
//
//   stream := (fake ROTATE FORMAT_DESCRIPTION event*)*      from a server
//   file   := FORMAT_DESCRIPTION event*                     from disk, after the magic number
//
// A fake ROTATE (artificial, before FORMAT_DESCRIPTION) has a checksum if the session asked for them;
// servers differ about it at later file changes, so there the checksum itself decides.
// Thread: one
class EventParser {
 public:
  // What `SET @source_binlog_checksum = ...` of this session came to: with @@global.binlog_checksum
  // as its value, true unless that is NONE. Does not matter for files.
  explicit EventParser(bool session_checksums) : session_checksums_(session_checksums) {}

  // `raw` is one whole event. Errors: kCorrupt on a wrong size, checksum or format description.
  Result<Event> parse(Bytes raw);
  // Events inside a payload have neither checksum nor place of their own.
  bool has_format() const { return has_format_; }
  const FormatDescription& format() const { return format_; }

 private:
  Result<Event> parse_format(const EventHeader& header, Bytes raw);
  Result<Event> parse_fake_rotate(const EventHeader& header, Bytes raw) const;

  const bool session_checksums_;
  bool has_format_ = false;
  FormatDescription format_;
};

struct RotateEvent {
  std::uint64_t pos = 0;
  std::string_view file;
  bool fake = false;  // made by the sender: no event of any file
};

struct GtidEvent {
  Gtid gtid;  // empty for an anonymous transaction
  bool anonymous = false;
  std::int64_t original_commit_us = 0;  // microseconds since the epoch; 0: unknown
  std::int64_t immediate_commit_us = 0;  // on the server we read from
  std::uint64_t transaction_length = 0;  // bytes, this event included; 0: unknown
  std::uint64_t last_committed = 0;
  std::uint64_t sequence_number = 0;
};

struct QueryEvent {
  std::uint32_t thread_id = 0;
  std::uint16_t error_code = 0;
  std::uint64_t sql_mode = 0;  // 0 also when the event does not say
  std::uint16_t client_collation = 0;  // collation id of `sql`; 0: the event does not say
  std::string_view database;
  std::string_view sql;
};

struct XidEvent {
  std::uint64_t xid = 0;
};

// The sender is alive and stands here. Never a position to commit within a transaction.
struct HeartbeatEvent {
  std::string_view file;
  std::uint64_t pos = 0;
};

// Something the log does not hold may have changed data.
struct IncidentEvent {
  std::uint16_t number = 0;
  std::string_view message;
};

struct RowsQueryEvent {
  std::string_view sql;
};

// The name of an XA transaction.
struct XaXid {
  std::uint32_t format = 0;
  std::string_view gtrid;  // at most 64 bytes
  std::string_view bqual;  // likewise

  // As the server writes it into statements: X'6162',X'',1
  std::string text() const;
};

// The end of the rows of an XA transaction; they are in force only after its XA COMMIT.
struct XaPrepareEvent {
  bool one_phase = false;  // XA COMMIT ... ONE PHASE: committed at once
  XaXid xid;
};

Result<RotateEvent> parse_rotate(const Event& event);
Result<FormatDescription> parse_format_description(const Event& event);
// GTID, ANONYMOUS_GTID and GTID_TAGGED.
Result<GtidEvent> parse_gtid(const Event& event);
Result<GtidSet> parse_previous_gtids(const Event& event);
// QUERY, and MariaDB's QUERY_COMPRESSED, whose text is put into `unpacked` and lives as long as that.
Result<QueryEvent> parse_query(const Event& event, std::string& unpacked);
Result<XidEvent> parse_xid(const Event& event);
// HEARTBEAT and HEARTBEAT_V2.
Result<HeartbeatEvent> parse_heartbeat(const Event& event);
Result<IncidentEvent> parse_incident(const Event& event);
// ROWS_QUERY, and MariaDB's ANNOTATE_ROWS.
Result<RowsQueryEvent> parse_rows_query(const Event& event);
Result<XaPrepareEvent> parse_xa_prepare(const Event& event);

// kCorrupt: "<TYPE> event: <what>".
std::unexpected<Error> corrupt_event(EventType type, std::string_view what);

}  // namespace tidemark

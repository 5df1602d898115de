// SPDX-License-Identifier: Apache-2.0
// The events that only MariaDB writes, but for its compressed rows and statements (rows.h, event.h).
// Layout:   docs/formats/mariadb_events.md (MariaDB 10.11: sql/log_event.h, log_event_server.cc)
// Lifetime: texts are views into the raw event and die with it
// Errors:   kCorrupt, naming the event type, when bytes cannot be what a server writes
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/maria_gtid.h"
#include "mysql/binlog/event.h"

namespace tidemark {

inline constexpr std::uint8_t kMariaGtidStandalone = 0x01;  // one event follows, no COMMIT
inline constexpr std::uint8_t kMariaGtidGroupCommit = 0x02;  // commit_id is there
inline constexpr std::uint8_t kMariaGtidTransactional = 0x04;  // can be rolled back
inline constexpr std::uint8_t kMariaGtidDdl = 0x20;
inline constexpr std::uint8_t kMariaGtidPreparedXa = 0x40;  // XA PREPARE; the xid is there
inline constexpr std::uint8_t kMariaGtidCompletedXa = 0x80;  // XA COMMIT or XA ROLLBACK, likewise

// The start of a transaction, in place of BEGIN; or of a statement of its own.
struct MariaGtidEvent {
  MariaGtid gtid;
  std::uint8_t flags = 0;
  std::uint64_t commit_id = 0;  // of the group of transactions committed together; 0: not sent
  std::optional<XaXid> xa;

  bool standalone() const { return (flags & kMariaGtidStandalone) != 0; }
  bool ddl() const { return (flags & kMariaGtidDdl) != 0; }
  bool prepared_xa() const { return (flags & kMariaGtidPreparedXa) != 0; }
  bool completed_xa() const { return (flags & kMariaGtidCompletedXa) != 0; }
};
Result<MariaGtidEvent> parse_maria_gtid(const Event& event);

// At the start of a file: the last transaction of each domain and server before it.
struct MariaGtidListEvent {
  std::uint8_t flags = 0;  // 1: the position to stop at is reached; 2: made by the sender
  std::vector<MariaGtid> gtids;
};
Result<MariaGtidListEvent> parse_maria_gtid_list(const Event& event);

// The oldest file that crash recovery would need. Says nothing to a reader.
Result<std::string_view> parse_binlog_checkpoint(const Event& event);

// START_ENCRYPTION: what follows in the file is encrypted. A server decrypts what it sends; newer ones send
// this event along, marked ignorable.
// Errors: kUnsupported unless it is
Status check_encryption(const EventHeader& header);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The durable resume point, in Debezium's terms: where to reconnect and what to skip there.
//
//   position, gtids   the last place between two transactions; gtids is the set executed before it,
//                     maria_gtids the same of a MariaDB
//   events_to_skip    events of the transaction that starts there which are done already, counted from
//                     and including BEGIN; every event type counts
//   rows_to_skip      rows of the event after those which are done already
//
// A restart asks the server for everything after `gtids` (or from `position` without GTIDs), passes
// over `events_to_skip` events of the first transaction and `rows_to_skip` rows of the next event.
// For the rows of `prepared` it asks for more and passes over the rest (connector/stream_cursor.h).
// Value type.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "change/gtid_set.h"
#include "change/maria_gtid.h"
#include "change/position.h"

namespace tidemark {

// An XA transaction that is prepared and not yet decided.
struct PreparedXa {
  std::string xid;  // as the server spells it: X'61',X'',1
  std::string gtid;  // of its PREPARE; empty without GTIDs
  Position position;  // where it starts
  bool has_rows = false;  // of captured tables: it must be read again after a restart
  // On MariaDB by GTIDs: what was done before it. To have its rows again is to begin there.
  MariaGtidPosition before = {};

  bool operator==(const PreparedXa&) const = default;
};

struct Offset {
  Position position = {};
  GtidSet gtids = {};
  bool gtid_mode = false;  // gtids is meaningful, an empty set included
  std::optional<MariaGtidPosition> maria_gtids = {};  // of a MariaDB; never beside gtid_mode
  std::uint64_t events_to_skip = 0;
  std::uint64_t rows_to_skip = 0;
  std::uint32_t server_id = 0;  // of the last event
  std::int64_t ts_sec = 0;  // of the last event; 0: unknown
  // When and by which server position.file was made: file names come again after a RESET. 0: unknown.
  std::int64_t file_created_sec = 0;
  std::uint32_t file_server_id = 0;
  bool initial_snapshot_running = false;
  // In the order of their PREPAREs. On MySQL GTIDs of those with rows are not in `gtids` before the verdict:
  // so the server sends them again. A position of MariaDB cannot leave one out.
  std::vector<PreparedXa> prepared = {};

  // It says by GTIDs where to go on, so it holds on another server, too.
  bool by_gtid() const { return gtid_mode || maria_gtids.has_value(); }
  std::string gtids_text() const { return maria_gtids ? maria_gtids->text() : gtids.text(); }
  bool operator==(const Offset&) const = default;
};

// One cell of a chunk key, in the form in which the server is asked to compare it.
struct KeyCell {
  enum class Kind : std::uint8_t {
    kInt,  // i64
    kUint,  // u64; of ENUM the member's number, of SET its bits
    kText,  // text: UTF-8
    kBinary,  // text: bytes
    kEncoded,  // text: a character column's bytes in its own charset
    kDecimal,  // text: digits as the server prints them, "-0.50"
    kDouble,  // text: all digits that a double has, "1.1000000238418579"
    kDate,  // text: "2024-02-29"
    kTime,  // text: "-838:59:59.000000"
    kDatetime,  // text: "2024-02-29 23:59:58.123456"; of TIMESTAMP in UTC
  };
  Kind kind = Kind::kInt;
  bool null = false;  // sorts before every value
  std::int64_t i64 = 0;
  std::uint64_t u64 = 0;
  std::string text;

  bool operator==(const KeyCell&) const = default;
};
// Values of the leading chunk key columns. Shorter than the key: a bound after which come all rows
// that exceed this prefix. Empty: no bound.
using KeyTuple = std::vector<KeyCell>;

// Rows with cursor < key <= upper that are still to be read. An empty cursor: from the start.
struct StripeState {
  KeyTuple cursor;  // last key emitted
  KeyTuple upper;
  bool operator==(const StripeState&) const = default;
};

struct TableSnapshotState {
  std::string database;
  std::string table;
  std::string condition;  // SQL fragment without added parentheses; empty: none
  std::string surrogate;  // column that the signal wants the table read by; empty: its own key
  std::string signal_id;  // of the signal that asked for it
  bool started = false;  // maximum key and stripes are known
  KeyTuple minimum;
  KeyTuple maximum;
  std::vector<StripeState> stripes;
  std::uint64_t rows_estimated = 0;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_emitted = 0;
  std::uint64_t chunks_done = 0;
  bool operator==(const TableSnapshotState&) const = default;
};

// An incremental snapshot in progress. Tables in order; a finished one is removed.
struct IncrementalState {
  std::vector<TableSnapshotState> tables;
  bool paused = false;
  bool operator==(const IncrementalState&) const = default;
};

// A table of a blocking snapshot.
struct BlockingTable {
  std::string database;
  std::string table;
  std::string statement;  // a SELECT of its own; empty: the whole table
  bool operator==(const BlockingTable&) const = default;
};
// A blocking snapshot that a signal asked for, and whose last record is not out yet.
struct BlockingRequest {
  std::string signal_id;
  std::vector<BlockingTable> tables;  // never empty
  bool operator==(const BlockingRequest&) const = default;
};

// The answer to a signal.
struct Verdict {
  std::string signal_id;
  std::string type;
  bool accepted = false;
  std::string reason;
  std::int64_t at_ms = 0;  // wall clock
  bool operator==(const Verdict&) const = default;
};

// How a snapshot of one table, or of all tables of a signal, ended.
struct SnapshotOutcome {
  std::string signal_id;
  std::string collection;  // db.table
  std::string status;  // COMPLETED, EMPTY, STOPPED, FAILED
  std::string reason;  // of FAILED and STOPPED
  std::uint64_t rows = 0;
  std::int64_t at_ms = 0;
  bool operator==(const SnapshotOutcome&) const = default;
};

// Where the sink's output ends for exactly this state; the sink's own words, opaque to others.
struct SinkPosition {
  std::map<std::string, std::string> fields;
  bool operator==(const SinkPosition&) const = default;
};

// How far signals that do not come as rows were worked off: a restart neither repeats nor misses one.
struct SignalMarks {
  std::string topic;  // of the Kafka channel; empty: it was never read
  std::map<std::int32_t, std::int64_t>
      next;  // by partition, the offset of the first message to read
  std::uint64_t file_bytes = 0;  // of the signal file's beginning
  std::uint64_t file_hash = 0;  // of those bytes (connector/signal_file.h)

  bool empty() const { return topic.empty() && file_bytes == 0; }
  bool operator==(const SignalMarks&) const = default;
};

// The transaction that `offset` stands in, as far as its numbered records are out.
struct TransactionState {
  std::string id;  // empty: none open, or its records are not numbered
  std::map<std::string, std::uint64_t, std::less<>> counts;  // records by db.table
  bool operator==(const TransactionState&) const = default;
};

// Everything that becomes durable in one atomic step.
struct ResumeState {
  Offset offset;
  TransactionState transaction;
  IncrementalState incremental;
  std::vector<BlockingRequest> blocking;  // in the order in which they are worked off
  std::vector<Verdict> verdicts;  // the latest, oldest first, at most kVerdictsMax
  std::vector<SnapshotOutcome> outcomes;  // likewise
  SignalMarks signals;
  std::uint64_t schema_revision = 0;  // which stored schema the rows after `offset` follow
  SinkPosition sink;
  Uuid replica_uuid;  // the name under which we register with the server
  bool operator==(const ResumeState&) const = default;
};
inline constexpr std::size_t kVerdictsMax = 32;

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The offset file's text: readable JSON, versioned, the position in Debezium's field names.
//
//   {"version": 1, "connector": "<name>",
//    "partition": {"server": "<topic.prefix>"},
//    "offset": {"ts_sec": n, "file": "..", "pos": n, "gtids": "..", "server_id": n, "event": n, "row": n,
//               "snapshot": "INITIAL", "flavour": "mariadb", "transaction_id": "..",
//               "transaction_data_collection_order_<db>.<table>": n, ..},
//    "incremental_snapshot": {"paused": b, "tables": [..]},
//    "verdicts": [..], "outcomes": [..],
//    "signals": {"topic": "..", "next": {"<partition>": n}, "file_bytes": n, "file_hash": n},
//    "schema": {"revision": n}, "sink": {..}, "replica_uuid": ".."}
//
// In "offset", as the original does: gtids is absent without GTIDs (on MariaDB domain-server-sequence, with
// our own "flavour" beside it, for an empty text does not tell whose it is); ts_sec, server_id, event, row
// where they are 0; snapshot unless an initial snapshot runs; transaction_* unless a transaction is open whose
// records are numbered. "signals" is absent where no channel but the table was read.
// A key cell is {"int": n}, {"uint": n},
// {"text": ".."}, {"decimal": ".."}, {"double": ".."}, {"date": ".."}, {"time": ".."}, {"datetime": ".."},
// {"binary": "<hex>"} or, of a charset's own bytes, {"encoded": "<hex>"}; text that is no UTF-8 is
// {"text_hex": ".."}, and NULL {"null": "<one of these names>"}.
// Unknown members are ignored; a change that an older reader would misread takes a new version.
// Source: Debezium 3.6, BinlogOffsetContext and MySqlOffsetContext (getOffset, load)
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "change/offset.h"

namespace tidemark {

inline constexpr std::uint64_t kOffsetVersion = 1;
inline constexpr std::string_view kTransactionCountPrefix = "transaction_data_collection_order_";
inline constexpr std::string_view kMariaDbFlavour = "mariadb";

struct StoredOffset {
  std::string connector_name;
  std::string topic_prefix;
  ResumeState state;
  bool operator==(const StoredOffset&) const = default;
};

// Ends with a newline.
std::string encode_offset(std::string_view connector_name, std::string_view topic_prefix,
                          const ResumeState& state);

// Errors: kRejected for Debezium's Java map and for a newer version; kCorrupt with the place otherwise.
Result<StoredOffset> decode_offset(std::string_view text);

}  // namespace tidemark

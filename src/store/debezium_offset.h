// SPDX-License-Identifier: Apache-2.0
// The resume point as Debezium keeps it: the map of Connect's offset topics and files, both ways.
//
//   key    ["<connector name>",{"server":"<topic.prefix>"}]
//   value  {"ts_sec":n,"file":"..","pos":n,"gtids":"..","server_id":n,"event":n,"row":n,"snapshot":"INITIAL",
//           "transaction_id":"..","transaction_data_collection_order_<db>.<table>":n,
//           "incremental_snapshot_primary_key":"<hex>","incremental_snapshot_maximum_key":"<hex>",
//           "incremental_snapshot_collections":"[..]","incremental_snapshot_correlation_id":".."}
//
// To Debezium: of a table that we read in several stripes at once it gets the lowest cursor, and where its
// form of a key cannot say ours, none: rows may come again, none is left out. What it has no place for
// (pauses, blocking snapshots that wait, verdicts) is not in the map.
// From Debezium: "snapshot":"INCREMENTAL" is a stream and no snapshot; INITIAL, BLOCKING and true are a
// snapshot that was not finished. Unknown names are ignored.
// Source:  Debezium 2.7 to 3.6: BinlogOffsetContext, MySqlOffsetContext, MariaDbOffsetContext (getOffset, load),
//          AbstractIncrementalSnapshotContext; docs/formats/debezium_offset.md
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "change/offset.h"
#include "store/java_key.h"

namespace tidemark {

// An incremental snapshot in Debezium's terms: one cursor, in the first table.
struct DebeziumSnapshot {
  struct Table {
    std::string collection;  // db.table, as it stands there
    std::string condition;  // in parentheses; empty: none
    std::string surrogate;  // empty: none
    std::string signal_id;  // empty: unknown
    bool operator==(const Table&) const = default;
  };
  std::vector<Table> tables;  // never empty; the first is being read
  std::optional<JavaKey> cursor;  // the last key emitted; nothing: none yet
  std::optional<JavaKey> maximum;  // nothing: not read yet
  bool operator==(const DebeziumSnapshot&) const = default;
};

struct DebeziumOffset {
  Offset offset;
  TransactionState transaction;
  std::optional<DebeziumSnapshot> snapshot;
  // It was stored with rows of an incremental snapshot, whose tables it then may not name.
  bool snapshot_rows = false;
};

// Whose record of a connector it is. Ours has one member more beside "server", so that Debezium does not
// look for it, and Connect passes over it as over that of another source.
enum class OffsetKeyKind : std::uint8_t { kDebezium, kOurs };
std::string encode_offset_key(std::string_view connector_name, std::string_view topic_prefix,
                              OffsetKeyKind kind = OffsetKeyKind::kDebezium);
struct OffsetKey {
  std::string connector_name;
  std::string topic_prefix;
  OffsetKeyKind kind = OffsetKeyKind::kDebezium;
  bool operator==(const OffsetKey&) const = default;
};
// Nothing when it is the key of something else, of a connector of another kind, say.
std::optional<OffsetKey> decode_offset_key(std::string_view text);

std::string encode_debezium_offset(const ResumeState& state);
// Errors: kCorrupt with the name of the member.
Result<DebeziumOffset> decode_debezium_offset(std::string_view text);
// As part of another document; what is wrong is noted there.
DebeziumOffset read_debezium_offset(const JsonReader& in);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The data of signals about the stream itself: where it goes on, and structures to be read again. Part of
// signal.h; strict like it.
// Source: Debezium 3.6: SetBinlogPositionSignal, SchemaChanges, JsonTableChangeSerializer
// Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "change/offset.h"
#include "control/signal.h"

namespace tidemark {

// What reading one signal's data came upon. The first thing wrong is kept.
struct Refusal {
  ErrorKind kind = ErrorKind::kRejected;
  std::string what;
};

inline constexpr std::string_view kSetBinlogPosition = "set-binlog-position";
inline constexpr std::string_view kSchemaChanges = "schema-changes";

inline constexpr std::string_view kSetBinlogPositionForm =
    R"(send data such as {"binlog_filename": "binlog.000003", "binlog_position": 4}, or )"
    R"({"gtid_set": "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-57"}: all that is delivered already)";
inline constexpr std::string_view kSchemaChangesForm =
    R"(send data such as {"database": "shop", "changes": [{"type": "ALTER", )"
    R"("id": "\"shop\".\"orders\""}]})";

// It was accepted, and the stream went on elsewhere.
inline bool moves_stream(const Verdict& verdict) {
  return verdict.accepted && verdict.type == kSetBinlogPosition;
}

// Refuses a member that is none of `fields`, naming the nearest.
void refuse_unknown(const JsonReader& in, std::span<const std::string_view> fields,
                    std::string_view place, std::optional<Refusal>& refusal);

SetBinlogPosition read_set_binlog_position(const JsonReader& in, std::optional<Refusal>& refusal);
SchemaChanges read_schema_changes(const JsonReader& in, std::optional<Refusal>& refusal);

}  // namespace tidemark

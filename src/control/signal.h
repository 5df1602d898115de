// SPDX-License-Identifier: Apache-2.0
// What an operator asks for through the signal table: a row's type and data become a Command, or an
// Error whose text says what would be accepted. Strict: a misspelt, useless or wrongly typed field is
// refused, because the original ignores it and then reads whole tables.
// Source: Debezium 3.6 io.debezium.pipeline.signal.actions (ExecuteSnapshot, StopSnapshot, Log, ...)
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "change/gtid_set.h"
#include "change/position.h"
#include "schema/table.h"

namespace tidemark {

struct AdditionalCondition {
  std::string pattern;  // expression over db.table; of a blocking snapshot a literal name
  std::string filter;  // SQL condition; of a blocking snapshot a whole SELECT
  bool operator==(const AdditionalCondition&) const = default;
};

enum class SnapshotKind : std::uint8_t { kIncremental, kBlocking };

struct ExecuteSnapshot {
  std::vector<std::string> collections;  // expressions over db.table, trimmed, never empty
  std::vector<AdditionalCondition> conditions;
  std::string surrogate{};  // column that all its tables are read by; empty: their own keys
  SnapshotKind kind = SnapshotKind::kIncremental;
  bool operator==(const ExecuteSnapshot&) const = default;
};
struct StopSnapshot {
  std::vector<std::string> collections;  // empty: everything
  SnapshotKind kind = SnapshotKind::kIncremental;
  bool operator==(const StopSnapshot&) const = default;
};
struct PauseSnapshot {
  bool operator==(const PauseSnapshot&) const = default;
};
struct ResumeSnapshot {
  bool operator==(const ResumeSnapshot&) const = default;
};
struct LogMessage {
  std::string text;
  bool operator==(const LogMessage&) const = default;
};
// Where the stream is to go on: at a position, or behind all of a GTID set.
struct SetBinlogPosition {
  Position position;  // empty: by GTIDs
  GtidSet gtids;
  bool operator==(const SetBinlogPosition&) const = default;
};
// A table whose structure is to be taken over as the server has it.
struct SchemaChange {
  enum class Kind : std::uint8_t { kCreate, kAlter, kDrop };
  Kind kind = Kind::kAlter;
  TableId id;
  std::optional<std::vector<std::string>> columns;  // as the sender thinks they are
  std::optional<std::vector<std::string>> primary_key;  // likewise
  bool operator==(const SchemaChange&) const = default;
};
struct SchemaChanges {
  std::vector<SchemaChange> changes;  // never empty
  bool operator==(const SchemaChanges&) const = default;
};

using Command = std::variant<ExecuteSnapshot, StopSnapshot, PauseSnapshot, ResumeSnapshot,
                             LogMessage, SetBinlogPosition, SchemaChanges>;

inline constexpr std::string_view kWindowOpenType = "snapshot-window-open";
inline constexpr std::string_view kWindowCloseType = "snapshot-window-close";
// A row written at start that must come back through the binlog; its id tells whose it is.
inline constexpr std::string_view kProbeType = "tidemark-probe";

enum class SignalClass : std::uint8_t { kCommand, kWatermark, kProbe };
// Types of our own rows; everything else is a command, a misspelt one included.
SignalClass classify_signal(std::string_view type);

// `data` absent (SQL NULL) or empty counts as {}. Errors: kRejected
Result<Command> parse_signal(std::string_view type, std::optional<std::string_view> data);
// The same of data that was parsed already, as part of something larger. Problems inside it are `problem`'s.
Result<Command> parse_signal(std::string_view type, const JsonReader& data,
                             const std::optional<JsonProblem>& problem);

}  // namespace tidemark

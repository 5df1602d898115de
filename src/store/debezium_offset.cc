// SPDX-License-Identifier: Apache-2.0
#include "store/debezium_offset.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "encode/json_text.h"
#include "store/offset_format.h"

namespace tidemark {
namespace {

constexpr std::string_view kServer = "server";
constexpr std::string_view kOurMember = "tidemark";
constexpr std::string_view kSnapshot = "snapshot";
constexpr std::string_view kPrimaryKey = "incremental_snapshot_primary_key";
constexpr std::string_view kMaximumKey = "incremental_snapshot_maximum_key";
constexpr std::string_view kCollections = "incremental_snapshot_collections";
constexpr std::string_view kCorrelation = "incremental_snapshot_correlation_id";
constexpr std::string_view kId = "incremental_snapshot_collections_id";
constexpr std::string_view kCondition = "incremental_snapshot_collections_additional_condition";
constexpr std::string_view kSurrogate = "incremental_snapshot_collections_surrogate_key";
constexpr std::string_view kTableCorrelation = "incremental_snapshot_collections_correlation_id";

// An object without blanks, as Connect's converter writes it.
class CompactObject {
 public:
  void text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
  }
  void text_or_null(std::string_view name, std::string_view value) {
    if (!value.empty()) return text(name, value);
    key(name);
    out_ += "null";
  }
  template <class Number>
  void number(std::string_view name, Number value) {
    key(name);
    out_ += std::to_string(value);
  }
  std::string take() { return std::move(out_) + "}"; }

 private:
  void key(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
};

// -- writing --

std::optional<JavaCell> java_cell_of(const KeyCell& cell) {
  using From = KeyCell::Kind;
  using To = JavaCell::Kind;
  if (cell.null) return JavaCell{};
  const auto as = [&](To kind, std::string text) {
    return JavaCell{.kind = kind, .text = std::move(text), .class_name = {}};
  };
  switch (cell.kind) {
    case From::kInt:
      return as(To::kInteger, std::to_string(cell.i64));
    case From::kUint:
      return as(To::kInteger, std::to_string(cell.u64));
    case From::kText:
      return is_utf8(cell.text) ? std::optional(as(To::kText, cell.text)) : std::nullopt;
    case From::kBinary:
      return as(To::kBytes, cell.text);
    case From::kDecimal:
      return as(To::kDecimal, cell.text);
    case From::kDate:
      return as(To::kDate, cell.text);
    // Of its classes for these some depend on the zone of its machine, and some are compared inexactly.
    case From::kEncoded:
    case From::kDouble:
    case From::kTime:
    case From::kDatetime:
      return std::nullopt;
  }
  return std::nullopt;
}

// Nothing where Debezium has no such key.
std::optional<JavaKey> java_key_of(const KeyTuple& tuple) {
  if (tuple.empty()) return std::nullopt;
  JavaKey out;
  for (const KeyCell& cell : tuple) {
    std::optional<JavaCell> converted = java_cell_of(cell);
    if (!converted) return std::nullopt;
    out.push_back(*std::move(converted));
  }
  return out;
}

struct Range {
  std::optional<JavaKey> cursor;
  std::optional<JavaKey> maximum;
};

// By a surrogate Debezium's keys have no other columns, and rows that share its value would be left out.
Range range_of(const TableSnapshotState& table) {
  if (!table.started || !table.surrogate.empty() || table.stripes.empty()) return {};
  const KeyTuple& cursor = table.stripes.front().cursor;
  Range out{.cursor = java_key_of(cursor), .maximum = java_key_of(table.maximum)};
  // A part of a key is a bound with us alone.
  if (!out.maximum || cursor.size() != table.maximum.size()) out.cursor.reset();
  return out;
}

void write_snapshot(CompactObject& out, const IncrementalState& state) {
  const Range range = range_of(state.tables.front());
  std::string tables = "[";
  for (const TableSnapshotState& table : state.tables) {
    if (tables.size() > 1) tables += ',';
    CompactObject item;
    item.text(kId, table.database + "." + table.table);
    item.text_or_null(kCondition, table.condition.empty() ? "" : "(" + table.condition + ")");
    item.text_or_null(kSurrogate, table.surrogate);
    item.text_or_null(kTableCorrelation, table.signal_id);
    tables += item.take();
  }
  out.text(kPrimaryKey, write_java_key(range.cursor));
  out.text(kMaximumKey, write_java_key(range.maximum));
  out.text(kCollections, tables + "]");
  out.text_or_null(kCorrelation, state.tables.front().signal_id);
}

// -- reading --

void read_gtids(const JsonReader& in, Offset& out) {
  if (!in.has("gtids")) return;
  const std::string text = in.text("gtids");
  auto maria = MariaGtidPosition::parse(text);
  if (maria && !maria->empty()) {
    out.maria_gtids = *std::move(maria);
    return;
  }
  Result<GtidSet> set = GtidSet::parse(text);
  if (!set) return in.note("is no GTID set", "gtids");
  out.gtid_mode = true;
  out.gtids = *std::move(set);
}

// A text, or in old offsets a boolean.
std::string snapshot_kind(const JsonReader& in) {
  if (!in.has(kSnapshot)) return {};
  if (in.is_text_at(kSnapshot)) {
    std::string text = in.text(kSnapshot);
    return text == "true" ? "INITIAL" : text == "false" ? "" : text;
  }
  return in.boolean(kSnapshot) ? "INITIAL" : "";
}

std::optional<JavaKey> read_java_key_at(const JsonReader& in, std::string_view name) {
  if (!in.has(name)) return std::nullopt;
  auto key = read_java_key(in.text(name));
  if (key) return *std::move(key);
  in.note(key.error().message(), name);
  return std::nullopt;
}

void read_tables(const JsonReader& in, DebeziumSnapshot& out) {
  const std::string text = in.text(kCollections);
  // A document of its own within a text.
  const auto document = JsonDocument::parse(R"({"tables":)" + text + "}");
  if (!document) return in.note("is no JSON", kCollections);
  const std::string correlation = in.text_or(kCorrelation, "");
  std::optional<JsonProblem> problem;
  document->root(problem).each("tables", [&](const JsonReader& item) {
    out.tables.push_back({.collection = item.text(kId),
                          .condition = item.text_or(kCondition, ""),
                          .surrogate = item.text_or(kSurrogate, ""),
                          .signal_id = item.text_or(kTableCorrelation, correlation)});
  });
  if (problem) in.note(problem->text(), kCollections);
}

std::optional<DebeziumSnapshot> read_snapshot(const JsonReader& in) {
  if (!in.has(kCollections)) return std::nullopt;
  DebeziumSnapshot out;
  read_tables(in, out);
  if (out.tables.empty()) return std::nullopt;
  out.cursor = read_java_key_at(in, kPrimaryKey);
  out.maximum = read_java_key_at(in, kMaximumKey);
  return out;
}

std::unexpected<Error> corrupt(const JsonProblem& problem) {
  return fail(ErrorKind::kCorrupt,
              fmt::format("the offset is not as Debezium writes it: {}", problem.text()),
              "put the offset right, or remove it to begin with a new snapshot");
}

}  // namespace

std::string encode_offset_key(std::string_view connector_name, std::string_view topic_prefix,
                              OffsetKeyKind kind) {
  // The bytes are those of Connect's converter: by them the broker finds the partition and the compaction the
  // record before.
  CompactObject source;
  source.text(kServer, topic_prefix);
  if (kind == OffsetKeyKind::kOurs) source.text(kOurMember, "state");
  return "[" + json_string(connector_name) + "," + source.take() + "]";
}

std::optional<OffsetKey> decode_offset_key(std::string_view text) {
  const auto document = JsonDocument::parse("{\"key\":" + std::string(text) + "}");
  if (!document) return std::nullopt;
  std::optional<JsonProblem> problem;
  OffsetKey out;
  std::size_t parts = 0;
  document->root(problem).each("key", [&](const JsonReader& part) {
    if (parts == 0 && part.is_text()) out.connector_name = part.as_text();
    if (parts == 1) {
      out.topic_prefix = part.text(kServer);
      if (part.has(kOurMember)) out.kind = OffsetKeyKind::kOurs;
    }
    ++parts;
  });
  if (problem || parts != 2) return std::nullopt;
  return out;
}

std::string encode_debezium_offset(const ResumeState& state) {
  const Offset& offset = state.offset;
  CompactObject out;
  if (offset.ts_sec != 0) out.number("ts_sec", offset.ts_sec);
  out.text("file", offset.position.file);
  out.number("pos", offset.position.pos);
  if (offset.by_gtid()) out.text("gtids", offset.gtids_text());
  if (offset.server_id != 0) out.number("server_id", offset.server_id);
  if (offset.events_to_skip != 0) out.number("event", offset.events_to_skip);
  if (offset.rows_to_skip != 0) out.number("row", offset.rows_to_skip);
  if (offset.initial_snapshot_running) {
    out.text(kSnapshot, "INITIAL");
    return out.take();
  }
  if (!state.transaction.id.empty()) out.text("transaction_id", state.transaction.id);
  for (const auto& [collection, count] : state.transaction.counts)
    out.number(std::string(kTransactionCountPrefix) + collection, count);
  if (!state.incremental.tables.empty()) write_snapshot(out, state.incremental);
  return out.take();
}

DebeziumOffset read_debezium_offset(const JsonReader& in) {
  DebeziumOffset out;
  out.offset.position = {in.text("file"), in.u64("pos")};
  read_gtids(in, out.offset);
  out.offset.ts_sec = in.i64_or("ts_sec", 0);
  out.offset.server_id = in.u32_or("server_id", 0);
  out.offset.events_to_skip = in.u64_or("event", 0);
  out.offset.rows_to_skip = in.u64_or("row", 0);
  const std::string kind = snapshot_kind(in);
  const bool completed = in.boolean_or("snapshot_completed", false);
  out.snapshot_rows = kind == "INCREMENTAL";
  out.offset.initial_snapshot_running = !kind.empty() && !out.snapshot_rows && !completed;
  out.transaction.id = in.text_or("transaction_id", "");
  in.members([&](std::string_view name, const JsonReader&) {
    if (!name.starts_with(kTransactionCountPrefix)) return;
    out.transaction.counts.emplace(name.substr(kTransactionCountPrefix.size()), in.u64(name));
  });
  out.snapshot = read_snapshot(in);
  return out;
}

Result<DebeziumOffset> decode_debezium_offset(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  if (!document) return corrupt(document.error());
  std::optional<JsonProblem> problem;
  DebeziumOffset out = read_debezium_offset(document->root(problem));
  if (problem) return corrupt(*problem);
  return out;
}

}  // namespace tidemark

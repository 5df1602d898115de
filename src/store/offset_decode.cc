// SPDX-License-Identifier: Apache-2.0
// Twin of offset_encode.cc.
#include <fmt/format.h>

#include <charconv>

#include "base/json.h"
#include "store/java_stream.h"
#include "store/json_change.h"
#include "store/key_tuple.h"
#include "store/offset_format.h"

namespace tidemark {
namespace {

// Either server's form; a text of MariaDB is told by its shape where nothing says it.
void read_gtids(const JsonReader& in, Offset& out) {
  const std::string text = in.text("gtids");
  const bool maria = in.text_or("flavour", "") == kMariaDbFlavour;
  auto position = MariaGtidPosition::parse(text);
  if (position && (maria || !position->empty())) {
    out.maria_gtids = *std::move(position);
    return;
  }
  Result<GtidSet> set = GtidSet::parse(text);
  out.gtid_mode = true;
  if (set && !maria) {
    out.gtids = *std::move(set);
  } else {
    in.note(maria ? "is no GTID position of MariaDB" : "is no GTID set", "gtids");
  }
}

PreparedXa read_prepared(const JsonReader& in) {
  PreparedXa out{.xid = in.text("xid"),
                 .gtid = in.text_or("gtid", ""),
                 .position = {in.text("file"), in.u64("pos")},
                 .has_rows = in.boolean("rows")};
  auto before = MariaGtidPosition::parse(in.text_or("gtids_before", ""));
  if (!before) in.note("is no GTID position of MariaDB", "gtids_before");
  if (before) out.before = *std::move(before);
  return out;
}

Offset read_offset(const JsonReader& in) {
  Offset out;
  out.position = {in.text("file"), in.u64("pos")};
  if (in.has("gtids")) read_gtids(in, out);
  out.ts_sec = in.i64_or("ts_sec", 0);
  out.server_id = in.u32_or("server_id", 0);
  out.file_created_sec = in.i64_or("file_created", 0);
  out.file_server_id = in.u32_or("file_server_id", 0);
  out.events_to_skip = in.u64_or("event", 0);
  out.rows_to_skip = in.u64_or("row", 0);
  if (in.has("snapshot")) {
    out.initial_snapshot_running = true;
    if (in.text("snapshot") != "INITIAL") in.note("is not INITIAL", "snapshot");
  }
  if (in.has("prepared_xa")) {
    in.each("prepared_xa",
            [&](const JsonReader& item) { out.prepared.push_back(read_prepared(item)); });
  }
  return out;
}

TransactionState read_transaction(const JsonReader& in) {
  TransactionState out;
  out.id = in.text_or("transaction_id", "");
  in.members([&](std::string_view name, const JsonReader&) {
    if (!name.starts_with(kTransactionCountPrefix)) return;
    out.counts.emplace(name.substr(kTransactionCountPrefix.size()), in.u64(name));
  });
  return out;
}

TableSnapshotState read_table(const JsonReader& in) {
  TableSnapshotState out;
  out.database = in.text("database");
  out.table = in.text("table");
  out.condition = in.text_or("condition", "");
  out.surrogate = in.text_or("surrogate_key", "");
  out.signal_id = in.text_or("signal_id", "");
  out.started = in.boolean("started");
  out.minimum = read_key(in, "minimum");
  out.maximum = read_key(in, "maximum");
  in.each("stripes", [&](const JsonReader& item) {
    out.stripes.push_back({.cursor = read_key(item, "cursor"), .upper = read_key(item, "upper")});
  });
  out.rows_estimated = in.u64("rows_estimated");
  out.rows_read = in.u64("rows_read");
  out.rows_emitted = in.u64("rows_emitted");
  out.chunks_done = in.u64("chunks_done");
  return out;
}

IncrementalState read_incremental(const JsonReader& in) {
  IncrementalState out;
  out.paused = in.boolean("paused");
  in.each("tables", [&](const JsonReader& item) { out.tables.push_back(read_table(item)); });
  return out;
}

std::vector<BlockingRequest> read_blocking(const JsonReader& in) {
  std::vector<BlockingRequest> out;
  if (!in.has("blocking_snapshots")) return out;
  in.each("blocking_snapshots", [&](const JsonReader& item) {
    BlockingRequest& request = out.emplace_back();
    request.signal_id = item.text("signal_id");
    item.each("tables", [&](const JsonReader& table) {
      request.tables.push_back({.database = table.text("database"),
                                .table = table.text("table"),
                                .statement = table.text_or("statement", "")});
    });
  });
  return out;
}

SignalMarks read_marks(const JsonReader& in) {
  SignalMarks out;
  if (!in.has("signals")) return out;
  const JsonReader marks = in.object("signals");
  out.topic = marks.text_or("topic", "");
  if (marks.has("next")) {
    marks.object("next").members([&](std::string_view name, const JsonReader& value) {
      std::int32_t partition = -1;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), partition);
      if (error != std::errc() || end != name.data() + name.size() || partition < 0)
        return value.note("is no partition");
      out.next[partition] = static_cast<std::int64_t>(value.as_u64());
    });
  }
  out.file_bytes = marks.u64_or("file_bytes", 0);
  out.file_hash = marks.u64_or("file_hash", 0);
  return out;
}

Uuid read_uuid(const JsonReader& in, std::string_view name) {
  const Result<Uuid> uuid = Uuid::parse(in.text(name));
  if (uuid) return *uuid;
  in.note("is no UUID", name);
  return {};
}

StoredOffset read_all(const JsonReader& in) {
  StoredOffset out;
  out.connector_name = in.text("connector");
  out.topic_prefix = in.object("partition").text("server");
  out.state.offset = read_offset(in.object("offset"));
  out.state.transaction = read_transaction(in.object("offset"));
  out.state.incremental = read_incremental(in.object("incremental_snapshot"));
  out.state.blocking = read_blocking(in);
  out.state.verdicts = read_verdicts(in);
  out.state.outcomes = read_outcomes(in);
  out.state.signals = read_marks(in);
  out.state.schema_revision = in.object("schema").u64("revision");
  in.object("sink").members([&](std::string_view name, const JsonReader& value) {
    out.state.sink.fields.emplace(name, value.as_text());
  });
  out.state.replica_uuid = read_uuid(in, "replica_uuid");
  return out;
}

std::unexpected<Error> corrupt(const JsonProblem& problem) {
  return fail(ErrorKind::kCorrupt,
              fmt::format("the stored offset is not as Tidemark writes it: {}", problem.text()),
              "restore the file from a copy, or move it away to begin with a new snapshot");
}

std::unexpected<Error> newer(std::uint64_t version) {
  return fail(ErrorKind::kRejected,
              fmt::format("the stored offset has version {}, this program knows up to {}", version,
                          kOffsetVersion),
              "run the newer program that wrote it, or use another path for the offset");
}

}  // namespace

Result<StoredOffset> decode_offset(std::string_view text) {
  if (text.starts_with(kJavaMagic)) {
    return fail(ErrorKind::kRejected,
                "this is Debezium's offset file (a serialised Java map), not ours",
                "tidemark run takes it over; until then tidemark offsets show prints it");
  }
  std::expected<JsonDocument, JsonProblem> document = JsonDocument::parse(text);
  if (!document) return corrupt(document.error());
  std::optional<JsonProblem> problem;
  const JsonReader root = document->root(problem);
  const std::uint64_t version = root.u64("version");
  if (!problem && version > kOffsetVersion) return newer(version);
  if (!problem && version == 0) root.note("is 0, the first is 1", "version");
  StoredOffset out = read_all(root);
  if (problem) return corrupt(*problem);
  return out;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Twin of offset_decode.cc.
#include "base/json.h"
#include "store/json_change.h"
#include "store/key_tuple.h"
#include "store/offset_format.h"

namespace tidemark {
namespace {

void write_prepared(JsonWriter& out, const std::vector<PreparedXa>& prepared) {
  out.key("prepared_xa");
  out.begin_array();
  for (const PreparedXa& one : prepared) {
    out.begin_object(JsonWriter::Layout::kOneLine);
    out.member("xid", one.xid);
    if (!one.gtid.empty()) out.member("gtid", one.gtid);
    out.member("file", one.position.file);
    out.member("pos", one.position.pos);
    out.member("rows", one.has_rows);
    if (!one.before.empty()) out.member("gtids_before", one.before.text());
    out.end_object();
  }
  out.end_array();
}

void write_offset(JsonWriter& out, const Offset& offset, const TransactionState& transaction) {
  out.key("offset");
  out.begin_object();
  if (offset.ts_sec != 0) out.member("ts_sec", offset.ts_sec);
  out.member("file", offset.position.file);
  out.member("pos", offset.position.pos);
  if (offset.by_gtid()) out.member("gtids", offset.gtids_text());
  if (offset.maria_gtids) out.member("flavour", kMariaDbFlavour);
  if (offset.server_id != 0) out.member("server_id", std::uint64_t{offset.server_id});
  if (offset.file_created_sec != 0) {
    out.member("file_created", offset.file_created_sec);
    out.member("file_server_id", std::uint64_t{offset.file_server_id});
  }
  if (offset.events_to_skip != 0) out.member("event", offset.events_to_skip);
  if (offset.rows_to_skip != 0) out.member("row", offset.rows_to_skip);
  if (offset.initial_snapshot_running) out.member("snapshot", "INITIAL");
  if (!transaction.id.empty()) out.member("transaction_id", transaction.id);
  for (const auto& [collection, count] : transaction.counts)
    out.member(std::string(kTransactionCountPrefix) + collection, count);
  if (!offset.prepared.empty()) write_prepared(out, offset.prepared);
  out.end_object();
}

void write_stripes(JsonWriter& out, const std::vector<StripeState>& stripes) {
  out.key("stripes");
  out.begin_array();
  for (const StripeState& stripe : stripes) {
    out.begin_object(JsonWriter::Layout::kOneLine);
    write_key(out, "cursor", stripe.cursor);
    write_key(out, "upper", stripe.upper);
    out.end_object();
  }
  out.end_array();
}

void write_table(JsonWriter& out, const TableSnapshotState& table) {
  out.begin_object();
  out.member("database", table.database);
  out.member("table", table.table);
  if (!table.condition.empty()) out.member("condition", table.condition);
  if (!table.surrogate.empty()) out.member("surrogate_key", table.surrogate);
  out.member("signal_id", table.signal_id);
  out.member("started", table.started);
  write_key(out, "minimum", table.minimum);
  write_key(out, "maximum", table.maximum);
  write_stripes(out, table.stripes);
  out.member("rows_estimated", table.rows_estimated);
  out.member("rows_read", table.rows_read);
  out.member("rows_emitted", table.rows_emitted);
  out.member("chunks_done", table.chunks_done);
  out.end_object();
}

void write_incremental(JsonWriter& out, const IncrementalState& state) {
  out.key("incremental_snapshot");
  out.begin_object();
  out.member("paused", state.paused);
  out.key("tables");
  out.begin_array();
  for (const TableSnapshotState& table : state.tables) write_table(out, table);
  out.end_array();
  out.end_object();
}

void write_blocking(JsonWriter& out, const std::vector<BlockingRequest>& requests) {
  out.key("blocking_snapshots");
  out.begin_array();
  for (const BlockingRequest& request : requests) {
    out.begin_object();
    out.member("signal_id", request.signal_id);
    out.key("tables");
    out.begin_array();
    for (const BlockingTable& table : request.tables) {
      out.begin_object(JsonWriter::Layout::kOneLine);
      out.member("database", table.database);
      out.member("table", table.table);
      if (!table.statement.empty()) out.member("statement", table.statement);
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }
  out.end_array();
}

void write_marks(JsonWriter& out, const SignalMarks& marks) {
  out.key("signals");
  out.begin_object();
  if (!marks.topic.empty()) {
    out.member("topic", marks.topic);
    out.key("next");
    out.begin_object(JsonWriter::Layout::kOneLine);
    for (const auto& [partition, next] : marks.next)
      out.member(std::to_string(partition), static_cast<std::uint64_t>(next));
    out.end_object();
  }
  if (marks.file_bytes != 0) {
    out.member("file_bytes", marks.file_bytes);
    out.member("file_hash", marks.file_hash);
  }
  out.end_object();
}

}  // namespace

std::string encode_offset(std::string_view connector_name, std::string_view topic_prefix,
                          const ResumeState& state) {
  JsonWriter out;
  out.begin_object();
  out.member("version", kOffsetVersion);
  out.member("connector", connector_name);
  out.key("partition");
  out.begin_object(JsonWriter::Layout::kOneLine);
  out.member("server", topic_prefix);
  out.end_object();
  write_offset(out, state.offset, state.transaction);
  write_incremental(out, state.incremental);
  if (!state.blocking.empty()) write_blocking(out, state.blocking);
  write_verdicts(out, state.verdicts);
  write_outcomes(out, state.outcomes);
  if (!state.signals.empty()) write_marks(out, state.signals);
  out.key("schema");
  out.begin_object(JsonWriter::Layout::kOneLine);
  out.member("revision", state.schema_revision);
  out.end_object();
  out.key("sink");
  out.begin_object(JsonWriter::Layout::kOneLine);
  for (const auto& [name, value] : state.sink.fields) out.member(name, value);
  out.end_object();
  out.member("replica_uuid", state.replica_uuid.text());
  out.end_object();
  return out.take() + "\n";
}

}  // namespace tidemark

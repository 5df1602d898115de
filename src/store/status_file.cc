// SPDX-License-Identifier: Apache-2.0
#include "store/status_file.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/json.h"
#include "store/json_change.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kFileBytesMax = 16 << 20;

template <class T>
void member_if(JsonWriter& out, std::string_view name, const std::optional<T>& value) {
  if (value) out.member(name, *value);
}

void write_snapshot(JsonWriter& out, const SnapshotStatus& snapshot) {
  out.begin_object(JsonWriter::Layout::kOneLine);
  out.member("kind", snapshot.kind);
  out.member("collection", snapshot.collection);
  out.member("signal_id", snapshot.signal_id);
  out.member("state", snapshot.state);
  out.member("rows", snapshot.rows);
  out.member("rows_estimated", snapshot.rows_estimated);
  member_if(out, "percent", snapshot.percent);
  member_if(out, "rows_per_s", snapshot.rows_per_s);
  member_if(out, "eta_s", snapshot.eta_s);
  out.end_object();
}

std::string encode_status(const StatusReport& report) {
  JsonWriter out;
  out.begin_object();
  out.member("connector", report.connector);
  out.member("topic_prefix", report.topic_prefix);
  out.member("pid", report.pid);
  out.member("host", report.host);
  out.member("state", report.state);
  out.member("reason", report.reason);
  out.member("file", report.position.file);
  out.member("pos", report.position.pos);
  out.member("gtids", report.gtids);
  member_if(out, "lag_ms", report.lag_ms);
  member_if(out, "last_event_ms", report.last_event_ms);
  out.member("records", report.records);
  out.key("snapshots");
  out.begin_array();
  for (const SnapshotStatus& snapshot : report.snapshots) write_snapshot(out, snapshot);
  out.end_array();
  write_verdicts(out, report.verdicts);
  write_outcomes(out, report.outcomes);
  out.member("started_ms", report.started_ms);
  out.member("updated_ms", report.updated_ms);
  out.end_object();
  return out.take() + "\n";
}

std::optional<std::int64_t> i64_if(const JsonReader& in, std::string_view name) {
  return in.has(name) ? std::optional(in.i64(name)) : std::nullopt;
}
std::optional<double> number_if(const JsonReader& in, std::string_view name) {
  return in.has(name) ? std::optional(in.number(name)) : std::nullopt;
}

SnapshotStatus read_snapshot(const JsonReader& in) {
  return {.kind = in.text("kind"),
          .collection = in.text("collection"),
          .signal_id = in.text_or("signal_id", ""),
          .state = in.text("state"),
          .rows = in.u64("rows"),
          .rows_estimated = in.u64_or("rows_estimated", 0),
          .percent = number_if(in, "percent"),
          .rows_per_s = number_if(in, "rows_per_s"),
          .eta_s = i64_if(in, "eta_s")};
}

StatusReport read_report(const JsonReader& in) {
  StatusReport out;
  out.connector = in.text("connector");
  out.topic_prefix = in.text("topic_prefix");
  out.pid = in.i64("pid");
  out.host = in.text("host");
  out.state = in.text("state");
  out.reason = in.text_or("reason", "");
  out.position = {in.text("file"), in.u64("pos")};
  out.gtids = in.text_or("gtids", "");
  out.lag_ms = i64_if(in, "lag_ms");
  out.last_event_ms = i64_if(in, "last_event_ms");
  out.records = in.u64_or("records", 0);
  in.each("snapshots",
          [&](const JsonReader& item) { out.snapshots.push_back(read_snapshot(item)); });
  out.verdicts = read_verdicts(in);
  out.outcomes = read_outcomes(in);
  out.started_ms = in.i64("started_ms");
  out.updated_ms = in.i64("updated_ms");
  return out;
}

std::unexpected<Error> corrupt(const std::string& path, const JsonProblem& problem) {
  return fail(ErrorKind::kCorrupt, fmt::format("{} is not a status file: {}", path, problem.text()),
              "start the connector, it writes the file anew");
}

}  // namespace

std::string status_path(const std::string& offset_path) { return offset_path + ".status"; }

Status write_status_file(const std::string& offset_path, const StatusReport& report) {
  return replace_file(status_path(offset_path), encode_status(report), Durability::kNone);
}

Result<std::optional<StatusReport>> read_status_file(const std::string& offset_path) {
  const std::string path = status_path(offset_path);
  const std::optional<std::string> text = TRY(read_file(path, kFileBytesMax));
  if (!text) return std::optional<StatusReport>();
  const std::expected<JsonDocument, JsonProblem> document = JsonDocument::parse(*text);
  if (!document) return corrupt(path, document.error());
  std::optional<JsonProblem> problem;
  StatusReport out = read_report(document->root(problem));
  if (problem) return corrupt(path, *problem);
  return std::optional(std::move(out));
}

}  // namespace tidemark

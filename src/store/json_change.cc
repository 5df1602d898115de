// SPDX-License-Identifier: Apache-2.0
#include "store/json_change.h"

namespace tidemark {

void write_verdicts(JsonWriter& out, std::span<const Verdict> verdicts) {
  out.key("verdicts");
  out.begin_array();
  for (const Verdict& verdict : verdicts) {
    out.begin_object(JsonWriter::Layout::kOneLine);
    out.member("signal_id", verdict.signal_id);
    out.member("type", verdict.type);
    out.member("accepted", verdict.accepted);
    out.member("reason", verdict.reason);
    out.member("at_ms", verdict.at_ms);
    out.end_object();
  }
  out.end_array();
}

void write_outcomes(JsonWriter& out, std::span<const SnapshotOutcome> outcomes) {
  out.key("outcomes");
  out.begin_array();
  for (const SnapshotOutcome& outcome : outcomes) {
    out.begin_object(JsonWriter::Layout::kOneLine);
    out.member("signal_id", outcome.signal_id);
    out.member("collection", outcome.collection);
    out.member("status", outcome.status);
    out.member("reason", outcome.reason);
    out.member("rows", outcome.rows);
    out.member("at_ms", outcome.at_ms);
    out.end_object();
  }
  out.end_array();
}

std::vector<Verdict> read_verdicts(const JsonReader& in) {
  std::vector<Verdict> out;
  in.each_or_none("verdicts", [&](const JsonReader& item) {
    out.push_back({.signal_id = item.text("signal_id"),
                   .type = item.text("type"),
                   .accepted = item.boolean("accepted"),
                   .reason = item.text_or("reason", ""),
                   .at_ms = item.i64("at_ms")});
  });
  return out;
}

std::vector<SnapshotOutcome> read_outcomes(const JsonReader& in) {
  std::vector<SnapshotOutcome> out;
  in.each_or_none("outcomes", [&](const JsonReader& item) {
    out.push_back({.signal_id = item.text("signal_id"),
                   .collection = item.text("collection"),
                   .status = item.text("status"),
                   .reason = item.text_or("reason", ""),
                   .rows = item.u64("rows"),
                   .at_ms = item.i64("at_ms")});
  });
  return out;
}

}  // namespace tidemark

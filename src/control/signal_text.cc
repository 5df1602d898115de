// SPDX-License-Identifier: Apache-2.0
#include "control/signal_text.h"

#include <fmt/format.h>

#include "base/json.h"

namespace tidemark {

std::string log_signal_data(std::string_view message) {
  JsonWriter out;
  out.begin_object(JsonWriter::Layout::kOneLine);
  out.member("message", message);
  out.end_object();
  return out.take();
}

Result<std::string> snapshot_signal_data(std::string_view type,
                                         std::span<const std::string> collections,
                                         std::span<const AdditionalCondition> conditions,
                                         std::string_view surrogate, SnapshotKind kind) {
  const bool execute = type == "execute-snapshot";
  const bool takes_tables = execute || type == "stop-snapshot";
  if (!collections.empty() && !takes_tables) {
    return fail(ErrorKind::kRejected, fmt::format("a {} signal takes no tables", type));
  }
  if (!conditions.empty() && !execute) {
    return fail(ErrorKind::kRejected, fmt::format("a {} signal takes no filter", type));
  }
  if (!surrogate.empty() && !execute) {
    return fail(ErrorKind::kRejected, fmt::format("a {} signal takes no surrogate key", type));
  }
  const bool blocking = kind == SnapshotKind::kBlocking;
  if (blocking && !takes_tables) {
    return fail(ErrorKind::kRejected, fmt::format("a {} signal is of no blocking snapshot", type));
  }
  JsonWriter out;
  out.begin_object(JsonWriter::Layout::kOneLine);
  if (!collections.empty()) {
    out.key("data-collections");
    out.begin_array(JsonWriter::Layout::kOneLine);
    for (const std::string& collection : collections) out.text(collection);
    out.end_array();
  }
  if (takes_tables) out.member("type", blocking ? "BLOCKING" : "INCREMENTAL");
  if (!conditions.empty()) {
    out.key("additional-conditions");
    out.begin_array(JsonWriter::Layout::kOneLine);
    for (const AdditionalCondition& condition : conditions) {
      out.begin_object(JsonWriter::Layout::kOneLine);
      out.member("data-collection", condition.pattern);
      out.member("filter", condition.filter);
      out.end_object();
    }
    out.end_array();
  }
  if (!surrogate.empty()) out.member("surrogate-key", surrogate);
  out.end_object();
  return out.take();
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What a running engine tells `tidemark status` and `tidemark signal`: a small JSON file beside the
// offset, <offset path>.status, replaced by rename. It is not durable and nothing resumes from it.
// Thread: write on one thread; read from any process at any time
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "change/offset.h"

namespace tidemark {

// A snapshot of one table that runs or waits.
struct SnapshotStatus {
  std::string kind;  // "initial" or "incremental"
  std::string collection;  // db.table
  std::string signal_id;
  std::string state;  // "waiting", "running", "paused"
  std::uint64_t rows = 0;  // read so far
  std::uint64_t rows_estimated = 0;
  std::optional<double> percent;
  std::optional<double> rows_per_s;
  std::optional<std::int64_t> eta_s;
  bool operator==(const SnapshotStatus&) const = default;
};

struct StatusReport {
  std::string connector;
  std::string topic_prefix;
  std::int64_t pid = 0;
  std::string host;
  std::string state;  // "starting", "snapshot", "streaming", "reconnecting", "stopped", "failed"
  std::string reason;  // of "reconnecting" and "failed"
  Position position;
  std::string gtids;
  std::optional<std::int64_t> lag_ms;  // of the last event when it was handled
  std::optional<std::int64_t> last_event_ms;  // wall clock of the server
  std::uint64_t records = 0;  // handed to the sink since the start
  std::vector<SnapshotStatus> snapshots;
  std::vector<Verdict> verdicts;
  std::vector<SnapshotOutcome> outcomes;
  std::int64_t started_ms = 0;  // wall clock
  std::int64_t updated_ms = 0;
  bool operator==(const StatusReport&) const = default;
};

std::string status_path(const std::string& offset_path);
Status write_status_file(const std::string& offset_path, const StatusReport& report);
// Nothing when there is no file. Errors: kCorrupt, kStorage.
Result<std::optional<StatusReport>> read_status_file(const std::string& offset_path);

}  // namespace tidemark

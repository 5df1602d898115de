// SPDX-License-Identifier: Apache-2.0
#include "connector/status_thread.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/log.h"
#include "control/progress_text.h"
#include "store/process.h"

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds kWriteEvery{500};
constexpr std::chrono::seconds kProgressEvery{10};
constexpr std::size_t kBarColumns = 100;
constexpr std::int64_t kNanosPerMilli = 1'000'000;

SnapshotStatus status_of(const TableProgress& table, std::string kind, bool rests) {
  SnapshotStatus one;
  one.kind = std::move(kind);
  one.collection = table.table.text();
  one.signal_id = table.signal_id;
  one.state = table.started && !rests ? "running" : "waiting";
  one.rows = table.rows_read;
  one.percent = table.percent;
  if (table.rows_per_second > 0) one.rows_per_s = table.rows_per_second;
  if (table.remaining) one.eta_s = table.remaining->count();
  return one;
}

}  // namespace

StatusThread::StatusThread(Parts parts) : parts_(std::move(parts)) {
  fixed_.connector = parts_.connector_name;
  fixed_.topic_prefix = parts_.topic_prefix;
  fixed_.pid = process_id();
  fixed_.host = host_name();
  fixed_.started_ms = parts_.clock.wall_ns() / kNanosPerMilli;
}

void StatusThread::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { parts_.board.wake(); });
  std::uint64_t seen = ~std::uint64_t{0};
  while (!stop.stop_requested()) {
    const std::uint64_t revision = parts_.board.revision();
    if (revision != seen) {
      seen = revision;
      const StatusReport now = report();
      write(now);
      log_progress(now);
    }
    parts_.board.wait(kWriteEvery);
  }
  log::set_footer("");
}

StatusReport StatusThread::report() const {
  const StatusView view = parts_.board.view();
  StatusReport out = fixed_;
  out.state = view.state;
  out.position = view.offset.position;
  out.gtids = view.offset.gtids_text();
  if (view.lag_ms >= 0) out.lag_ms = view.lag_ms;
  if (view.last_event_ms > 0) out.last_event_ms = view.last_event_ms;
  out.records = parts_.delivery.stats().records;
  for (const TableProgress& table : view.blocking)
    out.snapshots.push_back(status_of(table, "blocking", false));
  // A blocking snapshot is emitted in the same state as one at start, and chunks rest beside it.
  const bool rests = !view.blocking.empty();
  const bool initial = view.state == "snapshot" && !rests;
  for (const TableProgress& table : view.snapshots) {
    SnapshotStatus one = status_of(table, initial ? "initial" : "incremental", rests);
    if (view.snapshot_paused) one.state = "paused";
    out.snapshots.push_back(std::move(one));
  }
  if (view.answers) {
    out.verdicts = view.answers->verdicts;
    out.outcomes = view.answers->outcomes;
  }
  out.updated_ms = parts_.clock.wall_ns() / kNanosPerMilli;
  return out;
}

// The status file is a convenience: a disk that cannot take it will stop the delivery, with a better
// error. Said once, so that a missing status has an explanation.
void StatusThread::write(const StatusReport& report) {
  auto done = write_status_file(parts_.offset_path, report);
  if (!done && !write_failed_) log::failure(log::Level::kWarn, "status.write_failed", done.error());
  write_failed_ = !done;
}

void StatusThread::log_progress(const StatusReport& report) {
  if (report.snapshots.empty()) return log::set_footer("");
  const SteadyTime now = parts_.clock.steady();
  const bool due = now - progress_logged_ >= kProgressEvery;
  std::vector<ProgressView> running;
  for (const SnapshotStatus& table : report.snapshots) {
    if (table.state == "waiting") continue;
    running.push_back({.collection = table.collection,
                       .rows = table.rows,
                       .percent = table.percent,
                       .rows_per_s = table.rows_per_s,
                       .eta_s = table.eta_s});
    if (!due) continue;
    progress_logged_ = now;
    log::info("snapshot.progress", {{"table", table.collection},
                                    {"state", table.state},
                                    {"rows", table.rows},
                                    {"percent", percent_text(table.percent)},
                                    {"rows_per_s", rate_text(table.rows_per_s)},
                                    {"eta", eta_text(table.eta_s)}});
  }
  log::set_footer(progress_bar(running, kBarColumns));
}

void StatusThread::write_last(const std::string& state, const std::string& reason) {
  StatusReport last = report();
  last.state = state;
  last.reason = reason;
  last.snapshots.clear();
  write(last);
}

}  // namespace tidemark

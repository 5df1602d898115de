// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <cstdio>

#include "base/file.h"
#include "base/log.h"
#include "cli/commands.h"
#include "config/settings.h"
#include "control/progress_text.h"
#include "store/status_file.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kStatusFileMax = 64U << 20U;

std::string time_text(std::int64_t ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(ms / 1000)));
}

bool is_over(const std::string& state) { return state == "stopped" || state == "failed"; }

// "running", "not running (its process 123 is gone)" and the like.
std::string state_text(const StatusReport& report) {
  if (is_over(report.state)) return report.state;
  if (::kill(static_cast<pid_t>(report.pid), 0) != 0) {
    return fmt::format("not running (process {} is gone; its last state was {})", report.pid,
                       report.state);
  }
  return report.state;
}

void print_text(const StatusReport& report) {
  fmt::print("connector  {} (topic prefix {}), process {} on {}\n", report.connector,
             report.topic_prefix, report.pid, report.host);
  fmt::print("state      {}{}{}\n", state_text(report), report.reason.empty() ? "" : ": ",
             report.reason);
  fmt::print("position   {}\n", report.position.text());
  if (!report.gtids.empty()) fmt::print("gtids      {}\n", report.gtids);
  if (report.lag_ms) fmt::print("lag        {} ms at the last event\n", *report.lag_ms);
  fmt::print("records    {} since {}\n", report.records, time_text(report.started_ms));
  fmt::print("updated    {}\n", time_text(report.updated_ms));
  for (const SnapshotStatus& table : report.snapshots) {
    fmt::print("snapshot   {} {} ({}): {} rows, {}, {} rows/s, ETA {}\n", table.collection,
               table.state, table.kind, table.rows, percent_text(table.percent),
               rate_text(table.rows_per_s), eta_text(table.eta_s));
  }
  for (const SnapshotOutcome& outcome : report.outcomes) {
    fmt::print("outcome    {} {} {} rows={} signal={}{}{}\n", time_text(outcome.at_ms),
               outcome.collection, outcome.status, outcome.rows, outcome.signal_id,
               outcome.reason.empty() ? "" : ": ", outcome.reason);
  }
  for (const Verdict& verdict : report.verdicts) {
    fmt::print("verdict    {} {} {} {}: {}\n", time_text(verdict.at_ms), verdict.signal_id,
               verdict.type, verdict.accepted ? "accepted" : "refused", verdict.reason);
  }
}

}  // namespace

ExitCode status_command(const ConfigArguments& arguments, bool json) {
  const auto config = load_or_explain(arguments);
  if (!config) return ExitCode::kUsage;
  const Settings settings = settings_of(*config);
  if (json) {
    auto text = read_file(status_path(settings.offset.path), kStatusFileMax);
    if (text && *text) {
      fmt::print("{}", **text);
      return ExitCode::kOk;
    }
  }
  auto report = read_status_file(settings.offset.path);
  if (!report) {
    log::failure(log::Level::kError, "status.failed", report.error());
    return exit_code_of(report.error().kind());
  }
  if (!*report) {
    fmt::print(
        stderr,
        "tidemark: there is no status file {}: the engine has not run with this configuration\n",
        status_path(settings.offset.path));
    return ExitCode::kUsage;
  }
  print_text(**report);
  return ExitCode::kOk;
}

}  // namespace tidemark

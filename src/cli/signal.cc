// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "change/gtid_set.h"
#include "cli/commands.h"
#include "cli/write_signal.h"
#include "config/settings.h"
#include "control/signal.h"
#include "control/signal_text.h"
#include "store/status_file.h"

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds kPollEvery{100};

// The signal's data as JSON. Errors: kRejected for arguments that do not belong to the type.
Result<std::string> data_of(const SignalArguments& arguments) {
  if (!arguments.data.empty()) {
    if (arguments.tables.empty() && arguments.filters.empty() && arguments.message.empty())
      return arguments.data;
    return fail(ErrorKind::kRejected,
                "--data is given beside tables, --filter or --message: one of the two");
  }
  if (arguments.type == "log") return log_signal_data(arguments.message);
  std::vector<AdditionalCondition> conditions;
  for (const std::string& filter : arguments.filters) {
    const std::size_t equals = filter.find('=');
    if (equals == std::string::npos) {
      return fail(ErrorKind::kRejected,
                  fmt::format("--filter '{}' has no form db.table=condition", filter));
    }
    conditions.push_back(
        {.pattern = filter.substr(0, equals), .filter = filter.substr(equals + 1)});
  }
  return snapshot_signal_data(
      arguments.type, arguments.tables, conditions, arguments.surrogate,
      arguments.blocking ? SnapshotKind::kBlocking : SnapshotKind::kIncremental);
}

// Errors: kRejected for a channel that is none.
Result<WriteChannel> channel_of(const std::string& name) {
  if (name == "source") return WriteChannel::kSource;
  if (name == "kafka") return WriteChannel::kKafka;
  if (name == "file") return WriteChannel::kFile;
  return fail(ErrorKind::kRejected, fmt::format("--channel {} is none", name),
              "use source, kafka or file");
}

// The verdict given after `since_ms`, or nothing in time.
Result<std::optional<Verdict>> wait_for_verdict(const Settings& settings, const std::string& id,
                                                std::int64_t since_ms,
                                                std::chrono::seconds timeout) {
  const SystemClock clock;
  const SteadyTime deadline = clock.steady() + timeout;
  do {
    const auto report = TRY(read_status_file(settings.offset.path));
    if (report) {
      for (const Verdict& verdict : report->verdicts) {
        if (verdict.signal_id == id && verdict.at_ms >= since_ms) return verdict;
      }
    }
    // sleep: another process writes the file by rename, there is nothing here to wait on
    std::this_thread::sleep_for(kPollEvery);
  } while (clock.steady() < deadline);
  return std::nullopt;
}

}  // namespace

ExitCode signal_command(const SignalArguments& arguments) {
  const auto config = load_or_explain(arguments.config);
  if (!config) return ExitCode::kUsage;
  const Settings settings = settings_of(*config);
  const auto refuse = [](const Error& error, ExitCode code) {
    log::failure(log::Level::kError, "signal.failed", error);
    return code;
  };
  const auto data = data_of(arguments);
  if (!data) return refuse(data.error(), ExitCode::kUsage);
  // What the engine would refuse for its form alone need not be written first.
  if (const auto checked = parse_signal(arguments.type, *data); !checked)
    return refuse(checked.error(), ExitCode::kSignal);

  const auto channel = channel_of(arguments.channel);
  if (!channel) return refuse(channel.error(), ExitCode::kUsage);

  const std::int64_t since_ms = SystemClock().wall_ns() / 1'000'000 - 1000;
  const std::string id = arguments.id.empty() ? Uuid::random().text() : arguments.id;
  if (auto written =
          write_signal(settings, *channel, {.id = id, .type = arguments.type, .data = *data});
      !written)
    return refuse(written.error(), exit_code_of(written.error().kind()));
  const auto verdict =
      wait_for_verdict(settings, id, since_ms, std::chrono::seconds(arguments.timeout_s));
  if (!verdict) return refuse(verdict.error(), exit_code_of(verdict.error().kind()));
  if (!*verdict) {
    return refuse(Error(ErrorKind::kRejected,
                        fmt::format("signal {} was written, but no verdict came within {} s", id,
                                    arguments.timeout_s),
                        "see with `tidemark status` whether the engine runs and how far it lags: "
                        "the signal is answered when the "
                        "stream reaches it"),
                  ExitCode::kSignal);
  }
  fmt::print("{} {} {}: {}\n", (*verdict)->signal_id, (*verdict)->type,
             (*verdict)->accepted ? "accepted" : "refused", (*verdict)->reason);
  return (*verdict)->accepted ? ExitCode::kOk : ExitCode::kSignal;
}

}  // namespace tidemark

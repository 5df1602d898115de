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
#include "config/settings.h"
#include "control/signal.h"
#include "control/signal_text.h"
#include "control/watermark.h"
#include "mysql/client/connection.h"
#include "mysql/client/schema_reader.h"
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

Result<std::string> write_signal(const Settings& settings, const SignalArguments& arguments,
                                 const std::string& data) {
  if (!settings.signal.data_collection) {
    return fail(ErrorKind::kRejected,
                "signal.data.collection is not set, so there is no table to write to",
                "set it to db.table and create the table as the README shows");
  }
  const TableId id{settings.signal.data_collection->database,
                   settings.signal.data_collection->table};
  const auto connection = TRY(Connection::open(settings.server, ConnectionUse::kSql));
  const auto defs = TRY(read_tables(*connection, TableSelection::of({id})));
  if (defs.empty() || !signal_columns(defs.front())) {
    return fail(
        ErrorKind::kServer,
        fmt::format("the signal table {} is missing or has not exactly three columns", id.text()),
        "create it as the README shows");
  }
  const WatermarkWriter writer(defs.front(), settings.incremental.strategy);
  std::string signal_id = arguments.id.empty() ? Uuid::random().text() : arguments.id;
  TRY(connection->execute(writer.insert_row(signal_id, arguments.type, data)));
  return signal_id;
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

  const std::int64_t since_ms = SystemClock().wall_ns() / 1'000'000 - 1000;
  const auto id = write_signal(settings, arguments, *data);
  if (!id) return refuse(id.error(), exit_code_of(id.error().kind()));
  const auto verdict =
      wait_for_verdict(settings, *id, since_ms, std::chrono::seconds(arguments.timeout_s));
  if (!verdict) return refuse(verdict.error(), exit_code_of(verdict.error().kind()));
  if (!*verdict) {
    return refuse(Error(ErrorKind::kRejected,
                        fmt::format("signal {} was written, but no verdict came within {} s", *id,
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

// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/snapshot_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "mysql/client/errors.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kBegin = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
// Time for transactions that the log shows to become visible: commits take milliseconds.
constexpr milliseconds kQuiet{50};
constexpr int kQuietAttempts = 20;
// The same where the log never rests and there are no GTIDs to go by.
constexpr milliseconds kSettle{2'000};

Status wait(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
  if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "stopped while the snapshot began");
  return {};
}

bool same(const LogEnd& a, const LogEnd& b) {
  return a.position == b.position && a.gtids == b.gtids;
}

Error lock_error(Error error, unsigned number, std::uint32_t timeout_ms) {
  constexpr std::string_view kOther =
      "or set snapshot.locking.mode=none, which needs no lock (without GTIDs, and under steady "
      "load, "
      "changes of the moment it begins may come again)";
  if (number == kErrLockWaitTimeout)
    return {ErrorKind::kRetryable,
            fmt::format("the global read lock was not had within {} ms: {}", timeout_ms,
                        error.message()),
            fmt::format("end the statements that run for long (SHOW PROCESSLIST), raise "
                        "snapshot.lock.timeout.ms, {}",
                        kOther)};
  if (error.kind() != ErrorKind::kServer) return error;
  std::string remedy = fmt::format("{}; {}", error.remedy(), kOther);
  return std::move(error).with_remedy(std::move(remedy));
}

// A server does not notice that who waits for the global lock has gone: it would wait on, and hold back
// writers meanwhile. A user may kill sessions of its own.
void end_wait(const ServerSettings& settings, std::uint64_t thread_id) {
  ServerSettings brief = settings;
  brief.connect_timeout_ms = brief.query_timeout_ms = 1'000;
  const auto connection = Connection::open(brief, ConnectionUse::kSql);
  const Status killed = connection ? (*connection)->execute(fmt::format("KILL {}", thread_id))
                                   : Status(std::unexpected(connection.error()));
  if (!killed) log::failure(log::Level::kWarn, "snapshot.lock_wait_left", killed.error());
}

}  // namespace

Result<std::unique_ptr<SnapshotSession>> SnapshotSession::open(
    const ServerSettings& settings, const SnapshotOptions& options,
    FunctionRef<Status(Connection&)> read_structures, const std::stop_token& stop) {
  auto connection = TRY(Connection::open(settings, ConnectionUse::kLongRead, stop));
  std::unique_ptr<SnapshotSession> session(new SnapshotSession(std::move(connection)));
  // A stop request ends a wait for the lock, too.
  const std::stop_callback interrupt(stop, [&held = *session->connection_] { held.interrupt(); });
  if (options.locking == SnapshotLocking::kMinimal) {
    auto begun = session->begin_locked(options.lock_timeout_ms, read_structures);
    if (!begun) {
      if (begun.error().kind() == ErrorKind::kCancelled)
        end_wait(settings, session->connection_->thread_id());
      return std::unexpected(std::move(begun).error());
    }
  } else {
    TRY(session->begin_unlocked(stop));
    TRY(read_structures(*session->connection_));
  }
  return session;
}

// On failure the session is dropped, and its lock with it.
Status SnapshotSession::begin_locked(std::uint32_t lock_timeout_ms,
                                     FunctionRef<Status(Connection&)> read_structures) {
  Connection& connection = *connection_;
  const std::uint32_t timeout_s = std::max(1U, (lock_timeout_ms + 999) / 1000);
  TRY(connection.execute(fmt::format("SET SESSION lock_wait_timeout = {}", timeout_s)));
  const auto asked = SystemClock().steady();
  if (auto locked = connection.execute("FLUSH TABLES WITH READ LOCK"); !locked)
    return std::unexpected(
        lock_error(std::move(locked).error(), connection.server_error(), lock_timeout_ms));
  const auto held = SystemClock().steady();
  TRY(connection.execute(kBegin));
  place_ = TRY(read_log_end(connection));
  TRY(read_structures(connection));
  TRY(connection.execute("UNLOCK TABLES"));
  const auto took = [](auto from, auto to) {
    return std::chrono::duration_cast<milliseconds>(to - from).count();
  };
  log::info("snapshot.lock_released",
            {{"waited_ms", took(asked, held)}, {"held_ms", took(held, SystemClock().steady())}});
  return {};
}

Status SnapshotSession::begin_unlocked(const std::stop_token& stop) {
  if (connection_->is_mariadb()) {
    TRY(connection_->execute(kBegin));
    return read_mariadb_place();
  }
  for (int attempt = 0; attempt < kQuietAttempts; ++attempt) {
    if (TRY(begin_in_quiet(stop))) return {};
  }
  may_repeat_ = true;
  return begin_later(stop);
}

// True: nothing was logged from kQuiet before the view to after it.
Result<bool> SnapshotSession::begin_in_quiet(const std::stop_token& stop) {
  const LogEnd before = TRY(read_log_end(*connection_));
  TRY(wait(kQuiet, stop));
  if (!same(before, TRY(read_log_end(*connection_)))) return false;
  TRY(connection_->execute(kBegin));
  place_ = TRY(read_log_end(*connection_));
  return same(before, place_);
}

Status SnapshotSession::begin_later(const std::stop_token& stop) {
  const auto mode = TRY(connection_->query("SELECT @@GLOBAL.gtid_mode"));
  place_ = TRY(read_log_end(*connection_));
  if (mode.empty() || mode.rows()[0][0] != "ON") TRY(wait(kSettle, stop));
  TRY(connection_->execute(kBegin));
  log::warn("snapshot.place_not_exact",
            {{"position", place_.position.text()},
             {"why",
              "snapshot.locking.mode=none and no quiet moment: changes of this moment may come "
              "again after the snapshot"},
             {"do", "snapshot.locking.mode=minimal takes an exact place"}});
  return {};
}

Status SnapshotSession::read_mariadb_place() {
  const auto answer = TRY(connection_->query("SHOW STATUS LIKE 'binlog\\_snapshot\\_%'"));
  for (const ResultSet::Row row : answer.rows()) {
    const std::string_view name = row[0].value_or("");
    const std::string_view value = row[1].value_or("");
    if (name.ends_with("_file")) place_.position.file = value;
    if (name.ends_with("_position"))
      std::from_chars(value.data(), value.data() + value.size(), place_.position.pos);
  }
  if (place_.position.empty())
    return fail(ErrorKind::kServer,
                fmt::format("{} does not tell the place of a snapshot in its binlog",
                            endpoint_text(connection_->settings())),
                "start the server with log_bin, or set snapshot.locking.mode=minimal");
  return {};
}

}  // namespace tidemark

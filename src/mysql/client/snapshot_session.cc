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

constexpr std::string_view kOther =
    "or set snapshot.locking.mode=none, which needs no lock (without GTIDs, and under steady load, "
    "changes of the moment it begins may come again)";
constexpr int kLockAttempts = 5;  // until the tables that are locked are those that are there

// Who holds what a lock waits for, as far as the server tells: " held by ..", or nothing.
std::string lock_holders(const ServerSettings& settings, std::uint64_t waiting) {
  ServerSettings brief = settings;
  brief.connect_timeout_ms = brief.query_timeout_ms = 2'000;
  const auto connection = Connection::open(brief, ConnectionUse::kSql);
  if (!connection) return {};
  const auto rows =
      (*connection)
          ->query(fmt::format(
              "SELECT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, "
              "t.PROCESSLIST_TIME, "
              "GROUP_CONCAT(DISTINCT CONCAT_WS(' ', m.LOCK_TYPE, m.OBJECT_TYPE, "
              "NULLIF(CONCAT_WS('.', m.OBJECT_SCHEMA, m.OBJECT_NAME), '')) SEPARATOR ', ') "
              "FROM performance_schema.metadata_locks AS m JOIN performance_schema.threads AS t "
              "ON t.THREAD_ID = m.OWNER_THREAD_ID WHERE m.LOCK_STATUS = 'GRANTED' AND "
              "m.OBJECT_TYPE IN "
              "('GLOBAL', 'COMMIT', 'BACKUP LOCK', 'BACKUP TABLES', 'TABLE') AND "
              "IFNULL(m.OBJECT_SCHEMA, '') <> 'performance_schema' AND t.PROCESSLIST_ID NOT IN "
              "(CONNECTION_ID(), {}) GROUP BY 1, 2, 3, 4 ORDER BY t.PROCESSLIST_TIME DESC LIMIT 3",
              waiting));
  if (!rows) {
    log::debug("snapshot.lock_holders_unknown", {{"error", rows.error().message()}});
    return {};
  }
  std::string out;
  for (const ResultSet::Row row : rows->rows()) {
    out += fmt::format("{}connection {} of {}@{} ({} s in its statement or idle) with {}",
                       out.empty() ? "; perhaps held by " : "; ", row[0].value_or("?"),
                       row[1].value_or("?"), row[2].value_or("?"), row[3].value_or("?"),
                       row[4].value_or("?"));
  }
  return out;
}

Error timeout_error(Connection& lock, std::string_view what, std::uint32_t timeout_ms,
                    const Error& error) {
  return {ErrorKind::kRetryable,
          fmt::format("{} was not had within {} ms: {}{}", what, timeout_ms, error.message(),
                      lock_holders(lock.settings(), lock.thread_id())),
          fmt::format("end the transactions and statements that run for long (SHOW PROCESSLIST), "
                      "raise snapshot.lock.timeout.ms, {}",
                      kOther)};
}

// The server's answer to a lock is final: neither a broken connection nor a stop.
bool refused(const Status& locked) {
  return !locked && locked.error().kind() != ErrorKind::kRetryable &&
         locked.error().kind() != ErrorKind::kCancelled;
}

std::string list_of(const std::vector<TableId>& tables, std::string_view behind) {
  std::string out;
  for (const TableId& table : tables) {
    if (!out.empty()) out += ", ";
    out += quoted(table);
    out += behind;
  }
  return out;
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

Result<std::unique_ptr<SnapshotSession>> SnapshotSession::open(const ServerSettings& settings,
                                                               const SnapshotOptions& options,
                                                               const StructureReading& reading,
                                                               const std::stop_token& stop) {
  std::unique_ptr<SnapshotSession> session(new SnapshotSession());
  for (std::size_t i = 0; i < std::max<std::size_t>(options.views, 1); ++i) {
    session->views_.push_back(TRY(Connection::open(settings, ConnectionUse::kLongRead, stop)));
    // It may have to wait for its turn.
    TRY(session->views_.back()->execute("SET SESSION wait_timeout = 604800"));
  }
  if (options.locking != SnapshotLocking::kNone) {
    session->lock_ = TRY(Connection::open(settings, ConnectionUse::kLongRead, stop));
    TRY(session->lock_->execute("SET SESSION wait_timeout = 604800"));
  }
  // A stop request ends a wait for the lock, too.
  const std::stop_callback interrupt(stop, [&held = *session] {
    if (held.lock_) held.lock_->interrupt();
    for (const auto& view : held.views_) view->interrupt();
  });
  if (session->lock_) {
    auto begun = session->begin_locked(options, reading);
    if (!begun) {
      if (begun.error().kind() == ErrorKind::kCancelled)
        end_wait(settings, session->lock_->thread_id());
      return std::unexpected(std::move(begun).error());
    }
    if (session->places_itself_) return session;
  }
  TRY(session->begin_unlocked(stop));
  TRY(reading.structures(session->first(), TRY(reading.names(session->first()))));
  if (session->lock_) TRY(session->lock_->execute("UNLOCK TABLES"));
  return session;
}

// On failure the session is dropped, and its lock with it.
Status SnapshotSession::begin_locked(const SnapshotOptions& options,
                                     const StructureReading& reading) {
  const std::uint32_t timeout_s = std::max(1U, (options.lock_timeout_ms + 999) / 1000);
  TRY(lock_->execute(fmt::format("SET SESSION lock_wait_timeout = {}", timeout_s)));
  const auto asked = SystemClock().steady();
  const bool backup = options.locking == SnapshotLocking::kBackup ||
                      options.locking == SnapshotLocking::kBackupOnly;
  TRY(backup ? lock_for_backup(options, reading) : lock_globally(options, reading));
  if (!places_itself_) return {};
  const auto held = SystemClock().steady();
  TRY(open_views());
  place_ = TRY(read_log_end(first()));
  TRY(reading.structures(first(), locked_.empty() ? TRY(reading.names(first())) : locked_));
  const auto took = [](auto from, auto to) {
    return std::chrono::duration_cast<milliseconds>(to - from).count();
  };
  if (options.locking == SnapshotLocking::kExtended) {
    log::info("snapshot.lock_kept", {{"waited_ms", took(asked, held)}});
    return {};
  }
  TRY(lock_->execute("UNLOCK TABLES"));
  lock_.reset();
  log::info("snapshot.lock_released",
            {{"waited_ms", took(asked, held)}, {"held_ms", took(held, SystemClock().steady())}});
  return {};
}

Status SnapshotSession::lock_globally(const SnapshotOptions& options,
                                      const StructureReading& reading) {
  auto locked = lock_->execute("FLUSH TABLES WITH READ LOCK");
  places_itself_ = true;
  if (locked) return {};
  if (lock_->server_error() == kErrLockWaitTimeout)
    return std::unexpected(
        timeout_error(*lock_, "the global read lock", options.lock_timeout_ms, locked.error()));
  if (!refused(locked)) return locked;
  return lock_captured(options, reading, locked.error());
}

Status SnapshotSession::lock_for_backup(const SnapshotOptions& options,
                                        const StructureReading& reading) {
  auto locked = lock_->execute("LOCK TABLES FOR BACKUP");
  if (locked) return {};
  if (lock_->server_error() == kErrSyntax) {
    return fail(ErrorKind::kServer,
                fmt::format("{} has no LOCK TABLES FOR BACKUP, which only Percona Server knows",
                            endpoint_text(lock_->settings())),
                "set snapshot.locking.mode=minimal");
  }
  if (lock_->server_error() == kErrLockWaitTimeout)
    return std::unexpected(
        timeout_error(*lock_, "the backup lock", options.lock_timeout_ms, locked.error()));
  if (!refused(locked) || options.locking == SnapshotLocking::kBackupOnly) return locked;
  places_itself_ = true;
  return lock_captured(options, reading, locked.error());
}

// In place of the global lock: the captured tables alone, all that are there while they are locked.
Status SnapshotSession::lock_captured(const SnapshotOptions& options,
                                      const StructureReading& reading, const Error& refusal) {
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    const std::vector<TableId> there = TRY(reading.names(first()));
    if (there.empty()) return std::unexpected(refusal);
    auto locked = lock_tables(there, options.lock_timeout_ms);
    if (!locked && lock_->server_error() == kErrNoSuchTable) continue;  // dropped meanwhile
    if (refused(locked)) {
      return fail(ErrorKind::kServer,
                  fmt::format("the global read lock is refused ({}), and so are locks on the "
                              "captured tables ({})",
                              refusal.message(), locked.error().message()),
                  fmt::format("GRANT RELOAD, or LOCK TABLES where the server refuses the global "
                              "lock (Aurora, RDS), {}",
                              kOther));
    }
    TRY(std::move(locked));
    std::vector<TableId> now = TRY(reading.names(first()));
    if (now == there) {
      log::info("snapshot.tables_locked", {{"tables", there.size()}, {"why", refusal.message()}});
      locked_ = std::move(now);
      return {};
    }
    TRY(lock_->execute("UNLOCK TABLES"));
  }
  return fail(ErrorKind::kRetryable, "captured tables keep being created or dropped",
              "take the snapshot when the tables rest");
}

Status SnapshotSession::lock_tables(const std::vector<TableId>& tables, std::uint32_t timeout_ms) {
  auto locked = lock_->execute(fmt::format("FLUSH TABLES {} WITH READ LOCK", list_of(tables, "")));
  // Without RELOAD or FLUSH_TABLES. On MySQL these locks wait for open transactions just so (metadata
  // locks); on MariaDB they do not, and the place would not be exact.
  const bool other = refused(locked) && !lock_->is_mariadb() &&
                     lock_->server_error() != kErrNoSuchTable &&
                     lock_->server_error() != kErrLockWaitTimeout;
  if (other) locked = lock_->execute(fmt::format("LOCK TABLES {}", list_of(tables, " READ")));
  if (!locked && lock_->server_error() == kErrLockWaitTimeout)
    return std::unexpected(
        timeout_error(*lock_, "a read lock on the captured tables", timeout_ms, locked.error()));
  return locked;
}

Status SnapshotSession::open_views() {
  for (const auto& view : views_) TRY(view->execute(kBegin));
  return {};
}

Status SnapshotSession::begin_unlocked(const std::stop_token& stop) {
  if (first().is_mariadb() && views_.size() == 1) {
    TRY(open_views());
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
  const LogEnd before = TRY(read_log_end(first()));
  TRY(wait(kQuiet, stop));
  if (before != TRY(read_log_end(first()))) return false;
  TRY(open_views());
  place_ = TRY(read_log_end(first()));
  return before == place_;
}

Status SnapshotSession::begin_later(const std::stop_token& stop) {
  // MariaDB's GTIDs are those of its log, which may be ahead of what a view sees.
  bool executed_is_visible = false;
  if (!first().is_mariadb()) {
    const auto mode = TRY(first().query("SELECT @@GLOBAL.gtid_mode"));
    executed_is_visible = !mode.empty() && mode.rows()[0][0] == "ON";
  }
  place_ = TRY(read_log_end(first()));
  if (!executed_is_visible) TRY(wait(kSettle, stop));
  TRY(open_views());
  log::warn("snapshot.place_not_exact",
            {{"position", place_.position.text()},
             {"why",
              "snapshot.locking.mode=none and no quiet moment: changes of this moment may come "
              "again after the snapshot"},
             {"do", "snapshot.locking.mode=minimal takes an exact place"}});
  return {};
}

Result<Position> read_view_place(Connection& connection) {
  const auto answer = TRY(connection.query("SHOW STATUS LIKE 'binlog\\_snapshot\\_%'"));
  Position place;
  for (const ResultSet::Row row : answer.rows()) {
    const std::string_view name = row[0].value_or("");
    const std::string_view value = row[1].value_or("");
    if (name.ends_with("_file")) place.file = value;
    if (name.ends_with("_position"))
      std::from_chars(value.data(), value.data() + value.size(), place.pos);
  }
  if (!place.empty()) return place;
  return fail(ErrorKind::kServer,
              fmt::format("{} does not tell the place of a snapshot in its binlog",
                          endpoint_text(connection.settings())),
              "start the server with log_bin, or set snapshot.locking.mode=minimal");
}

Status SnapshotSession::read_mariadb_place() {
  place_.position = TRY(read_view_place(first()));
  place_.maria_gtids = TRY(maria_gtids_at(first(), place_.position));
  return {};
}

}  // namespace tidemark

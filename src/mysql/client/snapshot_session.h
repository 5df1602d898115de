// SPDX-License-Identifier: Apache-2.0
// One or more connections that see the same consistent view, and the place in the log that it equals.
//
// minimal   FLUSH TABLES WITH READ LOCK on a connection of its own holds back commits, the views are
//           opened, log end and structures are read, the lock is released: the place is exact.
// extended  The same, and the lock is kept until the session ends.
//           Where the global lock is refused (Aurora, RDS, no RELOAD): FLUSH TABLES a, b, .. WITH READ
//           LOCK over the captured tables, and on MySQL, where that is refused too, LOCK TABLES a READ,
//           ..: either waits for every transaction that changed one of them and holds new ones back,
//           so for these tables the place is just as exact.
// backup    Percona's LOCK TABLES FOR BACKUP holds back statements that change structures, not
//           commits: the place is taken as with none.
// none      No lock. The place is read before the views are opened, and again after: where nothing was
//           logged for a while around it, it is exact. Where no such moment comes, the earlier place is
//           taken and a warning says that changes of that moment may come again after the snapshot. On
//           MariaDB the server tells the exact place of a single view (binlog_snapshot_position), and BINLOG_GTID_POS() its
//           GTIDs.
//
// Why not simply the log's end, without a lock: the log shows a transaction before a view sees it, so a
// view opened just after could miss it for good. The executed GTID set holds only what views see; without
// GTIDs the place is taken kSettle before the view. MySQL's performance_schema.log_status does not help:
// it takes the log's end without waiting for what the log shows to become visible.
// Resource with one owner. Thread: one; each view may be used by a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/function_ref.h"
#include "base/result.h"
#include "mysql/client/connection.h"
#include "mysql/client/server_info.h"
#include "schema/table.h"

namespace tidemark {

enum class SnapshotLocking : std::uint8_t {
  kMinimal,
  kExtended,
  kBackup,  // minimal_percona: table locks where it is refused
  kBackupOnly,  // minimal_percona_no_table_locks: an error there
  kNone,
};

struct SnapshotOptions {
  SnapshotLocking locking = SnapshotLocking::kMinimal;
  std::uint32_t lock_timeout_ms = 10'000;  // rounded up to seconds
  std::size_t views = 1;
};

// What the owner reads while nothing can change; called on the first view.
struct StructureReading {
  // The captured tables there are. Called again under locks on tables, which must cover them all.
  FunctionRef<Result<std::vector<TableId>>(Connection&)> names;
  // Called once.
  FunctionRef<Status(Connection&, const std::vector<TableId>&)> structures;
};

// MariaDB: the place in the log that the consistent snapshot just begun on this connection equals. To be asked for
// before anything else. Errors: kServer where the server writes no log
Result<Position> read_view_place(Connection& connection);

class SnapshotSession {
 public:
  // Errors: kServer when locks are denied, kRetryable when one is not had in time, naming who holds what
  // where the server tells.
  static Result<std::unique_ptr<SnapshotSession>> open(const ServerSettings& settings,
                                                       const SnapshotOptions& options,
                                                       const StructureReading& reading,
                                                       const std::stop_token& stop = {});

  // In the view, read-only, until the session ends.
  Connection& view(std::size_t index = 0) { return *views_[index]; }
  std::size_t views() const { return views_.size(); }
  const Position& position() const { return place_.position; }
  const LogEnd& place() const { return place_; }
  // The view may hold changes that come after the place.
  bool may_repeat() const { return may_repeat_; }

 private:
  SnapshotSession() = default;
  Status begin_locked(const SnapshotOptions& options, const StructureReading& reading);
  Status lock_globally(const SnapshotOptions& options, const StructureReading& reading);
  Status lock_for_backup(const SnapshotOptions& options, const StructureReading& reading);
  Status lock_tables(const std::vector<TableId>& tables, std::uint32_t timeout_ms);
  Status lock_captured(const SnapshotOptions& options, const StructureReading& reading,
                       const Error& refusal);
  Status open_views();
  Status begin_unlocked(const std::stop_token& stop);
  Result<bool> begin_in_quiet(const std::stop_token& stop);
  Status begin_later(const std::stop_token& stop);
  Status read_mariadb_place();
  Connection& first() { return *views_.front(); }

  std::unique_ptr<Connection> lock_;  // holds the lock; none without
  std::vector<std::unique_ptr<Connection>> views_;
  std::vector<TableId> locked_;  // tables, where the global lock was refused
  LogEnd place_;
  bool places_itself_ = false;  // by a lock that holds back commits
  bool may_repeat_ = false;
};

}  // namespace tidemark

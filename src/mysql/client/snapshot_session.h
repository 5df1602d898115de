// SPDX-License-Identifier: Apache-2.0
// The consistent view that an initial snapshot reads, and the place in the log that it equals.
//
// minimal  FLUSH TABLES WITH READ LOCK holds back commits, the view is opened, log end and structures
//          are read, the lock is released: the place is exact. Writers wait for as long as that takes.
// none     No lock. The place is read before the view is opened, and again after: where nothing was
//          logged for a while around it, it is exact. Where no such moment comes, the earlier place is
//          taken and a warning says that changes of that moment may come again after the snapshot. On
//          MariaDB the server tells the exact place.
//
// Why not simply the log's end, without a lock: the log shows a transaction before a view sees it, so a
// view opened just after could miss it for good. The executed GTID set holds only what views see; without
// GTIDs the place is taken kSettle before the view.
// Resource with one owner. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "base/function_ref.h"
#include "base/result.h"
#include "mysql/client/connection.h"
#include "mysql/client/server_info.h"

namespace tidemark {

enum class SnapshotLocking : std::uint8_t { kMinimal, kNone };

struct SnapshotOptions {
  SnapshotLocking locking = SnapshotLocking::kMinimal;
  std::uint32_t lock_timeout_ms = 10'000;  // rounded up to seconds
};

class SnapshotSession {
 public:
  // read_structures is called once, in the view and, with a lock, under it.
  // Errors: kServer when the lock is denied, kRetryable when it is not had in time.
  static Result<std::unique_ptr<SnapshotSession>> open(
      const ServerSettings& settings, const SnapshotOptions& options,
      FunctionRef<Status(Connection&)> read_structures, const std::stop_token& stop = {});

  // In the view, read-only, until the session ends.
  Connection& connection() { return *connection_; }
  const Position& position() const { return place_.position; }
  const GtidSet& executed() const { return place_.gtids; }
  // The view may hold changes that come after the place.
  bool may_repeat() const { return may_repeat_; }

 private:
  explicit SnapshotSession(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  Status begin_locked(std::uint32_t lock_timeout_ms,
                      FunctionRef<Status(Connection&)> read_structures);
  Status begin_unlocked(const std::stop_token& stop);
  Result<bool> begin_in_quiet(const std::stop_token& stop);
  Status begin_later(const std::stop_token& stop);
  Status read_mariadb_place();

  const std::unique_ptr<Connection> connection_;
  LogEnd place_;
  bool may_repeat_ = false;
};

}  // namespace tidemark

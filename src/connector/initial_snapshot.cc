// SPDX-License-Identifier: Apache-2.0
#include "connector/initial_snapshot.h"

#include <optional>
#include <utility>

#include "base/log.h"
#include "connector/backoff.h"
#include "connector/snapshot_tables.h"
#include "connector/table_scan.h"
#include "mysql/client/schema_reader.h"

namespace tidemark {
namespace {

SnapshotLocking locking_of(LockingMode mode) {
  switch (mode) {
    case LockingMode::kMinimal:
      return SnapshotLocking::kMinimal;
    case LockingMode::kExtended:
      return SnapshotLocking::kExtended;
    case LockingMode::kMinimalPercona:
      return SnapshotLocking::kBackup;
    case LockingMode::kMinimalPerconaNoTableLocks:
      return SnapshotLocking::kBackupOnly;
    case LockingMode::kNone:
      break;
  }
  return SnapshotLocking::kNone;
}

}  // namespace

SnapshotOptions session_options(const SnapshotSettings& settings, std::size_t views) {
  return {.locking = locking_of(settings.locking),
          .lock_timeout_ms = static_cast<std::uint32_t>(settings.lock_timeout_ms),
          .views = views};
}

Result<std::vector<TableId>> captured_names(Connection& connection, const Tables& tables) {
  std::vector<TableId> captured;
  for (TableId& id : TRY(list_tables(connection))) {
    if (TRY(tables.captures(id))) captured.push_back(std::move(id));
  }
  return captured;
}

Result<Offset> InitialSnapshot::run(bool with_rows, bool gtid_mode, const std::stop_token& stop) {
  const auto tell = [&](std::string_view type, Notifications::Data data = {}) {
    return tell_at_once(parts_.notifications, type, std::move(data), {}, parts_.output);
  };
  TRY(tell("STARTED"));
  auto taken = take(with_rows, gtid_mode, stop);
  if (taken) {
    TRY(tell("COMPLETED"));
  } else if (auto told = tell("ABORTED", {{"reason", taken.error().text()}}); !told) {
    // The way out is what failed.
    log::debug("notification.lost", {{"error", told.error().text()}});
  }
  return taken;
}

Result<Offset> InitialSnapshot::take(bool with_rows, bool gtid_mode, const std::stop_token& stop) {
  const SnapshotSettings& settings = parts_.settings.snapshot;
  const SteadyTime began = parts_.clock.steady();
  sleep_unless_stopped(stop, std::chrono::milliseconds(settings.delay_ms));
  parts_.status.update([](StatusView& view) { view.state = "snapshot"; });
  const auto names = [&](Connection& connection) {
    return captured_names(connection, parts_.tables);
  };
  std::optional<DdlLog::Script> script;
  const auto structures = [&](Connection& connection, const std::vector<TableId>& ids) -> Status {
    for (TableDef& def : TRY(read_tables(connection, TableSelection::of(ids))))
      TRY(parts_.tables.put(std::move(def), true));
    if (parts_.ddl != nullptr) script = TRY(parts_.ddl->read_script(connection));
    return {};
  };
  const auto session = TRY(SnapshotSession::open(
      parts_.settings.server, session_options(settings, with_rows ? settings.threads : 1),
      {.names = names, .structures = structures}, stop));
  if (session->may_repeat()) {
    // The structures may be later ones than the place.
    for (const TablePtr& table : parts_.tables.all())
      TRY(parts_.tables.put(TableDef(*table), false));
  }
  const LogEnd& place = session->place();
  const Offset at{.position = place.position,
                  .gtids = place.gtids,
                  .gtid_mode = gtid_mode,
                  .maria_gtids = place.maria_gtids};
  log::info("snapshot.position", {{"position", at.position.text()},
                                  {"gtids", at.gtids_text()},
                                  {"tables", parts_.tables.ids().size()}});
  if (script) TRY(parts_.ddl->write_script(*script, at.position, !with_rows));
  std::vector<ScanTable> tables;
  if (with_rows) {
    for (const TablePtr& table : TRY(tables_to_read(parts_.tables, parts_.settings)))
      tables.push_back(scan_of(table, settings));
  }
  std::optional<ScanCheckpoints> checkpoints;
  if (parts_.checkpoints) {
    ScanCheckpoints::Options options = *parts_.checkpoints;
    options.base.offset = at;
    options.base.schema = parts_.tables.snapshot();
    checkpoints.emplace(std::move(options), parts_.output, parts_.clock);
  }
  TableScan scan({.encoding = parts_.encoding,
                  .clock = parts_.clock,
                  .delivery = parts_.output.delivery(),
                  .status = parts_.status,
                  .notifications = parts_.notifications,
                  .checkpoints = checkpoints ? &*checkpoints : nullptr},
                 *session, std::move(tables));
  TRY(scan.run(stop));
  parts_.status.update([](StatusView& view) { view.snapshots.clear(); });
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady() - began);
  log::info("snapshot.completed", {{"rows", scan.rows()}, {"took_ms", took.count()}});
  return at;
}

}  // namespace tidemark

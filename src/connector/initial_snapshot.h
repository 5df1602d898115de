// SPDX-License-Identifier: Apache-2.0
// The initial snapshot: every captured table read in one consistent view (connector/table_scan), as `r`
// records, before the stream starts from exactly that view's position.
//
// A crash on the way starts it over: until its last record is out, the stored offset says that it is
// running and names the sink's position before it, so that half of it is cut off again. A sink that cannot
// hold back so much has checkpoints on the way instead (connector/scan_checkpoints).
// Thread: the source thread, before the stream
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "connector/ddl_log.h"
#include "connector/notifications.h"
#include "connector/output.h"
#include "connector/scan_checkpoints.h"
#include "connector/status_board.h"
#include "connector/tables.h"
#include "mysql/client/snapshot_session.h"

namespace tidemark {

class InitialSnapshot {
 public:
  struct Parts {  // all outlive the snapshot
    const Settings& settings;
    const EncoderContext& encoding;
    const Clock& clock;
    Tables& tables;
    Output& output;
    StatusBoard& status;
    DdlLog* ddl = nullptr;  // null: no records of structures
    const Notifications* notifications = nullptr;  // null: none
    // Checkpoints amid the rows, whose offset and structures are made here; nothing: none.
    std::optional<ScanCheckpoints::Options> checkpoints = {};
  };
  explicit InitialSnapshot(Parts parts) : parts_(std::move(parts)) {}

  // Reads structures, and rows if wanted; the offset to stream from. kCancelled when stopped on the way.
  Result<Offset> run(bool with_rows, bool gtid_mode, const std::stop_token& stop);

 private:
  Result<Offset> take(bool with_rows, bool gtid_mode, const std::stop_token& stop);

  const Parts parts_;
};

// The session that settings ask for, with this many views.
SnapshotOptions session_options(const SnapshotSettings& settings, std::size_t views);
// The names of the captured tables there are, and their structures.
Result<std::vector<TableId>> captured_names(Connection& connection, const Tables& tables);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Which captured tables a snapshot at start reads rows of, and in which order.
// Thread: source thread only
#pragma once

#include <vector>

#include "config/settings.h"
#include "connector/table_scan.h"
#include "connector/tables.h"

namespace tidemark {

// Those of snapshot.include.collection.list; by the entries of table.include.list, by name inside one
// entry and without a list; or by the server's estimate of rows. The signal table is not among them: old
// signals are not to be acted upon.
// Errors: kRejected where an expression cannot be matched: a table is never left out for that
Result<std::vector<TablePtr>> tables_to_read(Tables& tables, const Settings& settings);

// How a table is read: its own statement, and the ranges it is divided into.
ScanTable scan_of(const TablePtr& table, const SnapshotSettings& settings);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The structure of a table as it was when rows were logged, from a table map with FULL metadata: for a stream
// that is behind by more than one change, where the server can no longer be asked for the one in between.
#pragma once

#include <span>

#include "base/result.h"
#include "mysql/binlog/table_map.h"
#include "schema/table.h"

namespace tidemark {

// `versions` are structures of the same table from before and after, the likelier one first. A column that
// one of them has under the same name and in the same form is taken from there; others are made of what the
// event says, which has neither defaults nor comments, and knows the length of a text in bytes only. So has
// it the PRIMARY KEY only: another key is taken from a version if its columns are all there.
// Errors: kRejected where the map has no names, kUnsupported naming a column that cannot be captured
Result<TableDef> structure_from(const TableMap& map, std::span<const TablePtr> versions);

}  // namespace tidemark

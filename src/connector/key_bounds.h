// SPDX-License-Identifier: Apache-2.0
// Keys of single rows, asked of the server.
// Thread: the connection's
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "mysql/client/connection.h"
#include "snapshot/chunk_key.h"
#include "snapshot/director.h"

namespace tidemark {

// The key in the one row that `sql` selects in key order (snapshot/chunk_query.h); nothing where there is no row.
// Errors: the server's, and of a cell that is no value of its column, with the table's name.
Result<std::optional<KeyTuple>> read_key(Connection& connection, const TableId& table,
                                         const ChunkKey& key, const std::string& sql);

// The table's first and last key; nothing of an empty table.
Result<std::optional<KeyRange>> read_key_range(Connection& connection, const TableId& table,
                                               const ChunkKey& key);

}  // namespace tidemark

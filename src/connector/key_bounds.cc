// SPDX-License-Identifier: Apache-2.0
#include "connector/key_bounds.h"

#include <utility>

#include "snapshot/chunk_query.h"

namespace tidemark {

Result<std::optional<KeyTuple>> read_key(Connection& connection, const TableId& table,
                                         const ChunkKey& key, const std::string& sql) {
  const ResultSet rows = TRY_AT(connection.query(sql), table.text());
  if (rows.empty()) return std::nullopt;
  KeyTuple tuple;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    tuple.push_back(TRY_AT(bound_cell(key.columns[i], rows.rows()[0][i]), table.text()));
  return tuple;
}

Result<std::optional<KeyRange>> read_key_range(Connection& connection, const TableId& table,
                                               const ChunkKey& key) {
  auto minimum = TRY(read_key(connection, table, key, min_key_select(table, key)));
  if (!minimum) return std::nullopt;
  auto maximum = TRY(read_key(connection, table, key, max_key_select(table, key)));
  if (!maximum) return std::nullopt;
  return KeyRange{*std::move(minimum), *std::move(maximum)};
}

}  // namespace tidemark

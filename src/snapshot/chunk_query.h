// SPDX-License-Identifier: Apache-2.0
// SQL of chunk reads. Every comparison of keys is the server's; EXPLAIN of each shape:
// docs/decisions/0001-chunk-queries.md and 0004-keys-of-every-kind.md.
//
// Bounds: rows with lower < key <= upper. A bound shorter than the key stands for all keys with that
//         prefix: lower (v) means k1 > v, upper (v) means k1 <= v. An empty bound is none. NULL comes before
//         every value.
// Sessions: connection charset utf8mb4, time zone UTC, and NO_BACKSLASH_ESCAPES may be on or off: literals of
//         text and bytes are hexadecimal.
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "snapshot/chunk_key.h"

namespace tidemark {

// 42, _utf8mb4 0x6162 ('' when empty), x'6162', _cp932 x'8140', -0.50, 1.5e0, '2024-02-29', NULL.
std::string key_literal(const ChunkKeyColumn& column, const KeyCell& cell);

// What to SELECT for a column so that bound_cell() loses nothing: its name, or `(e + 0)` of an ENUM and
// the like.
std::string bound_expression(const ChunkKeyColumn& column);

struct ChunkBounds {
  const KeyTuple* lower = nullptr;  // null or empty: none
  const KeyTuple* upper = nullptr;
};
// "(`a` > 1) OR (`a` = 1 AND `b` > 2)" and the like, joined by AND; empty without bounds.
std::string bounds_predicate(const ChunkKey& key, const ChunkBounds& bounds);

// SELECT select_columns[, bound_expression of each key column][, WEIGHT_STRING of each collated column of
// the identity] FROM table WHERE bounds AND (condition) ORDER BY key LIMIT limit. `select_columns` is SQL
// text; what comes after it does so in key order: the bounds unless the key is in_identity, the weights only
// with `with_weights`.
struct ChunkSelect {
  std::string_view select_columns{};
  std::string_view condition{};  // SQL fragment of the signal; empty: none
  ChunkBounds bounds{};
  std::uint64_t limit = 0;  // 0: all rows
  bool with_weights = false;
};
std::string chunk_select(const TableId& table, const ChunkKey& key, const ChunkSelect& select);

// For keys whose values repeat: one row, the key of the `limit`th row within the bounds, where the chunk may
// end; no row when fewer are left. select_columns is not looked at.
std::string chunk_end_select(const TableId& table, const ChunkKey& key, const ChunkSelect& select);

// One row with the key columns in key order, or no row for an empty table; of a key without columns one
// row with a 1. The additional condition is left out on purpose: with it the server would read up to the
// whole table to find one row.
std::string min_key_select(const TableId& table, const ChunkKey& key);
std::string max_key_select(const TableId& table, const ChunkKey& key);

// One row, one column: 1 when lower < split and split < upper to the server. lower may be empty.
// The comparison has the columns' charset and collation, and touches no table.
std::string split_check_query(const ChunkKey& key, const KeyTuple& lower, const KeyTuple& split,
                              const KeyTuple& upper);

// One row for each identity, in any order: its index, then the weight of each collated column in key
// order, as the same column's row would give it in chunk_select. Empty text for no identities; those that
// are none are left out.
std::string weight_query(const RowIdentity& identity, std::span<const std::string_view> identities);

// A point between two bounds at which a range may be divided into (lower, split] and (split, upper].
// It may be a prefix of the key.
struct SplitPoint {
  KeyTuple split;
  // The order of integers and bytes is known here; that of all others to the server alone: ask it
  // split_check_query before using the point.
  bool needs_check = false;
};
// `lower` is the last key read, or the table's minimum where nothing has been read; nothing when there
// is no room between them or a bound is missing.
std::optional<SplitPoint> midpoint(const ChunkKey& key, const KeyTuple& lower,
                                   const KeyTuple& upper);

// What part of (whole_lower, whole_upper] lies in (lower, upper], between 0 and 1, from the first
// column in which the whole's bounds differ. Nothing for text, whose order is the server's, and without
// bounds.
std::optional<double> range_share(const KeyTuple& lower, const KeyTuple& upper,
                                  const KeyTuple& whole_lower, const KeyTuple& whole_upper);

}  // namespace tidemark

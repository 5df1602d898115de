// SPDX-License-Identifier: Apache-2.0
// The key by which a table is read in chunks: which columns, in which order, and how the server
// compares them. Also the two byte forms of one row's key that windows compare:
//
//   identity   the cells as decoded. Two images of one row state have the same identity whether they
//              come from the binlog or from a SELECT.
//   weight     the same with the server's WEIGHT_STRING in place of each collated cell: equal exactly
//              where the server takes two keys for the same.
//
// Layout of both, cell after cell in key order: integers 8 bytes little-endian; text, bytes and weights
// a u32 length and the bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/offset.h"
#include "change/value.h"
#include "schema/table.h"

namespace tidemark {

struct ChunkKeyColumn {
  std::uint32_t column = 0;  // index into TableDef.columns
  KeyCell::Kind kind = KeyCell::Kind::kInt;
  std::string quoted;  // `name`
  std::string charset;  // kText: the server's names
  std::string collation;
  bool collated = false;  // kText whose collation takes different texts for equal

  // Same name, kind and order: a bound taken under one is valid under the other.
  bool same_order(const ChunkKeyColumn& other) const;
};

// Value type.
struct ChunkKey {
  std::vector<ChunkKeyColumn> columns;
  bool primary = false;  // the index PRIMARY: it can be forced by name

  // Has a character column whose collation is not a binary one.
  bool collation_dependent() const;
  // Bounds taken under `other` are valid here.
  bool same_order(const ChunkKey& other) const;
  // The cells of `tuple` have the kinds of the leading columns.
  bool accepts(const KeyTuple& tuple) const;
};

// Supported: integers of every width and sign, CHAR and VARCHAR in utf8mb3, utf8mb4, latin1 and ascii,
// BINARY and VARBINARY, and composites of these.
// Errors: kUnsupported, naming table, column and what would be accepted.
Result<ChunkKey> chunk_key_of(const TableDef& table);

// Is trailing white space ignored when the server compares? True of every collation but `binary`, the
// UCA 9.0.0 ones (utf8mb4_0900_*, utf8mb4_<language>_0900_*) and MariaDB's *_nopad_*.
// Source: information_schema.COLLATIONS.PAD_ATTRIBUTE of MySQL 9.7.
bool pads_with_space(std::string_view collation);

// `row` holds every column of the table the key was made from; key columns are never NULL.
void append_identity(std::string& out, const ChunkKey& key, RowView row);
KeyTuple key_tuple(const ChunkKey& key, RowView row);
// The cells of an identity, as bounds and weight queries need them; empty when the bytes are not an
// identity of this key.
KeyTuple tuple_of_identity(const ChunkKey& key, std::string_view identity);
// `weights` has one entry for each collated column, in key order.
void append_weight(std::string& out, const ChunkKey& key, const KeyTuple& tuple,
                   std::span<const std::string_view> weights);

}  // namespace tidemark

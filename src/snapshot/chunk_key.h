// SPDX-License-Identifier: Apache-2.0
// The key by which a table is read in chunks: which columns, in which order, and in what form their values
// stand in statements. Also what tells the table's rows apart (row_identity.h), which may be less, more or
// something else than what orders them.
//
//   order of the rows                          columns                    unique   identity
//   the table's key                            its columns                yes      the same
//   a surrogate of a table with a key          surrogate, then the key    yes      the key
//   a nullable UNIQUE key, nothing better      its columns                no       it, or content
//   a surrogate of a table without a key       surrogate                  no       content
//   none                                       empty                      no       content
//
// Where the order is not unique a chunk ends where the value of the columns changes; without any the whole
// table is one chunk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/offset.h"
#include "schema/table.h"
#include "snapshot/row_identity.h"

namespace tidemark {

struct ChunkKeyColumn {
  // By what the server orders: the value, or an ENUM's number or a SET's bits, which it does not compare
  // by itself.
  enum class Order : std::uint8_t { kValue, kEnum, kSet };

  std::uint32_t column = 0;  // index into TableDef.columns
  KeyCell::Kind kind = KeyCell::Kind::kInt;
  Order order = Order::kValue;
  bool nullable = false;
  bool computed = false;  // the server prints it in full only when it computes with it: FLOAT, BIT
  bool single = false;  // kDouble: holds floats
  // TIMESTAMP, YEAR: there is nothing between the zero value and 1970-01-01 00:00:01, 1901. The server compares
  // a bound in there now this way, now that.
  bool has_gap = false;
  std::uint32_t scale = 0;  // kDecimal, and kDouble where it has one
  std::uint32_t members = 0;  // of an ENUM
  std::string quoted;  // `name`
  std::string charset;  // kText, kEncoded: the server's names
  std::string collation;
  std::string type;  // ENUM, SET: as declared; a value's number means nothing under another

  // Same name, kind and order: a bound taken under one is valid under the other.
  bool same_order(const ChunkKeyColumn& other) const;
};

// Value type.
struct ChunkKey {
  std::vector<ChunkKeyColumn> columns;
  bool primary = false;  // the index PRIMARY: it can be forced by name
  bool unique = true;  // no two rows have the same values in these columns
  bool in_identity = false;  // a row's identity tells its bound: tuple_of_identity
  RowIdentity identity{};

  // Bounds taken under `other` are valid here.
  bool same_order(const ChunkKey& other) const;
  // The cells of `tuple` have the kinds of the leading columns.
  bool accepts(const KeyTuple& tuple) const;
};

struct ChunkKeyWish {
  std::string_view surrogate{};  // column to read the table by, in any case; empty: its own key
  // Some kinds of change are not emitted, and so not noted. Tables whose rows move within the order of reading,
  // or are known by their content, need them all.
  bool operations_skipped = false;
};

// Errors: kUnsupported or kRejected, naming table, column and what would be accepted.
Result<ChunkKey> chunk_key_of(const TableDef& table, const ChunkKeyWish& wish = {});

// A cell that the server sent for bound_expression() (chunk_query.h). Errors: kCorrupt.
Result<KeyCell> bound_cell(const ChunkKeyColumn& column, std::optional<std::string_view> cell);

// Only with in_identity. Empty when the bytes are not an identity of this key.
KeyTuple tuple_of_identity(const ChunkKey& key, std::string_view identity);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What tells a row of a table from every other row, as bytes that windows compare.
//
//   identity   the cells of the table's key as decoded. Two images of one row state have the same identity
//              whether they come from the binlog or from a SELECT.
//   weight     the same with the server's WEIGHT_STRING in place of each collated cell: equal exactly
//              where the server takes two keys for the same.
//   content    of rows without a key: a hash of what the row holds. Rows that are different may have the
//              same content, so a match says "perhaps this row": such a row is never dropped, its chunk is
//              read again. That makes every coarser form right as well: cells which an image may leave out
//              or spell in two ways (TEXT, BLOB, JSON, ...) are not looked at.
//
// A table's rows are known by content when it has no key, where a column of its nullable unique key is NULL,
// and where decoded text does not tell two of the server's values apart.
//
// Layout of an identity, cell after cell in key order: numbers 8 bytes little-endian; dates and times of day
// 12; text, bytes and weights a u32 length and the bytes. With by_content a byte comes first: K or C.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "change/value.h"
#include "schema/table.h"

namespace tidemark {

struct IdentityColumn {
  enum class Form : std::uint8_t { kWord, kFloat, kDouble, kCivil, kText };

  std::uint32_t column = 0;  // index into TableDef.columns
  Form form = Form::kWord;
  std::string quoted;  // `name`
  std::string charset;  // of character columns: the server's names
  std::string collation;
  bool collated = false;  // the collation takes different texts for equal
};

// Value type.
struct RowIdentity {
  std::vector<IdentityColumn> columns;  // of the key; empty where there is none
  std::vector<IdentityColumn> content;  // what rows without a key are known by
  bool by_content = false;  // some rows are

  // Has a character column whose collation is not a binary one.
  bool collation_dependent() const;
};

RowIdentity row_identity_of(const TableDef& table);

// Is trailing white space ignored when the server compares? True of every collation but `binary`, the
// UCA 9.0.0 ones (utf8mb4_0900_*, utf8mb4_<language>_0900_*) and MariaDB's *_nopad_*.
// Source: information_schema.COLLATIONS.PAD_ATTRIBUTE of MySQL 9.7.
bool pads_with_space(std::string_view collation);

// `row` holds every column of the table.
void append_identity(std::string& out, const RowIdentity& of, RowView row);
// The bytes say what the row holds, not which row it is.
inline bool is_content(const RowIdentity& of, std::string_view identity) {
  return of.by_content && identity.starts_with('C');
}
// The parts of an identity, one a column; empty when the bytes are not an identity of this kind, or by
// content.
std::vector<std::string_view> parts_of(const RowIdentity& of, std::string_view identity);
// `weights` has one entry for each collated column, in key order. Nothing is appended for bytes that are
// no identity.
void append_weight(std::string& out, const RowIdentity& of, std::string_view identity,
                   std::span<const std::string_view> weights);

}  // namespace tidemark

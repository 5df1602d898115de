// SPDX-License-Identifier: Apache-2.0
// Rows of a text-protocol result set, decoded into the very Values that the binlog gives for them.
// Needs:    a connection in utf8mb4 with time_zone '+00:00' and without PAD_CHAR_TO_FULL_LENGTH, and the
//           columns selected by select_expression()
// Lifetime: a row lives until the next one; its texts are views into the result set
// Thread:   one
// Errors:   kCorrupt when a cell is no text of its column's type; kUnsupported for a kind not decoded
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/value.h"
#include "mysql/value/row_scratch.h"
#include "schema/table.h"

namespace tidemark {

// What to SELECT so that nothing is lost: the quoted name, but `(name * 1e0)` for FLOAT, of which the
// server prints six digits, and for DOUBLE(M,D), of which it prints D decimals although more is stored.
// (Adding zero would lose the sign of -0.)
std::string select_expression(const ColumnDef& column);

// One cell that is not NULL; text is a view into it.
Result<Value> decode_text_cell(const ColumnDef& column, std::string_view cell);

// How to decode the rows of one SELECT: a flat list of steps, one a selected column. Immutable.
class TextRowPlan {
 public:
  // `selected` are indexes into the table's columns, in the order of the SELECT list.
  static Result<TextRowPlan> compile(TablePtr table, std::vector<std::uint32_t> selected);

  // `row` has a pointer for each selected column, null for NULL, and `lengths` its bytes, as
  // mysql_fetch_row and mysql_fetch_lengths give them. The result has every column of the table, those not
  // selected as null.
  Result<RowView> decode(const char* const* row, const unsigned long* lengths,
                         RowScratch& scratch) const;

  const TableDef& table() const { return *table_; }

 private:
  struct Step {
    std::uint32_t column;
    ColumnKind kind;
    std::uint8_t scale;  // kDecimal64
  };
  TextRowPlan(TablePtr table, std::vector<Step> steps)
      : table_(std::move(table)), steps_(std::move(steps)) {}

  TablePtr table_;
  std::vector<Step> steps_;
};

}  // namespace tidemark

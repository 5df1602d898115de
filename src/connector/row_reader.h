// SPDX-License-Identifier: Apache-2.0
// Rows of one table version read by SELECT: the columns to ask for, and how to decode and encode what
// comes back. The twin of a binlog table's RowPlan and TableEncoder.
// Thread: one reader's
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "encode/table_encoder.h"
#include "mysql/value/row_scratch.h"
#include "mysql/value/text_cell.h"
#include "schema/table.h"

namespace tidemark {

class RowReader {
 public:
  static Result<std::unique_ptr<RowReader>> make(const EncoderContext& encoding, TablePtr table);

  const TablePtr& table() const { return table_; }
  const TableEncoder& encoder() const { return *encoder_; }
  // "`id`, (`f` * 1e0), `name`": every column, in table order.
  const std::string& select_columns() const { return select_columns_; }
  // Cells beyond the table's columns are left to the caller. The row lives until the next call.
  Result<RowView> decode(const char* const* cells, const unsigned long* lengths) {
    return plan_.decode(cells, lengths, scratch_);
  }

 private:
  RowReader(TablePtr table, TextRowPlan plan, std::unique_ptr<TableEncoder> encoder);

  TablePtr table_;
  TextRowPlan plan_;
  std::unique_ptr<TableEncoder> encoder_;
  std::string select_columns_;
  RowScratch scratch_;
};

}  // namespace tidemark

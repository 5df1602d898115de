// SPDX-License-Identifier: Apache-2.0
// Rows of one table version read by SELECT: the columns to ask for, and how to decode and encode what
// comes back. The twin of a binlog table's RowPlan and TableEncoder.
// Thread: one reader's
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "connector/misfits.h"
#include "encode/table_encoder.h"
#include "mysql/value/row_scratch.h"
#include "mysql/value/text_cell.h"
#include "schema/table.h"
#include "snapshot/row_identity.h"

namespace tidemark {

// The columns, by index, that windows know rows by: both producers of rows decode them, whatever records
// show.
std::vector<std::uint32_t> columns_of(const RowIdentity& identity);

class RowReader {
 public:
  // Reads the columns that records show and, `also`, others by index: those that tell rows apart.
  static Result<std::unique_ptr<RowReader>> make(const EncoderContext& encoding, TablePtr table,
                                                 std::span<const std::uint32_t> also = {});

  const TablePtr& table() const { return table_; }
  const TableEncoder& encoder() const { return *encoder_; }
  // "`id`, (`f` * 1e0), `name`": in table order. A constant where no column is needed.
  const std::string& select_columns() const { return select_columns_; }
  // How many cells they are.
  std::size_t columns_selected() const { return selected_; }
  // Cells beyond the selected ones are left to the caller; columns not selected are null. The row
  // lives until the next call.
  // Errors: kCorrupt for a cell that is no value of its column; kUnsupported for a value that its form
  //         cannot say, as event.converting.failure.handling.mode has it
  Result<RowView> decode(const char* const* cells, const unsigned long* lengths) {
    const RowView row = TRY(plan_.decode(cells, lengths, scratch_));
    if (checked_) TRY(misfits_.check(*encoder_, row));
    return row;
  }

 private:
  RowReader(const EncoderContext& encoding, TablePtr table, TextRowPlan plan,
            std::unique_ptr<TableEncoder> encoder, std::span<const std::uint32_t> selected);

  TablePtr table_;
  TextRowPlan plan_;
  std::unique_ptr<TableEncoder> encoder_;
  std::string select_columns_;
  std::size_t selected_;
  bool checked_;
  Misfits misfits_;
  RowScratch scratch_;
};

}  // namespace tidemark

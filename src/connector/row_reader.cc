// SPDX-License-Identifier: Apache-2.0
#include "connector/row_reader.h"

#include <numeric>
#include <utility>
#include <vector>

namespace tidemark {

RowReader::RowReader(TablePtr table, TextRowPlan plan, std::unique_ptr<TableEncoder> encoder)
    : table_(std::move(table)), plan_(std::move(plan)), encoder_(std::move(encoder)) {
  for (const ColumnDef& column : table_->columns) {
    if (!select_columns_.empty()) select_columns_ += ", ";
    select_columns_ += select_expression(column);
  }
}

Result<std::unique_ptr<RowReader>> RowReader::make(const EncoderContext& encoding, TablePtr table) {
  auto encoder = TRY_AT(TableEncoder::compile(encoding, table), table->id.text());
  std::vector<std::uint32_t> every(table->columns.size());
  std::iota(every.begin(), every.end(), 0U);
  auto plan = TRY_AT(TextRowPlan::compile(table, std::move(every)), table->id.text());
  return std::unique_ptr<RowReader>(
      new RowReader(std::move(table), std::move(plan), std::move(encoder)));
}

}  // namespace tidemark

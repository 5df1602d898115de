// SPDX-License-Identifier: Apache-2.0
#include "connector/row_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tidemark {

std::vector<std::uint32_t> columns_of(const RowIdentity& identity) {
  std::vector<std::uint32_t> out;
  for (const IdentityColumn& column : identity.columns) out.push_back(column.column);
  for (const IdentityColumn& column : identity.content) out.push_back(column.column);
  return out;
}

RowReader::RowReader(const EncoderContext& encoding, TablePtr table, TextRowPlan plan,
                     std::unique_ptr<TableEncoder> encoder, std::span<const std::uint32_t> selected)
    : table_(std::move(table)),
      plan_(std::move(plan)),
      encoder_(std::move(encoder)),
      selected_(std::max<std::size_t>(1, selected.size())),
      checked_(encoder_->may_misfit()),
      misfits_(encoding.settings.misfits) {
  for (const std::uint32_t column : selected) {
    if (!select_columns_.empty()) select_columns_ += ", ";
    select_columns_ += select_expression(table_->columns[column]);
  }
  if (selected.empty()) select_columns_ = "1";
}

Result<std::unique_ptr<RowReader>> RowReader::make(const EncoderContext& encoding, TablePtr table,
                                                   std::span<const std::uint32_t> also) {
  auto encoder = TRY_AT(TableEncoder::compile(encoding, table), table->id.text());
  const std::span<const std::uint8_t> needed = encoder->needed_columns();
  std::vector<std::uint32_t> selected;
  for (std::uint32_t i = 0; i < needed.size(); ++i) {
    const bool wanted = needed[i] != 0 || std::find(also.begin(), also.end(), i) != also.end();
    if (wanted) selected.push_back(i);
  }
  auto plan = TRY_AT(TextRowPlan::compile(table, selected), table->id.text());
  return std::unique_ptr<RowReader>(
      new RowReader(encoding, std::move(table), std::move(plan), std::move(encoder), selected));
}

}  // namespace tidemark

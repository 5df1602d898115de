// SPDX-License-Identifier: Apache-2.0
#include "encode/row_plan.h"

#include <algorithm>

#include "encode/json_text.h"

namespace tidemark {

RowPlan::RowPlan(std::span<const PlannedColumn> columns) {
  const auto keep = [&](std::string_view text) {
    const std::size_t at = constants_.size();
    constants_ += text;
    return static_cast<std::uint32_t>(at);
  };
  for (const PlannedColumn& column : columns) {
    const std::string name = (steps_.empty() ? "{" : ",") + json_string(column.name) + ":";
    steps_.push_back({.format = column.format,
                      .column = column.index,
                      .name_at = keep(name),
                      .name_size = static_cast<std::uint32_t>(name.size()),
                      .null_at = keep(column.null_json),
                      .null_size = static_cast<std::uint32_t>(column.null_json.size()),
                      .absent_at = keep(column.absent_json),
                      .absent_size = static_cast<std::uint32_t>(column.absent_json.size())});
    fixed_size_ += name.size() + std::max({cell_size_max(column.format), column.null_json.size(),
                                           column.absent_json.size()});
    if (size_depends(column.format)) texts_.push_back({column.index, column.format});
  }
  fixed_size_ += 2;  // the braces
  constants_.append(16, '\0');
}

std::size_t RowPlan::size_max(RowView row) const {
  std::size_t size = fixed_size_;
  for (const TextColumn& text : texts_) {
    const Value& value = row[text.column];
    if (value.null) continue;
    size += value_size_max(text.format, value);
  }
  return size;
}

bool RowPlan::same(RowView a, RowView b, std::string& scratch) const {
  for (const Step& step : steps_) {
    if (a[step.column].null != b[step.column].null) return false;
  }
  scratch.clear();
  std::size_t a_size = 0;
  scratch.resize_and_overwrite(size_max(a) + size_max(b) + 2 * kWriteSlack,
                               [&](char* data, std::size_t) {
                                 char* const end = write(data, a);
                                 a_size = static_cast<std::size_t>(end - data);
                                 return static_cast<std::size_t>(write(end, b) - data);
                               });
  const std::string_view both = scratch;
  return both.substr(0, a_size) == both.substr(a_size);
}

char* RowPlan::write(char* out, RowView row) const {
  if (steps_.empty()) return write_literal(out, "{}");
  const char* const constants = constants_.data();
  for (const Step& step : steps_) {
    out = write_padded(out, constants + step.name_at, step.name_size);
    const Value& value = row[step.column];
    if (value.null || !has_value(step.format, value)) {
      const bool absent = value.absent() && step.absent_size != 0;
      out = absent ? write_padded(out, constants + step.absent_at, step.absent_size)
                   : write_padded(out, constants + step.null_at, step.null_size);
    } else {
      out = write_cell(out, step.format, value);
    }
  }
  *out++ = '}';
  return out;
}

}  // namespace tidemark

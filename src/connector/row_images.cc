// SPDX-License-Identifier: Apache-2.0
#include "connector/row_images.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark {
namespace {

bool has_placeholder(const TableDef& table, std::size_t column) {
  const std::string& type = table.columns[column].data_type;
  const bool large = type.ends_with("text") || type.ends_with("blob") || type == "json";
  const auto& key = table.key_columns;
  return large && std::find(key.begin(), key.end(), column) == key.end();
}

bool is_captured(const ColumnStep& step) {
  return step.decode != Decode::kSkipFixed && step.decode != Decode::kSkipSized;
}

}  // namespace

Result<ImageGaps> check_images(const RowsReader& reader, const RowPlan& plan,
                               const TableDef& table) {
  const RowsForm form = reader.form();
  ImageGaps gaps;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (!is_captured(plan.steps()[column])) continue;
    const bool no_before = form.has_before() && !reader.before_carries(column);
    const bool no_after = form.has_after() && !reader.after_carries(column);
    if (!no_before && !no_after) continue;
    if (!has_placeholder(table, column)) {
      return fail(
          ErrorKind::kUnsupported,
          fmt::format("a row image of {} lacks column {}, whose value is not to be guessed: it was "
                      "logged with binlog_row_image=MINIMAL",
                      table.id.text(), table.columns[column].name),
          "SET GLOBAL binlog_row_image='FULL' (or 'NOBLOB', for placeholders in place of unchanged "
          "BLOB, TEXT and JSON), let every session reconnect, then take a new snapshot past this "
          "position");
    }
    gaps.any = true;
    gaps.after |= no_after;
  }
  return gaps;
}

}  // namespace tidemark

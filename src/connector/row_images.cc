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

std::unexpected<Error> lacks(const TableDef& table, const ColumnDef& column, bool generated) {
  const std::string what =
      fmt::format("a row image of {} lacks column {}, whose value is not to be guessed",
                  table.id.text(), column.name);
  if (generated)
    return fail(ErrorKind::kUnsupported,
                what + ": this server logs updates and deletes without generated columns",
                fmt::format("add {}.{} to column.exclude.list: the run goes on here, and consumers "
                            "compute the column from the others",
                            table.id.text(), column.name));
  return fail(
      ErrorKind::kUnsupported, what + ": it was logged with binlog_row_image=MINIMAL",
      "SET GLOBAL binlog_row_image='FULL' (or 'NOBLOB', for placeholders in place of unchanged "
      "BLOB, TEXT and JSON), let every session reconnect, then take a new snapshot past this "
      "position");
}

}  // namespace

Result<ImageGaps> check_images(const RowsReader& reader, const RowPlan& plan, const TableDef& table,
                               bool on_mariadb) {
  const RowsForm form = reader.form();
  ImageGaps gaps;
  const ColumnDef* generated = nullptr;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (!is_captured(plan.steps()[column])) continue;
    const bool no_before = form.has_before() && !reader.before_carries(column);
    const bool no_after = form.has_after() && !reader.after_carries(column);
    if (!no_before && !no_after) continue;
    if (on_mariadb && form.has_before() && !no_before) {
      gaps.unchanged = true;
      continue;
    }
    const ColumnDef& def = table.columns[column];
    if (on_mariadb && def.generated) {
      if (generated == nullptr) generated = &def;
      continue;  // to see whether only such are missing
    }
    if (!has_placeholder(table, column)) return lacks(table, def, false);
    gaps.any = true;
    gaps.after |= no_after;
  }
  if (generated != nullptr) return lacks(table, *generated, true);
  return gaps;
}

}  // namespace tidemark

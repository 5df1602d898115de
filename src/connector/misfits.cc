// SPDX-License-Identifier: Apache-2.0
#include "connector/misfits.h"

#include <fmt/format.h>

#include <string>

#include "base/log.h"

namespace tidemark {

Status Misfits::check(const TableEncoder& encoder, RowView row) {
  if (row.empty()) return {};
  const auto misfit = encoder.check_fit(row);
  if (!misfit) return {};
  const std::string column = encoder.table()->id.text() + "." + misfit->column->name;
  constexpr std::string_view kOtherMode =
      "time.precision.mode=adaptive_time_microseconds takes every value";
  if (misfit->required || mode_ == MisfitMode::kFail) {
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("a value of {} ({}) is beyond what its form in records can say{}", column,
                    misfit->column->column_type,
                    misfit->required ? ", and the column takes neither null nor a default" : ""),
        fmt::format(
            "{}{}", kOtherMode,
            misfit->required ? "" : "; event.converting.failure.handling.mode=warn shows null"));
  }
  if (!told_.insert(column).second) return {};
  const auto level = mode_ == MisfitMode::kWarn ? log::Level::kWarn : log::Level::kDebug;
  log::write(level, "encode.value_does_not_fit",
             {{"column", column},
              {"type", misfit->column->column_type},
              {"shown", "null or the default, for this value and all like it"},
              {"do", kOtherMode}});
  return {};
}

}  // namespace tidemark

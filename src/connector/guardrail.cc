// SPDX-License-Identifier: Apache-2.0
#include "connector/guardrail.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/log.h"

namespace tidemark {

Status check_guardrail(const CaptureSettings& settings, std::size_t tables) {
  if (settings.tables_max == 0 || std::cmp_less_equal(tables, settings.tables_max)) return {};
  const std::string problem =
      fmt::format("{} tables are captured, and guardrail.collections.max allows {}", tables,
                  settings.tables_max);
  const std::string remedy =
      "narrow database.include.list and table.include.list, or raise guardrail.collections.max";
  if (settings.fail_above_max) return fail(ErrorKind::kRejected, problem, remedy);
  log::warn("capture.above_guardrail", {{"problem", problem}, {"do", remedy}});
  return {};
}

}  // namespace tidemark

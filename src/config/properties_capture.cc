// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> capture_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"database.include.list", T::kRegexList, "", "", S::kSupported, "", "Databases to capture."},
      {"database.exclude.list", T::kRegexList, "", "", S::kSupported, "",
       "Databases to leave out; not together with the include list."},
      {"table.include.list", T::kRegexList, "", "", S::kSupported, "",
       "Tables to capture, matched against `db.table`."},
      {"table.exclude.list", T::kRegexList, "", "", S::kSupported, "",
       "Tables to leave out; not together with the include list."},
      {"table.ignore.builtin", T::kBool, "true", "", S::kSupported, "",
       "Leave out `mysql`, `sys`, `performance_schema` and `information_schema`. With `false` "
       "tables of the first two are captured like any others; the last two store no rows and are "
       "always left out."},
      {"column.include.list", T::kRegexList, "", "", S::kSupported, "",
       "Columns that rows show, matched against `db.table.column`. Keys keep theirs."},
      {"column.exclude.list", T::kRegexList, "", "", S::kSupported, "",
       "Columns that rows do not show; not together with the include list. Keys keep theirs."},
      {"schema.include.list", T::kRegexList, "", "", S::kRefused, "",
       "Tables of MySQL have no schema."},
      {"schema.exclude.list", T::kRegexList, "", "", S::kAccepted, "",
       "Tables of MySQL have no schema: excludes nothing."},
      {"skipped.operations", T::kList, "t", "c u d t r none", S::kSupported, "",
       "Kinds of change not emitted while streaming. Signals are obeyed whatever is skipped."},
      {"skip.messages.without.change", T::kBool, "false", "", S::kSupported, "",
       "Drop updates whose record would show the same before and after."},
      {"gtid.source.includes", T::kRegexList, "", "", S::kSupported, "",
       "UUIDs of the servers, or expressions for them, whose GTIDs decide where to resume. "
       "Refused with the MariaDB connector."},
      {"gtid.source.excludes", T::kRegexList, "", "", S::kSupported, "",
       "UUIDs of the servers, or expressions for them, whose GTIDs do not. "
       "Refused with the MariaDB connector."},
      {"gtid.source.filter.dml.events", T::kBool, "true", "", S::kSupported, "",
       "With such a list: drop row changes of the servers that do not count. Their changes of "
       "table structure are followed all the same."},
      {"gtid.ignore.on.recovery", T::kBool, "false", "", S::kSupported, "",
       "Resume by file and position though GTIDs are known."},
      {"guardrail.collections.max", T::kInt, "0", ">= 0", S::kSupported, "",
       "Most tables to capture, the signal table not counted; 0: any number. Looked at at the "
       "start and when a table comes into being."},
      {"guardrail.collections.limit.action", T::kEnum, "warn", "warn fail", S::kSupported, "",
       "What to do when there are more: say so in the log, or end."},
  });
  return kTable;
}

}  // namespace tidemark

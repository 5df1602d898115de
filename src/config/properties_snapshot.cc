// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> snapshot_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"snapshot.mode", T::kEnum, "initial",
       "always initial initial_only when_needed no_data recovery configuration_based custom "
       "incremental",
       S::kSupported, "",
       "What to read at start (docs/operating/snapshots.md). `incremental` is Tidemark's own: the "
       "first load without locks, resumable, while the stream runs."},
      {"snapshot.mode.custom.name", T::kText, "", "", S::kSupported, "",
       "With `snapshot.mode=custom`: the name of a built-in mode, `when_needed_no_data` included."},
      {"snapshot.mode.configuration.based.snapshot.data", T::kBool, "false", "", S::kSupported, "",
       "With `configuration_based`: read rows at every start."},
      {"snapshot.mode.configuration.based.snapshot.schema", T::kBool, "false", "", S::kSupported,
       "", "With `configuration_based`: read structures at every start."},
      {"snapshot.mode.configuration.based.start.stream", T::kBool, "false", "", S::kSupported, "",
       "With `configuration_based`: stream afterwards."},
      {"snapshot.mode.configuration.based.snapshot.on.schema.error", T::kBool, "false", "",
       S::kSupported, "",
       "With `configuration_based`: read the structures again where the stored ones are lost."},
      {"snapshot.mode.configuration.based.snapshot.on.data.error", T::kBool, "false", "",
       S::kSupported, "",
       "With `configuration_based`: a new snapshot where the server has purged the stored "
       "position."},
      {"snapshot.locking.mode", T::kEnum, "minimal",
       "minimal minimal_percona minimal_percona_no_table_locks extended none custom", S::kSupported,
       "minimal minimal_percona minimal_percona_no_table_locks extended none",
       "How other sessions are held back (docs/operating/snapshots.md). `minimal`: until the "
       "position is taken and the structure read."},
      {"snapshot.locking.mode.custom.name", T::kText, "", "", S::kAccepted, "",
       "Matters with `snapshot.locking.mode=custom` only."},
      {"snapshot.lock.timeout.ms", T::kLong, "10000", ">= 0", S::kSupported, "",
       "Longest wait for a lock."},
      {"snapshot.query.mode", T::kEnum, "select_all", "select_all custom", S::kRefused, "",
       "How rows are selected."},
      {"snapshot.query.mode.custom.name", T::kText, "", "", S::kAccepted, "",
       "Matters with `snapshot.query.mode=custom` only."},
      {"snapshot.include.collection.list", T::kRegexList, "", "", S::kSupported, "",
       "Captured tables whose rows are read."},
      {"snapshot.select.statement.overrides", T::kList, "", "", S::kSupported, "",
       "Tables with a SELECT of their own for the snapshot at start."},
      {"snapshot.select.statement.overrides.<x>", T::kText, "", "", S::kSupported, "",
       "That SELECT. It must yield every column of the table, by name."},
      {"snapshot.fetch.size", T::kInt, "", ">= 0", S::kAccepted, "",
       "Rows are always streamed here."},
      {"min.row.count.to.stream.results", T::kInt, "1000", ">= 0", S::kAccepted, "",
       "Rows are always streamed here."},
      {"snapshot.delay.ms", T::kLong, "0", ">= 0", S::kSupported, "", "Wait before the snapshot."},
      {"streaming.delay.ms", T::kLong, "0", ">= 0", S::kSupported, "",
       "Wait between snapshot and streaming."},
      {"snapshot.max.threads", T::kInt, "1", "1..64", S::kSupported, "",
       "Connections that read rows, all in one consistent view."},
      {"snapshot.max.threads.multiplier", T::kInt, "1", "1..1000", S::kSupported, "",
       "Key ranges per table and thread."},
      {"snapshot.max.threads.multiplier.<x>", T::kInt, "", "1..1000", S::kSupported, "",
       "The same for one table, `db.table`."},
      {"legacy.snapshot.max.threads", T::kBool, "false", "", S::kSupported, "",
       "One table a thread: tables are not divided."},
      {"internal.legacy.snapshot.max.threads", T::kBool, "false", "", S::kSupported, "",
       "Old name of `legacy.snapshot.max.threads`."},
      {"snapshot.tables.order.by.row.count", T::kEnum, "disabled", "ascending descending disabled",
       S::kSupported, "", "Order of tables by estimated rows."},
      {"internal.snapshot.scan.all.columns.force", T::kBool, "false", "", S::kAccepted, "",
       "How metadata is read cannot matter here."},
      {"internal.log.position.check.enable", T::kBool, "true", "", S::kRefused, "",
       "Check at start that the stored position is still on the server."},
      {"test.disable.global.locking", T::kText, "false", "", S::kRefused, "",
       "Test hook of the original."},
  });
  return kTable;
}

}  // namespace tidemark

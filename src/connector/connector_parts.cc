// SPDX-License-Identifier: Apache-2.0
#include "connector/connector_parts.h"

#include "base/version.h"

namespace tidemark {
namespace {

CaptureFilter filter_of(const Settings& settings) {
  const CaptureSettings& capture = settings.capture;
  return CaptureFilter({.database_include = capture.database_include,
                        .database_exclude = capture.database_exclude,
                        .table_include = capture.table_include,
                        .table_exclude = capture.table_exclude,
                        .ignore_builtin = capture.ignore_builtin,
                        .signal_table = signal_table_of(settings)});
}

}  // namespace

std::optional<TableId> signal_table_of(const Settings& settings) {
  const auto& collection = settings.signal.data_collection;
  if (!collection || !settings.signal.source_channel) return std::nullopt;
  return TableId{collection->database, collection->table};
}

bool reads_in_chunks(const Settings& settings) {
  return settings.read_only || signal_table_of(settings).has_value();
}

ConnectorParts::ConnectorParts(const Settings& the_settings, const Clock& the_clock,
                               const std::stop_token& stop)
    : settings(the_settings),
      clock(the_clock),
      encoding{.settings = settings.encode,
               .rules = settings.rules,
               .topic_prefix = settings.topic_prefix,
               .topic_delimiter = settings.topic_delimiter,
               .topic_naming = settings.topic_naming,
               .connector_version = TIDEMARK_VERSION,
               .connector_name = std::string(server_kind_text(settings.server_kind)),
               .run_id = Uuid::time_ordered(clock.wall_ns()).text(),
               .task_id = "0",
               .topics = &topics},
      notifications(settings, topics, clock),
      desk(settings.server, stop),
      tables(filter_of(settings), encoding, signal_table_of(settings)) {}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What is told of incremental snapshots: Incremental's notifications.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "connector/incremental.h"

namespace tidemark {
namespace {

std::string_view status_of(const SnapshotOutcome& outcome) {
  if (outcome.status == "EMPTY") return "EMPTY";
  return outcome.status == "COMPLETED" ? "SUCCEEDED" : "SQL_EXCEPTION";
}

bool has_signal(const IncrementalState& state, std::string_view signal_id) {
  return std::ranges::any_of(state.tables,
                             [&](const auto& table) { return table.signal_id == signal_id; });
}

Notifications::Data scanned(std::string collections, std::string collection, std::uint64_t rows,
                            std::string_view status) {
  return {{"data_collections", std::move(collections)},
          {"scanned_collection", std::move(collection)},
          {"total_rows_scanned", std::to_string(rows)},
          {"status", std::string(status)}};
}

}  // namespace

const Notifications* Incremental::notifications() const {
  const Notifications* const told = parts_.notifications;
  return told != nullptr && told->on() ? told : nullptr;
}

void Incremental::tell_queued(const std::string& signal_id, const std::vector<TableId>& queued,
                              const std::vector<TableId>& refused,
                              const std::vector<UnmatchedPattern>& unknown) {
  const Notifications* const told = notifications();
  if (told == nullptr) return;
  RecordBatch& batch = parts_.output.batch();
  const std::string list = comma_list(queued);
  if (!queued.empty())
    told->incremental("STARTED", signal_id, {{"data_collections", list}}, signal_id, batch);
  for (const TableId& table : refused) {
    told->incremental("TABLE_SCAN_COMPLETED", signal_id,
                      scanned(list, table.text(), 0, "NO_PRIMARY_KEY"), signal_id, batch);
  }
  for (const UnmatchedPattern& pattern : unknown) {
    told->incremental("TABLE_SCAN_COMPLETED", signal_id,
                      scanned(list, pattern.pattern, 0, "UNKNOWN_SCHEMA"), signal_id, batch);
  }
}

// PAUSED, RESUMED: of all that is queued or read, under the name of the first.
void Incremental::tell_of_run(std::string_view type, const std::string& signal_id) {
  const Notifications* const told = notifications();
  if (told == nullptr) return;
  const IncrementalState state = parts_.director.state();
  if (state.tables.empty()) return;
  told->incremental(type, state.tables.front().signal_id,
                    {{"data_collections", comma_list(parts_.director.tables())}}, signal_id,
                    parts_.output.batch());
}

// Before its rows, as in the original.
void Incremental::tell_of_chunk(const Window& window) {
  const Notifications* const told = notifications();
  if (told == nullptr || window.rows().rows.empty()) return;
  const auto origin = parts_.director.origin_of(window.spec().id);
  if (!origin) return;
  told->incremental("IN_PROGRESS", origin->signal_id,
                    {{"data_collections", comma_list(parts_.director.tables())},
                     {"current_collection_in_progress", window.spec().table.text()},
                     {"maximum_key", key_text(origin->maximum)},
                     {"last_processed_key", key_text(window.rows().last_key)}},
                    origin->signal_id, parts_.output.batch());
}

// `outcomes` are out of state_.
void Incremental::tell_ended(const std::vector<SnapshotOutcome>& outcomes) {
  const Notifications* const told = notifications();
  if (told == nullptr || outcomes.empty()) return;
  RecordBatch& batch = parts_.output.batch();
  const std::string left = comma_list(parts_.director.tables());
  std::map<std::string, std::string> stopped;  // tables by the signal that asked for them
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const SnapshotOutcome& outcome = outcomes[i];
    const std::string& signal = outcome.signal_id;
    if (outcome.status == "STOPPED") {
      std::string& tables = stopped[signal];
      tables += (tables.empty() ? "" : ",") + outcome.collection;
      continue;
    }
    auto data = scanned(outcome.collection + (left.empty() ? "" : "," + left), outcome.collection,
                        outcome.rows, status_of(outcome));
    if (!outcome.reason.empty()) data.emplace_back("reason", outcome.reason);
    told->incremental("TABLE_SCAN_COMPLETED", signal, std::move(data), signal, batch);
    const bool last =
        std::none_of(outcomes.begin() + static_cast<std::ptrdiff_t>(i) + 1, outcomes.end(),
                     [&](const auto& later) { return later.signal_id == signal; });
    if (last && !has_signal(*state_, signal))
      told->incremental("COMPLETED", signal, {}, signal, batch);
  }
  for (auto& [signal, tables] : stopped) {
    told->incremental("ABORTED", signal, {{"data_collections", std::move(tables)}}, stopped_by_,
                      batch);
  }
}

}  // namespace tidemark

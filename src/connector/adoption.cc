// SPDX-License-Identifier: Apache-2.0
#include "connector/adoption.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "connector/gtid_sources.h"
#include "connector/preflight.h"
#include "connector/take_over.h"
#include "mysql/client/schema_reader.h"

namespace tidemark {
namespace {

// Those of the stored offset; or why they are lost.
Result<std::optional<Error>> load_structures(ConnectorParts& parts) {
  if (parts.settings.history.kind == HistoryKind::kNone && parts.loaded->from_debezium) {
    return Error(ErrorKind::kCorrupt,
                 "Debezium's offset is taken over, and there is no schema history that would say "
                 "how the tables were at that place",
                 "name Debezium's in schema.history.internal, or start once with "
                 "snapshot.mode=recovery, which reads the present structures");
  }
  auto tables = parts.schemas->load(*parts.stored);
  if (!tables && tables.error().kind() == ErrorKind::kCorrupt) return std::move(tables).error();
  parts.structures = TRY(std::move(tables));
  return std::nullopt;
}

// Has the server purged what follows the stored offset, and why?
Result<std::optional<Error>> position_lost(ConnectorParts& parts) {
  GtidSources sources(parts.settings.gtid);
  const GtidSources::Resume resume =
      TRY(sources.resume(parts.stored->offset, parts.server.gtid_purged));
  auto there = parts.desk.ask(
      [&](Connection& connection) { return check_position_available(connection, resume.check); });
  if (there) return std::nullopt;
  if (there.error().kind() == ErrorKind::kPositionLost) return std::move(there).error();
  return std::unexpected(std::move(there).error());
}

// By Debezium's history; nothing where that says nothing, or something else than the server has.
std::optional<TableDef> completed_from(const std::vector<TableModel>& models,
                                       const TableDef& present) {
  const auto model = std::ranges::find(models, present.id, &TableModel::id);
  if (model == models.end()) return std::nullopt;
  std::optional<TableDef> out = completed(*model, present);
  if (!out) {
    log::warn(
        "schema.history_differs",
        {{"table", present.id.text()},
         {"meaning",
          "Debezium's schema history has other columns than the server: the table was altered "
          "since, or its types are noted in another way. Rows say which holds"}});
  }
  return out;
}

}  // namespace

Status decide(ConnectorParts& parts, SnapshotFacts facts) {
  if (parts.stored) {
    facts.stored = parts.stored->offset.initial_snapshot_running ? StoredOffset::kIncomplete
                                                                 : StoredOffset::kComplete;
  }
  if (facts.stored == StoredOffset::kComplete) facts.structures_lost = TRY(load_structures(parts));
  facts.position_lost = [&parts] { return position_lost(parts); };
  parts.decision = TRY(decide_snapshot(parts.settings.snapshot, facts));
  if (parts.decision.from != SnapshotDecision::From::kStored &&
      facts.stored == StoredOffset::kComplete) {
    log::warn("snapshot.offset_discarded",
              {{"position", parts.stored->offset.position.text()},
               {"why", "snapshot.mode asks for a new snapshot; deletes since then are not seen"}});
  }
  return {};
}

// The structures that the rows after the stored position were written with; and for a first load in
// chunks its place in the log, which comes before the structures are read.
Status adopt_structures(ConnectorParts& parts) {
  using From = SnapshotDecision::From;
  if (parts.decision.from == From::kLogEnd) {
    LogEnd end = TRY(parts.desk.ask([](Connection& c) { return read_log_end(c); }));
    parts.start = {.position = std::move(end.position),
                   .gtids = std::move(end.gtids),
                   .gtid_mode = parts.server.gtid_mode == "ON",
                   .maria_gtids = std::move(end.maria_gtids)};
  }
  parts.listed = TRY(parts.desk.ask([](Connection& c) { return list_tables(c); }));
  TRY(check_limits(parts));
  if (parts.stored) parts.tables.set_revision(parts.stored->schema_revision + 1);
  if (parts.decision.from == From::kView) return {};
  if (parts.decision.structures == SnapshotDecision::Structures::kStored) {
    for (TableDef& def : parts.structures.tables) {
      if (TRY(parts.tables.captures(def.id))) TRY(parts.tables.put(std::move(def), true));
    }
  }
  // Tables that are captured only now, or whose stored structure was not certain.
  std::vector<TableId> unknown;
  for (const TableId& id : parts.listed) {
    if (parts.tables.find(id) == nullptr && TRY(parts.tables.captures(id))) unknown.push_back(id);
  }
  const auto selection = TableSelection::most_of(std::move(unknown), parts.listed.size());
  for (TableDef& def :
       TRY(parts.desk.ask([&](Connection& c) { return read_tables(c, selection); }))) {
    if (parts.tables.find(def.id) != nullptr || !TRY(parts.tables.captures(def.id))) continue;
    // Debezium's model, completed by what the server has, says it for certain.
    std::optional<TableDef> exact = completed_from(parts.structures.models, def);
    const bool certain = exact.has_value();
    TRY(parts.tables.put(certain ? *std::move(exact) : std::move(def), certain));
  }
  return {};
}

// What was stored may be Debezium's, whose snapshot of tables our director is to go on with.
Status adopt_snapshot(ConnectorParts& parts) {
  if (!parts.loaded) return {};
  if (parts.loaded->snapshot_lost) {
    log::warn("snapshot.not_named",
              {{"meaning",
                "Debezium stored this offset amid an incremental snapshot, without the tables that "
                "were still to be read"},
               {"do", "send the execute-snapshot signal again for tables that were not done"}});
  }
  if (!parts.loaded->snapshot) return {};
  TakenOverSnapshot taken = TRY(
      take_over(*parts.loaded->snapshot, [&](const TableId& id) { return parts.tables.def(id); },
                {.operations_skipped = parts.settings.skipped_operations.some_row_changes(),
                 .message_keys = !parts.settings.rules.message_keys.empty()}));
  const TableSnapshotState& table = taken.state.tables.front();
  const std::string first = table.database + "." + table.table;
  if (taken.started_over) {
    log::warn("snapshot.started_over",
              {{"table", first},
               {"cause", *taken.started_over},
               {"meaning",
                "the cursor of Debezium's snapshot does not say where we would be: rows "
                "that came before come again"}});
  }
  log::info("snapshot.taken_over",
            {{"table", first},
             {"from", table.started ? "the last key that was sent" : "its start"},
             {"tables_behind_it", taken.state.tables.size() - 1}});
  parts.stored->incremental = std::move(taken.state);
  return {};
}

}  // namespace tidemark

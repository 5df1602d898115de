// SPDX-License-Identifier: Apache-2.0
#include "store/history_store.h"

#include <fmt/format.h>

#include <vector>

namespace tidemark {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

using TableMap = std::map<TableId, TablePtr>;

TablePtr find(const TableMap& tables, const TableId& id) {
  const auto found = tables.find(id);
  return found == tables.end() ? nullptr : found->second;
}

// What a record says without a statement of its own; Debezium takes the structure beside it.
std::string note_of(const TableId& id) { return "/* structure of " + quoted(id) + " */"; }

}  // namespace

Status HistoryStore::save(const StructuresToSave& what) {
  std::vector<HistoryLog::Entry> entries;
  const auto add = [&](const HistoryStatement& statement, std::span<const TablePtr> certain) {
    entries.push_back({.record = encode_history(options_.topic_prefix, statement),
                       .structures = encode_structures(certain)});
  };
  const TableMap before = known_;
  TableMap current;
  for (const TablePtr& table : what.tables) current[table->id] = table;
  for (const HistoryStatement& statement : what.statements) {
    std::vector<TablePtr> certain;
    for (const HistoryStatement::Change& change : statement.changes) {
      if (change.renamed_from) known_.erase(*change.renamed_from);
      known_.erase(change.id);
      const TablePtr now = find(current, change.id);
      if (change.action == TableAction::kDrop || change.table == nullptr || now == nullptr)
        continue;
      if (!now->same_structure(*change.table)) continue;
      certain.push_back(now);
      known_[change.id] = now;
    }
    add(statement, certain);
  }
  const auto settle = [&](TableAction action, const TablePtr& table, bool certain) {
    HistoryStatement record{.database = table->id.database,
                            .ddl = note_of(table->id),
                            .at = what.at,
                            .ts_ms = clock_.wall_ns() / kNsPerMs};
    record.changes.push_back({.action = action, .id = table->id, .table = table});
    add(record, certain ? std::span(&table, 1) : std::span<const TablePtr>());
  };
  if (what.revision) {
    for (const TablePtr& table : what.tables) {
      TablePtr& known = known_[table->id];
      if (known != nullptr && known->same_structure(*table)) continue;
      settle(before.contains(table->id) ? TableAction::kAlter : TableAction::kCreate, table, true);
      known = table;
    }
    for (auto entry = known_.begin(); entry != known_.end();) {
      if (find(current, entry->first) != nullptr) {
        ++entry;
        continue;
      }
      // In doubt: a restart has to look at it again. Debezium learns nothing new.
      settle(TableAction::kAlter, entry->second, false);
      entry = known_.erase(entry);
    }
  }
  if (entries.empty()) return {};
  auto appended = log_->append(entries);
  if (!appended) known_ = before;
  return appended;
}

Result<StoredStructures> HistoryStore::load(const ResumeState& state) {
  HistoryTables tables;
  std::size_t ours = 0;
  std::size_t number = 0;
  const auto visit = [&](std::string_view text,
                         std::optional<std::string_view> structures) -> Status {
    ++number;
    auto record = decode_history(text, structures);
    if (!record)
      return std::unexpected(std::move(record).error().at(fmt::format("record {}", number)));
    if (record->topic_prefix != options_.topic_prefix) return {};
    ++ours;
    if (holds_at(record->at, state.offset)) tables.apply(*record);
    return {};
  };
  TRY_AT(log_->read(visit), log_->where());
  if (ours == 0 && options_.before != nullptr) return options_.before->load(state);
  if (ours == 0) {
    return fail(
        ErrorKind::kCorrupt,
        fmt::format("the schema history ({}) knows nothing of topic.prefix {}, and there is "
                    "an offset to go on from",
                    log_->where(), options_.topic_prefix),
        "start once with snapshot.mode=recovery, which reads the present structures");
  }
  StoredStructures out = tables.take();
  known_.clear();
  for (const TableDef& table : out.tables)
    known_[table.id] = std::make_shared<const TableDef>(table);
  return out;
}

}  // namespace tidemark

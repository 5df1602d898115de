// SPDX-License-Identifier: Apache-2.0
// Table structures that belong to the offset, so that a restart reads rows under the structure they were
// written with: files of our own beside the offset file (schema_store.h), or a schema history in Debezium's
// form (history_store.h).
// Thread:   one at a time; save on the delivery thread, before OffsetStore::commit of the same offset
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "change/offset.h"
#include "encode/table_model.h"
#include "schema/definition.h"
#include "schema/table.h"

namespace tidemark {

// A statement that defines tables, as a history keeps it.
struct HistoryStatement {
  struct Change {
    TableAction action = TableAction::kAlter;
    TableId id = {};  // after the statement
    std::optional<TableId> renamed_from = {};
    TablePtr table = {};  // as the server had it when the statement was reached; null: gone by then
  };
  std::string database = {};  // empty: the whole server
  std::string ddl = {};
  std::vector<Change> changes = {};
  Offset at = {};  // before the statement
  std::int64_t ts_ms = 0;  // wall clock
};

// What becomes durable before an offset.
struct StructuresToSave {
  const Offset& at;
  // Of the tables: certain structures alone. Absent: nothing changed since the last save.
  std::optional<std::uint64_t> revision = {};
  std::span<const TablePtr> tables = {};
  std::span<const HistoryStatement> statements = {};  // since the last save, none behind `at`
};

struct StoredStructures {
  std::vector<TableDef> tables;  // exactly as they were at the offset
  std::vector<TableModel> models;  // of others, what Debezium noted of them
};

class StructureStore {
 public:
  StructureStore() = default;
  virtual ~StructureStore() = default;
  StructureStore(const StructureStore&) = delete;
  StructureStore& operator=(const StructureStore&) = delete;

  // Durable when it returns, or with the offset in one step. Errors: as the store
  virtual Status save(const StructuresToSave& what) = 0;
  // Those that the rows after `state.offset` were written with.
  // Errors: kCorrupt when they are missing or torn; kRejected for a newer version.
  virtual Result<StoredStructures> load(const ResumeState& state) = 0;
  // The offset that names this revision is stored: what only earlier ones need may go.
  virtual Status keep_only(std::uint64_t revision) = 0;
};

}  // namespace tidemark

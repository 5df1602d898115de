// SPDX-License-Identifier: Apache-2.0
// One record of the schema history, in Debezium's form: a statement, where it stands, and what it made.
//
//   {"source":{"server":"p"},"position":{..as in debezium_offset.h..},"ts_ms":n,"databaseName":"d","ddl":"..",
//    "tableChanges":[{"type":"ALTER","id":"\"d\".\"t\"","previousId":"..","table":{"defaultCharsetName":"..",
//     "primaryKeyColumnNames":[..],"columns":[..],"attributes":[]},"comment":".."}]}
//
// In the topic it is laid out by pretty_json, in a file on one line. Debezium's model of a table leaves out
// what rows need, so ours stands beside it: in the topic as header `tidemark`, in a file as a member of that
// name, which Debezium passes over. It is {"version":1,"tables":[..]} as in schema_format.h, with the tables of
// the record whose structure is certain. A record without it is Debezium's.
// Source:  Debezium 3.6: HistoryRecord, JsonTableChangeSerializer, HistoryRecordComparator
// Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/offset.h"
#include "schema/table.h"
#include "store/structure_store.h"

namespace tidemark {

inline constexpr std::string_view kStructuresName = "tidemark";

// Without our member. Compact.
std::string encode_history(std::string_view topic_prefix, const HistoryStatement& statement);
// Compact, too.
std::string encode_structures(std::span<const TablePtr> tables);
// The record with our member at its end.
std::string with_structures(std::string record, std::string_view structures);

// A record as it is read back.
struct HistoryRecord {
  struct Change {
    TableAction action = TableAction::kAlter;
    TableId id = {};
    std::optional<TableId> renamed_from = {};
    std::optional<TableModel> model = {};
  };
  std::string topic_prefix;
  Offset at;
  std::string database;
  std::string ddl;
  std::vector<Change> changes;
  // Ours; absent in Debezium's records.
  std::optional<std::vector<TableDef>> structures;
};

// `structures`: of the header; in a file the member. Errors: kCorrupt naming the member; kRejected for a
// newer version of ours.
Result<HistoryRecord> decode_history(std::string_view text,
                                     std::optional<std::string_view> structures);

// Does what the record says hold at the offset?
bool holds_at(const Offset& record, const Offset& offset);

// Tables while a history is gone through, in its order.
class HistoryTables {
 public:
  void apply(const HistoryRecord& record);
  StoredStructures take();

 private:
  struct Known {
    std::optional<TableDef> exact;
    std::optional<TableModel> model;
  };
  std::map<TableId, Known> tables_;
};

// The structure that `model` describes, out of the columns that the server's present one has: they have to be
// the same, their order may differ and some may have been added since. Nothing where it cannot be told.
std::optional<TableDef> completed(const TableModel& model, const TableDef& present);

}  // namespace tidemark

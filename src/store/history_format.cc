// SPDX-License-Identifier: Apache-2.0
#include "store/history_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/json.h"
#include "schema/statement.h"
#include "store/debezium_offset.h"
#include "store/json_layout.h"
#include "store/schema_format.h"

namespace tidemark {
namespace {

std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : quoted_json(text);
}

std::string list_json(std::span<const std::string> texts) {
  std::string out = "[";
  for (const std::string& text : texts) {
    if (out.size() > 1) out += ',';
    out += quoted_json(text);
  }
  return out + "]";
}

std::string column_json(const ColumnModel& column, std::size_t position) {
  const std::string type = quoted_json(column.type);
  std::string out = "{\"name\":" + quoted_json(column.name);
  out += ",\"jdbcType\":" + std::to_string(column.jdbc_type);
  out += ",\"typeName\":" + type + ",\"typeExpression\":" + type;
  out += ",\"charsetName\":" + text_or_null(column.charset);
  if (column.length) out += ",\"length\":" + std::to_string(*column.length);
  if (column.scale) out += ",\"scale\":" + std::to_string(*column.scale);
  out += ",\"position\":" + std::to_string(position);
  out += column.optional ? ",\"optional\":true" : ",\"optional\":false";
  const char* const automatic = column.automatic ? "true" : "false";
  out += std::string(",\"autoIncremented\":") + automatic + ",\"generated\":" + automatic;
  out += ",\"comment\":" + text_or_null(column.comment);
  // What may be NULL has that as its default.
  const bool has_default = column.optional || column.default_text.has_value();
  out += has_default ? ",\"hasDefaultValue\":true" : ",\"hasDefaultValue\":false";
  if (column.default_text)
    out += ",\"defaultValueExpression\":" + quoted_json(*column.default_text);
  return out + ",\"enumValues\":" + list_json(column.members) + "}";
}

std::string table_json(const TableModel& table) {
  std::string out = "{\"defaultCharsetName\":" + text_or_null(table.charset);
  out += ",\"primaryKeyColumnNames\":" + list_json(table.key) + ",\"columns\":[";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) out += ',';
    out += column_json(table.columns[i], i + 1);
  }
  return out + "],\"attributes\":[]}";
}

std::string change_json(const HistoryStatement::Change& change) {
  // A table that is gone by now has no structure to note; its own DROP follows.
  const bool drop = change.action == TableAction::kDrop || change.table == nullptr;
  std::string out =
      "{\"type\":" + quoted_json(to_string(drop ? TableAction::kDrop : change.action));
  out += ",\"id\":" + quoted_json(double_quoted(change.id));
  if (drop) return out + "}";
  if (change.renamed_from)
    out += ",\"previousId\":" + quoted_json(double_quoted(*change.renamed_from));
  TableModel model = model_of(*change.table);
  model.id = change.id;
  out += ",\"table\":" + table_json(model);
  return out + ",\"comment\":" + text_or_null(model.comment) + "}";
}

// -- reading --

std::optional<std::uint32_t> number_at(const JsonReader& in, std::string_view name) {
  return in.has(name) ? std::optional(in.u32_or(name, 0)) : std::nullopt;
}

ColumnModel read_column(const JsonReader& in) {
  ColumnModel out{.name = in.text("name")};
  out.type = in.text("typeName");
  out.charset = in.text_or("charsetName", "");
  out.length = number_at(in, "length");
  out.scale = number_at(in, "scale");
  out.optional = in.boolean_or("optional", true);
  out.members = in.texts_or_none("enumValues");
  return out;
}

TableModel read_model(const JsonReader& in, const TableId& id) {
  TableModel out{.id = id};
  out.key = in.texts_or_none("primaryKeyColumnNames");
  in.each("columns", [&](const JsonReader& item) { out.columns.push_back(read_column(item)); });
  return out;
}

TableId read_id(const JsonReader& in, std::string_view name) {
  std::optional<TableId> id = parse_double_quoted(in.text(name));
  if (!id) in.note("is no \"database\".\"table\"", name);
  return std::move(id).value_or(TableId());
}

HistoryRecord::Change read_change(const JsonReader& in) {
  HistoryRecord::Change out{.action = TableAction::kAlter, .id = read_id(in, "id")};
  const std::string type = in.text("type");
  if (type == to_string(TableAction::kCreate)) out.action = TableAction::kCreate;
  if (type == to_string(TableAction::kDrop)) out.action = TableAction::kDrop;
  if (in.has("previousId")) out.renamed_from = read_id(in, "previousId");
  if (in.has("table")) out.model = read_model(in.object("table"), out.id);
  return out;
}

std::unexpected<Error> corrupt(const JsonProblem& problem) {
  return fail(
      ErrorKind::kCorrupt,
      fmt::format("a record of the schema history is not as it should be: {}", problem.text()),
      "start once with snapshot.mode=recovery, which reads the present structures");
}

// -- places --

// Name and number of a binlog file: mysql-bin.000003.
std::pair<std::string_view, std::uint64_t> parts_of(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos) return {file, 0};
  std::uint64_t number = 0;
  std::from_chars(file.data() + dot + 1, file.data() + file.size(), number);
  return {file.substr(0, dot), number};
}

bool earlier_or_same(const Offset& a, const Offset& b) {
  if (a.server_id != 0 && b.server_id != 0 && a.server_id != b.server_id)
    return a.ts_sec <= b.ts_sec;
  const auto [name_a, number_a] = parts_of(a.position.file);
  const auto [name_b, number_b] = parts_of(b.position.file);
  if (name_a != name_b) return true;
  return std::tuple(number_a, a.position.pos, a.events_to_skip, a.rows_to_skip) <=
         std::tuple(number_b, b.position.pos, b.events_to_skip, b.rows_to_skip);
}

bool contains(const MariaGtidPosition& all, const MariaGtidPosition& part) {
  return std::ranges::all_of(part.gtids(), [&](const MariaGtid& gtid) {
    const std::optional<MariaGtid> last = all.last(gtid.domain);
    return last && gtid.sequence <= last->sequence;
  });
}

// Same names and types: what Debezium notes of a column agrees with what the server has.
bool same_column(const ColumnModel& noted, const ColumnModel& present) {
  const auto same_if_known = [](const auto& a, const auto& b) { return !a || !b || *a == *b; };
  return noted.name == present.name && noted.type == present.type &&
         same_if_known(noted.length, present.length) && same_if_known(noted.scale, present.scale) &&
         (noted.charset.empty() || present.charset.empty() || noted.charset == present.charset) &&
         noted.members == present.members;
}

}  // namespace

std::string encode_history(std::string_view topic_prefix, const HistoryStatement& statement) {
  ResumeState position;
  position.offset = statement.at;
  std::string out = "{\"source\":{\"server\":" + quoted_json(topic_prefix) + "}";
  out += ",\"position\":" + encode_debezium_offset(position);
  out += ",\"ts_ms\":" + std::to_string(statement.ts_ms);
  out += ",\"databaseName\":" + quoted_json(statement.database);
  out += ",\"ddl\":" + quoted_json(statement.ddl) + ",\"tableChanges\":[";
  for (const HistoryStatement::Change& change : statement.changes) {
    if (&change != statement.changes.data()) out += ',';
    out += change_json(change);
  }
  return out + "]}";
}

std::string encode_structures(std::span<const TablePtr> tables) {
  return compact_json(encode_tables(tables));
}

std::string with_structures(std::string record, std::string_view structures) {
  record.pop_back();
  return record + ",\"" + std::string(kStructuresName) + "\":" + std::string(structures) + "}";
}

Result<HistoryRecord> decode_history(std::string_view text,
                                     std::optional<std::string_view> structures) {
  const auto document = JsonDocument::parse(text);
  if (!document) return corrupt(document.error());
  std::optional<JsonProblem> problem;
  const JsonReader in = document->root(problem);
  HistoryRecord out;
  out.topic_prefix = in.object("source").text_or("server", "");
  out.at = read_debezium_offset(in.object("position")).offset;
  out.database = in.text_or("databaseName", "");
  out.ddl = in.text_or("ddl", "");
  in.each_or_none("tableChanges",
                  [&](const JsonReader& item) { out.changes.push_back(read_change(item)); });
  if (structures) {
    out.structures = TRY(decode_tables(*structures));
  } else if (in.has(kStructuresName)) {
    out.structures = TRY(decode_tables(in.object(kStructuresName).as_json()));
  }
  if (problem) return corrupt(*problem);
  return out;
}

bool holds_at(const Offset& record, const Offset& offset) {
  const auto same_set = [&] {
    if (!record.initial_snapshot_running && offset.initial_snapshot_running) return false;
    return record.events_to_skip <= offset.events_to_skip;
  };
  if (record.gtid_mode && offset.gtid_mode) {
    if (record.gtids == offset.gtids) return same_set();
    return offset.gtids.contains(record.gtids);
  }
  if (record.maria_gtids && offset.maria_gtids) {
    if (*record.maria_gtids == *offset.maria_gtids) return same_set();
    return contains(*offset.maria_gtids, *record.maria_gtids);
  }
  if (offset.by_gtid()) return true;
  if (record.by_gtid()) return false;
  return earlier_or_same(record, offset);
}

void HistoryTables::apply(const HistoryRecord& record) {
  for (const HistoryRecord::Change& change : record.changes) {
    if (change.renamed_from) tables_.erase(*change.renamed_from);
    if (change.action == TableAction::kDrop) {
      tables_.erase(change.id);
      continue;
    }
    Known& table = tables_[change.id];
    table = {};
    // Ours says which are certain; what it leaves out has to be looked at again.
    if (!record.structures) table.model = change.model;
  }
  if (record.structures) {
    for (const TableDef& def : *record.structures) tables_[def.id].exact = def;
  }
  if (!record.changes.empty() || record.ddl.empty()) return;
  const Statement statement = Statement::parse(record.ddl, record.database);
  if (statement.kind() != StatementKind::kDropDatabase) return;
  std::erase_if(tables_, [&](const auto& entry) {
    return statement.mentions_database(entry.first.database);
  });
}

StoredStructures HistoryTables::take() {
  StoredStructures out;
  for (auto& [id, table] : tables_) {
    if (table.exact) {
      out.tables.push_back(*std::move(table.exact));
    } else if (table.model) {
      out.models.push_back(*std::move(table.model));
    }
  }
  tables_.clear();
  return out;
}

std::optional<TableDef> completed(const TableModel& model, const TableDef& present) {
  const TableModel now = model_of(present);
  TableDef out = present;
  out.columns.clear();
  std::vector<std::string> names;
  for (const ColumnModel& column : model.columns) {
    const auto found = std::ranges::find(now.columns, column.name, &ColumnModel::name);
    if (found == now.columns.end() || !same_column(column, *found)) return std::nullopt;
    out.columns.push_back(present.columns[static_cast<std::size_t>(found - now.columns.begin())]);
  }
  // Which of the columns are the key, and whether of whole columns, the model does not say in full.
  if (model.key != now.key) return std::nullopt;
  const auto moved = [&](std::vector<std::uint32_t>& indexes) {
    for (std::uint32_t& index : indexes) {
      const int place = out.column_index(present.columns[index].name);
      if (place < 0) return false;
      index = static_cast<std::uint32_t>(place);
    }
    return true;
  };
  if (!moved(out.key_columns) || !moved(out.nullable_key_columns)) return std::nullopt;
  return out;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/ddl_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "base/json.h"
#include "encode/side_records.h"
#include "mysql/client/schema_reader.h"
#include "mysql/client/server_info.h"
#include "schema/definition.h"

namespace tidemark {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
// In sql_mode of a QUERY event (MODE_NO_BACKSLASH_ESCAPES in sql/sql_class.h, on both servers).
constexpr std::uint64_t kModeNoBackslashEscapes = 1U << 20U;

std::string text_at(const ResultSet& rows, std::size_t row, std::size_t column) {
  return std::string(rows.rows()[row][column].value_or(""));
}

// `CREATE DATABASE d CHARSET c COLLATE o` for each database.
Result<std::map<std::string, std::string>> read_databases(Connection& connection) {
  const ResultSet rows = TRY(connection.query(
      "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM "
      "information_schema.SCHEMATA"));
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string name = text_at(rows, i, 0);
    out[name] = fmt::format("CREATE DATABASE {} CHARSET {} COLLATE {}", quoted(name),
                            text_at(rows, i, 1), text_at(rows, i, 2));
  }
  return out;
}

Result<std::string> read_charset_statement(Connection& connection) {
  const ResultSet rows =
      TRY(connection.query("SELECT @@global.character_set_server, @@global.collation_server"));
  return fmt::format("SET character_set_server={}, collation_server={}", text_at(rows, 0, 0),
                     text_at(rows, 0, 1));
}

// The table's present structure; what was renamed further by the same statement is looked for under its
// last name.
const TableDef* structure_of(std::span<const DefinedTable> tables, std::size_t index,
                             const std::vector<TableDef>& defs) {
  const TableId* id = &tables[index].id;
  for (std::size_t i = index + 1; i < tables.size(); ++i) {
    if (tables[i].renamed_from == *id) id = &tables[i].id;
  }
  const auto found =
      std::find_if(defs.begin(), defs.end(), [&](const TableDef& def) { return def.id == *id; });
  return found == defs.end() ? nullptr : &*found;
}

// Names of a database's tables as the original joins them: in the order of a Java set of ids.
std::string joined_names(std::span<const DefinedTable> tables, std::string_view database) {
  std::map<std::string, std::string_view> names;  // by db.table
  for (const DefinedTable& table : tables) {
    if (table.id.database == database) names[table.id.text()] = table.id.table;
  }
  std::vector<CollectionCount> order;
  for (const auto& [id, name] : names) order.push_back({.collection = id});
  sort_as_java_map(order);
  std::string out;
  for (const CollectionCount& each : order) {
    if (!out.empty()) out += ',';
    out += names.find(std::string(each.collection))->second;
  }
  return out;
}

void to_lower_case(TableId& id) {
  id.database = lower(id.database);
  id.table = lower(id.table);
}

}  // namespace

DdlLog::DdlLog(Parts parts)
    : parts_(parts), records_(parts.encoding, parts.settings.with_comments) {}

Result<bool> DdlLog::wants(const TableId& id) const {
  if (TRY(parts_.tables.captures(id))) return true;
  return !parts_.settings.only_captured_tables && TRY(parts_.tables.captures_database(id.database));
}

Result<bool> DdlLog::wants(const DefinedTable& table) const {
  return TRY(wants(table.id)) || (table.renamed_from && TRY(wants(*table.renamed_from)));
}

Status DdlLog::write(const SchemaChangeRecord& record, const Offset& before) {
  if (parts_.history) {
    HistoryStatement statement{.database = std::string(record.database),
                               .ddl = std::string(record.ddl),
                               .at = before,
                               .ts_ms = record.ts_ms};
    for (const TableChange& change : record.changes) {
      statement.changes.push_back({.action = change.action,
                                   .id = change.id,
                                   .renamed_from = change.renamed_from,
                                   .table = change.table == nullptr
                                                ? nullptr
                                                : std::make_shared<const TableDef>(*change.table)});
    }
    parts_.output.add(std::move(statement));
  }
  if (!parts_.settings.on) return {};
  RecordBatch& batch = parts_.output.batch();
  records_.append(record, batch);
  // All in one partition: elsewhere their order would be lost.
  batch.placements().resize(batch.records().size() - 1);
  batch.placements().push_back({.partition = 0});
  return parts_.output.relieve();
}

// What follows in the batch at hand would go without a place.
Status DdlLog::end_batch() {
  return parts_.output.batch().placements().empty() ? Status() : parts_.output.send(std::nullopt);
}

Result<DdlLog::Script> DdlLog::read_script(Connection& connection) const {
  std::vector<TableId> ids;
  for (TableId& id : TRY(list_tables(connection))) {
    if (TRY(wants(id))) ids.push_back(std::move(id));
  }
  Script out{.lines = {},
             .tables = TRY(read_tables(connection, TableSelection::of(std::move(ids))))};
  out.lines.push_back({.database = {}, .ddl = TRY(read_charset_statement(connection))});
  for (std::size_t i = 0; i < out.tables.size(); ++i) {
    const TableId& id = out.tables[i].id;
    out.lines.push_back({.database = id.database,
                         .ddl = "DROP TABLE IF EXISTS " + quoted(id),
                         .action = TableAction::kDrop,
                         .table = i});
  }
  const auto databases = TRY(read_databases(connection));
  TRY(connection.execute("SET SESSION sql_quote_show_create = 1"));
  for (std::size_t i = 0; i < out.tables.size(); ++i) {
    const TableId& id = out.tables[i].id;
    if (i == 0 || out.tables[i - 1].id.database != id.database) {
      const auto made = databases.find(id.database);
      out.lines.push_back({id.database, "DROP DATABASE IF EXISTS " + quoted(id.database)});
      out.lines.push_back({id.database, made == databases.end()
                                            ? "CREATE DATABASE " + quoted(id.database)
                                            : made->second});
      out.lines.push_back({id.database, "USE " + quoted(id.database)});
    }
    const ResultSet made = TRY(connection.query("SHOW CREATE TABLE " + quoted(id)));
    out.lines.push_back({.database = id.database,
                         .ddl = text_at(made, 0, 1),
                         .action = TableAction::kCreate,
                         .table = i});
  }
  return out;
}

Status DdlLog::write_script(const Script& script, const Position& at, bool ends_snapshot) {
  const Offset before{.position = at, .initial_snapshot_running = true};
  for (const Script::Line& line : script.lines) {
    const std::int64_t now_ms = parts_.clock.wall_ns() / kNsPerMs;
    const bool last = ends_snapshot && &line == &script.lines.back();
    SchemaChangeRecord record{
        .database = line.database,
        .tables = {},
        .ddl = line.ddl,
        .changes = {},
        .source = {.ts_us = now_ms * 1000,
                   .snapshot = last ? SnapshotMark::kLast : SnapshotMark::kTrue,
                   .gtid = {},
                   .file = at.file,
                   .pos = at.pos},
        .ts_ms = now_ms};
    TableChange change{.action = TableAction::kCreate, .id = {}};
    if (line.action) {
      const TableDef& table = script.tables[line.table];
      change = {.action = *line.action,
                .id = table.id,
                .table = line.action == TableAction::kDrop ? nullptr : &table};
      record.tables = table.id.table;
      record.changes = {&change, 1};
    }
    TRY(write(record, before));
  }
  return end_batch();
}

Status DdlLog::write_statement(const QueryEvent& query, const SourceInfo& source,
                               const Offset& before, ServerDesk& desk) {
  Definition definition =
      definition_of(query.sql, query.database, (query.sql_mode & kModeNoBackslashEscapes) == 0);
  if (parts_.names_in_lower_case) {
    for (DefinedTable& table : definition.tables) {
      to_lower_case(table.id);
      if (table.renamed_from) to_lower_case(*table.renamed_from);
    }
    if (definition.database) definition.database = lower(*definition.database);
  }
  if (definition.database) {
    if (!TRY(parts_.tables.captures_database(*definition.database))) return {};
    TRY(write({.database = *definition.database,
               .tables = {},
               .ddl = query.sql,
               .changes = {},
               .source = source,
               .ts_ms = parts_.clock.wall_ns() / kNsPerMs},
              before));
  } else {
    TRY(write_tables(definition.tables, query.sql, source, before, desk));
  }
  return end_batch();
}

Status DdlLog::write_tables(const std::vector<DefinedTable>& tables, std::string_view sql,
                            const SourceInfo& source, const Offset& before, ServerDesk& desk) {
  std::vector<std::string> databases;  // in the order of their first table
  std::vector<TableId> ids;  // whose structure is wanted
  for (const DefinedTable& table : tables) {
    if (!TRY(wants(table))) continue;
    if (std::find(databases.begin(), databases.end(), table.id.database) == databases.end())
      databases.push_back(table.id.database);
  }
  if (databases.empty()) return {};
  for (const DefinedTable& table : tables) {
    // Nobody can be asked for a name in another charset.
    if (table.action != TableAction::kDrop && is_utf8(table.id.text())) ids.push_back(table.id);
  }
  const auto defs = TRY(desk.ask(
      [&](Connection& connection) { return read_tables(connection, TableSelection::of(ids)); }));
  for (const std::string& database : databases) {
    const std::string names = joined_names(tables, database);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const DefinedTable& table = tables[i];
      if (table.id.database != database || !TRY(wants(table))) continue;
      const bool drop = table.action == TableAction::kDrop;
      const TableChange change{.action = table.action,
                               .id = table.id,
                               .table = drop ? nullptr : structure_of(tables, i, defs),
                               .renamed_from = table.renamed_from};
      TRY(write({.database = database,
                 .tables = names,
                 .ddl = sql,
                 .changes = {&change, 1},
                 .source = source,
                 .ts_ms = parts_.clock.wall_ns() / kNsPerMs},
                before));
    }
  }
  return {};
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/schema_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "base/ascii.h"
#include "base/hex.h"
#include "mysql/client/create_table.h"
#include "mysql/client/errors.h"

namespace tidemark {
namespace {

using Cell = ResultSet::Cell;

// Names in one statement; keeps it well under the smallest max_allowed_packet.
constexpr std::size_t kNamesPerStatement = 1'000;
// Structures that changed between our statements are read again so often.
constexpr int kAttemptsMax = 5;

constexpr std::array<std::string_view, 4> kSystemDatabases{"mysql", "information_schema",
                                                           "performance_schema", "sys"};

constexpr std::string_view kColumnFields =
    "TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT,"
    " CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE,"
    " DATETIME_PRECISION, CHARACTER_SET_NAME, COLLATION_NAME, EXTRA, COLUMN_COMMENT";

// A table under construction.
struct Draft {
  TableDef table;
  std::vector<IndexPart> parts;  // of unique indexes
};
using Drafts = std::map<TableId, Draft>;

std::string text_of(const Cell& cell) { return cell ? std::string(*cell) : std::string(); }

std::uint64_t number(const Cell& cell) {
  std::uint64_t value = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), value);
  return value;
}
std::uint32_t number32(const Cell& cell) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number(cell), UINT32_MAX));
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The first number in parentheses: 10 of "int(10) unsigned", 7 of "float(7,4)".
std::uint32_t display_length(std::string_view column_type) {
  const std::size_t open = column_type.find('(');
  if (open == std::string_view::npos) return 0;
  return number32(column_type.substr(open + 1));
}

// Binary defaults have one form, MySQL's: 0x and hexadecimal digits.
std::string hex_of(std::string_view bytes) { return "0x" + upper(to_hex(bytes)); }

// MariaDB prints a default as an SQL literal or expression. True: it is an expression.
bool plain_default(std::optional<std::string>& text, bool binary) {
  if (*text == "NULL") {
    text.reset();
    return false;
  }
  const std::string& sql = *text;
  if (binary || sql.starts_with("'")) {
    auto bytes = literal_bytes(sql);
    if (!bytes) return true;
    text = binary ? hex_of(*bytes) : std::move(*bytes);
    return false;
  }
  const bool literal = sql.find_first_not_of("0123456789.+-eE") == std::string::npos ||
                       sql.starts_with("b'") || sql.starts_with("0x");
  return !literal;
}

void set_sizes(ColumnDef& column, const ColumnRow& row) {
  column.octets = number32(row.octets);
  column.fraction_digits = number32(row.fraction_digits);
  if (column.data_type == "bit") {
    column.length = number32(row.precision);
  } else if (row.characters) {
    column.length = number32(row.characters);
  } else if (!row.fraction_digits) {
    column.length = display_length(column.column_type);
  }
  if (column.data_type == "decimal") {
    column.precision = number32(row.precision);
    column.scale = number32(row.scale);
  } else if (column.data_type == "float" || column.data_type == "double") {
    column.scale = number32(row.scale);
  }
}

// The parts of each index, in order of appearance.
std::vector<std::vector<const IndexPart*>> by_index(const std::vector<IndexPart>& parts) {
  std::vector<std::vector<const IndexPart*>> indexes;
  for (const IndexPart& part : parts) {
    const auto same = [&](const auto& index) { return index.front()->index == part.index; };
    const auto found = std::find_if(indexes.begin(), indexes.end(), same);
    if (found == indexes.end()) {
      indexes.push_back({&part});
    } else {
      found->push_back(&part);
    }
  }
  return indexes;
}

bool is_primary(const std::vector<const IndexPart*>& index) {
  return index.front()->index == "PRIMARY";
}

bool is_identity(const std::vector<const IndexPart*>& index) {
  return std::all_of(index.begin(), index.end(), [](const IndexPart* part) {
    return !part->column.empty() && !part->prefix && !part->nullable;
  });
}

// Orders the rows, though some may repeat.
bool is_whole(const std::vector<const IndexPart*>& index) {
  return std::all_of(index.begin(), index.end(),
                     [](const IndexPart* part) { return !part->column.empty() && !part->prefix; });
}

Status read_headers(Connection& connection, const std::string& condition, Drafts& drafts) {
  const auto answer = TRY(connection.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, TABLE_ROWS, DATA_LENGTH, TABLE_TYPE, "
      "TABLE_COLLATION, TABLE_COMMENT "
      "FROM information_schema.TABLES"
      " WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND " +
      condition));
  for (const ResultSet::Row row : answer.rows()) {
    TableDef table;
    table.id = {text_of(row[0]), text_of(row[1])};
    table.engine = text_of(row[2]);
    table.rows_estimated = number(row[3]);
    table.bytes_estimated = number(row[4]);
    table.system_versioned = row[5] == "SYSTEM VERSIONED";
    const std::string collation = text_of(row[6]);  // begins with its charset's name
    table.charset_name = collation.substr(0, collation.find('_'));
    table.comment = text_of(row[7]);
    TableId id = table.id;
    drafts.insert_or_assign(std::move(id), Draft{std::move(table), {}});
  }
  return {};
}

Draft* find(Drafts& drafts, const Cell& database, const Cell& table) {
  const auto found = drafts.find(TableId{text_of(database), text_of(table)});
  return found == drafts.end() ? nullptr : &found->second;
}

Status read_columns(Connection& connection, const std::string& condition, Drafts& drafts) {
  const bool is_mariadb = connection.is_mariadb();
  const auto on_row = [&](const char* const* row, const unsigned long* lengths,
                          unsigned) -> Status {
    const auto cell = [&](unsigned i) {
      return row[i] == nullptr ? Cell() : Cell(std::string_view(row[i], lengths[i]));
    };
    Draft* const draft = find(drafts, cell(0), cell(1));
    if (draft == nullptr) return {};  // a view
    draft->table.columns.push_back(column_from({.name = cell(2),
                                                .data_type = cell(3),
                                                .column_type = cell(4),
                                                .nullable = cell(5),
                                                .default_text = cell(6),
                                                .characters = cell(7),
                                                .octets = cell(8),
                                                .precision = cell(9),
                                                .scale = cell(10),
                                                .fraction_digits = cell(11),
                                                .charset = cell(12),
                                                .collation = cell(13),
                                                .extra = cell(14),
                                                .comment = cell(15)},
                                               is_mariadb));
    return {};
  };
  return connection.stream(
      fmt::format(
          "SELECT {} FROM information_schema.COLUMNS WHERE {} ORDER BY TABLE_SCHEMA, TABLE_NAME,"
          " ORDINAL_POSITION",
          kColumnFields, condition),
      on_row);
}

IndexPart part_of(const Cell& index, const Cell& column, const Cell& sub_part,
                  const Cell& nullable) {
  return {text_of(index), text_of(column), sub_part.has_value(), nullable && *nullable == "YES"};
}

Status read_indexes(Connection& connection, const std::string& condition, Drafts& drafts) {
  const auto answer = TRY(connection.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART, NULLABLE"
      " FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND " +
      condition + " ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"));
  for (const ResultSet::Row row : answer.rows()) {
    Draft* const draft = find(drafts, row[0], row[1]);
    if (draft != nullptr) draft->parts.push_back(part_of(row[2], row[3], row[4], row[5]));
  }
  return {};
}

// STATISTICS does not tell the order of indexes, SHOW INDEX does.
Status order_indexes(Connection& connection, Draft& draft) {
  auto answer = connection.query("SHOW INDEX FROM " + quoted(draft.table.id));
  if (!answer && connection.server_error() == kErrNoSuchTable) return {};
  if (!answer) return std::unexpected(std::move(answer).error());
  draft.parts.clear();
  for (std::size_t i = 0; i < answer->size(); ++i) {
    if (answer->cell(i, "Non_unique") != "0") continue;
    draft.parts.push_back(part_of(answer->cell(i, "Key_name"), answer->cell(i, "Column_name"),
                                  answer->cell(i, "Sub_part"), answer->cell(i, "Null")));
  }
  return {};
}

// A default that information_schema may not show in full: a '?' can be a character it does not know, and
// bytes are cut, or replaced.
bool is_doubtful(const ColumnDef& column) {
  if (column.default_is_expression || !column.default_text) return false;
  return column.kind == ColumnKind::kBinary ||
         (has_supplementary(column.charset_name) && has(*column.default_text, "?"));
}

Status mend_defaults(Connection& connection, TableDef& table) {
  if (std::none_of(table.columns.begin(), table.columns.end(), is_doubtful)) return {};
  TRY(connection.execute("SET SESSION sql_quote_show_create = 1"));
  const auto answer = connection.query("SHOW CREATE TABLE " + quoted(table.id));
  if (!answer && connection.server_error() == kErrNoSuchTable) return {};
  if (!answer) return std::unexpected(answer.error());
  if (answer->empty()) return {};
  const std::string text = text_of(answer->rows()[0][1]);
  for (ColumnDef& column : table.columns) {
    if (!is_doubtful(column)) continue;
    const auto literal = default_literal(text, column.name);
    if (!literal) continue;
    auto bytes = literal_bytes(*literal);
    if (!bytes) continue;
    if (column.kind == ColumnKind::kBinary) {
      column.default_text = hex_of(*bytes);
    } else if (literal->starts_with("0x")) {
      column.default_text = std::move(bytes);
    }
  }
  return {};
}

// The first table whose parts do not fit together, because DDL came in between; empty: none.
Result<std::string> read_once(Connection& connection, const std::string& condition,
                              Drafts& drafts) {
  TRY(read_headers(connection, condition, drafts));
  TRY(read_columns(connection, condition, drafts));
  TRY(read_indexes(connection, condition, drafts));
  for (auto& [id, draft] : drafts) {
    if (draft.table.columns.empty()) return id.text();
    if (key_needs_order(draft.parts)) TRY(order_indexes(connection, draft));
    TRY(mend_defaults(connection, draft.table));
    if (!choose_key(draft.table, draft.parts)) return id.text();
  }
  return std::string();
}

}  // namespace

bool is_system_database(std::string_view name) {
  return std::find(kSystemDatabases.begin(), kSystemDatabases.end(), lower(name)) !=
         kSystemDatabases.end();
}

Result<bool> is_sequence(Connection& connection, const TableId& id) {
  const auto kind = TRY(connection.query(
      fmt::format("SELECT TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND "
                  "TABLE_NAME = {}",
                  Connection::quote_text(id.database), Connection::quote_text(id.table))));
  return !kind.empty() && kind.rows()[0][0] == "SEQUENCE";
}

Result<std::vector<TableId>> list_tables(Connection& connection) {
  const ResultSet rows = TRY(connection.query(
      "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE "
      "TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_SCHEMA NOT IN "
      "('information_schema', 'performance_schema') ORDER BY TABLE_SCHEMA, TABLE_NAME"));
  std::vector<TableId> out;
  out.reserve(rows.size());
  for (const ResultSet::Row row : rows.rows()) out.push_back({text_of(row[0]), text_of(row[1])});
  return out;
}

TableSelection TableSelection::most_of(std::vector<TableId> ids, std::size_t total) {
  const bool builtin = std::any_of(
      ids.begin(), ids.end(), [](const TableId& id) { return is_system_database(id.database); });
  const bool most = !builtin && ids.size() > kNamesPerStatement && 2 * ids.size() > total;
  return most ? all() : of(std::move(ids));
}

TableSelection TableSelection::in_databases(const std::vector<std::string>& databases) {
  std::vector<TableId> ids;
  for (const std::string& name : databases) ids.push_back({name, {}});
  return TableSelection(Kind::kDatabases, std::move(ids));
}

std::vector<std::string> TableSelection::conditions() const {
  if (kind_ == Kind::kAll)
    return {"TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')"};
  std::map<std::string, std::vector<std::string>> names;  // by database, as literals
  for (const TableId& id : ids_) names[id.database].push_back(Connection::quote_text(id.table));
  std::vector<std::string> conditions;
  for (const auto& [database, tables] : names) {
    std::string schema = "TABLE_SCHEMA = " + Connection::quote_text(database);
    if (kind_ == Kind::kDatabases) {
      conditions.push_back(std::move(schema));
      continue;
    }
    for (std::size_t at = 0; at < tables.size(); at += kNamesPerStatement) {
      const auto from = tables.begin() + static_cast<std::ptrdiff_t>(at);
      const auto size =
          static_cast<std::ptrdiff_t>(std::min(kNamesPerStatement, tables.size() - at));
      conditions.push_back(
          fmt::format("{} AND TABLE_NAME IN ({})", schema, fmt::join(from, from + size, ", ")));
    }
  }
  return conditions;
}

ColumnDef column_from(const ColumnRow& row, bool is_mariadb) {
  ColumnDef column;
  const std::string_view extra = row.extra.value_or("");
  column.name = text_of(row.name);
  column.data_type = lower(row.data_type.value_or(""));
  column.column_type = text_of(row.column_type);
  column.nullable = row.nullable == "YES";
  column.auto_increment = has(extra, "auto_increment");
  column.on_update_now = has(lower(extra), "on update current_timestamp");
  column.generated = has(extra, "VIRTUAL GENERATED") || has(extra, "STORED GENERATED");
  column.invisible = has(extra, "INVISIBLE");
  column.charset_name = text_of(row.charset);
  column.collation_name = text_of(row.collation);
  column.charset = charset_of(column.charset_name);
  column.comment = text_of(row.comment);
  if (column.data_type == "enum" || column.data_type == "set") {
    column.members = parse_members(column.column_type).value_or(std::vector<std::string>());
  } else {
    column.is_unsigned = has(column.column_type, " unsigned");
  }
  set_sizes(column, row);
  column.kind = kind_of(column);
  if (row.default_text) column.default_text = std::string(*row.default_text);
  column.default_is_expression = has(extra, "DEFAULT_GENERATED");
  if (is_mariadb && column.default_text)
    column.default_is_expression =
        plain_default(column.default_text, column.kind == ColumnKind::kBinary);
  return column;
}

bool key_needs_order(const std::vector<IndexPart>& parts) {
  const auto indexes = by_index(parts);
  return std::none_of(indexes.begin(), indexes.end(), is_primary) &&
         std::count_if(indexes.begin(), indexes.end(), is_identity) > 1;
}

bool choose_key(TableDef& table, const std::vector<IndexPart>& parts) {
  const auto indexes = by_index(parts);
  auto chosen = std::find_if(indexes.begin(), indexes.end(), is_primary);
  table.key_is_primary = chosen != indexes.end();
  if (!table.key_is_primary) chosen = std::find_if(indexes.begin(), indexes.end(), is_identity);
  table.key_columns.clear();
  table.key_has_prefix = false;
  table.nullable_key_columns.clear();
  if (chosen == indexes.end()) {
    const auto nullable = std::find_if(indexes.begin(), indexes.end(), is_whole);
    if (nullable == indexes.end()) return true;
    for (const IndexPart* const part : *nullable) {
      const int index = table.column_index(part->column);
      if (index < 0) return false;
      table.nullable_key_columns.push_back(static_cast<std::uint32_t>(index));
    }
    return true;
  }
  for (const IndexPart* const part : *chosen) {
    const int index = table.column_index(part->column);
    if (index < 0) return false;
    table.key_columns.push_back(static_cast<std::uint32_t>(index));
    table.key_has_prefix = table.key_has_prefix || part->prefix;
  }
  return true;
}

Result<std::vector<TableDef>> read_tables(Connection& connection, const TableSelection& selection) {
  std::vector<TableDef> tables;
  for (const std::string& condition : selection.conditions()) {
    Drafts drafts;
    for (int attempt = 1;; ++attempt) {
      const std::string torn = TRY(read_once(connection, condition, drafts));
      if (torn.empty()) break;
      if (attempt == kAttemptsMax)
        return fail(ErrorKind::kRetryable,
                    fmt::format("the structure of {} changed each time it was read", torn),
                    "let the DDL that is under way come to its end");
      drafts.clear();
    }
    for (auto& [id, draft] : drafts) tables.push_back(std::move(draft.table));
  }
  std::sort(tables.begin(), tables.end(),
            [](const TableDef& a, const TableDef& b) { return a.id < b.id; });
  return tables;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "encode/table_model.h"

#include <algorithm>

#include "base/ascii.h"
#include "encode/column_type.h"

namespace tidemark {
namespace {

// CURRENT_TIMESTAMP as the original's parser notes it.
constexpr std::string_view kEpoch = "1970-01-01 00:00:00";

bool starts_with_word(std::string_view text, std::string_view word) {
  return same_letters(text.substr(0, word.size()), word);
}

// Expressions but the present time have none.
std::optional<std::string> default_of(const ColumnDef& column) {
  if (!column.default_text) return std::nullopt;
  std::string_view text = *column.default_text;
  if (column.default_is_expression) {
    const bool now = starts_with_word(text, "current_timestamp") || starts_with_word(text, "now(");
    return now ? std::optional<std::string>(kEpoch) : std::nullopt;
  }
  if (column.kind == ColumnKind::kBit && text.starts_with("b'") && text.ends_with('\''))
    text = text.substr(2, text.size() - 3);
  return std::string(text);
}

// The members as they stand in the type, in their quotes.
std::vector<std::string> members_of(const ColumnDef& column) {
  std::vector<std::string> out;
  if (column.members.empty()) return out;
  std::string_view text = column.column_type;
  text.remove_prefix(std::min(text.find('(') + 1, text.size()));
  while (text.starts_with('\'')) {
    std::size_t end = 1;
    for (; end < text.size(); ++end) {
      if (text[end] == '\\') {
        ++end;
      } else if (text[end] == '\'') {
        if (end + 1 == text.size() || text[end + 1] != '\'') break;
        ++end;
      }
    }
    out.emplace_back(text.substr(0, end + 1));
    text.remove_prefix(std::min(end + 2, text.size()));  // the quote, and a comma or parenthesis
  }
  return out;
}

ColumnModel model_of(const ColumnDef& column) {
  return {.name = column.name,
          .jdbc_type = jdbc_type(column),
          .type = source_type_name(column),
          .charset = is_character(column) ? column.charset_name : std::string(),
          .length = source_length(column),
          .scale = source_scale(column),
          .optional = column.nullable,
          .automatic = column.auto_increment || column.on_update_now,
          .comment = column.comment,
          .default_text = default_of(column),
          .members = members_of(column)};
}

// One quoted name at the start of `text`, which it takes off.
std::optional<std::string> take_name(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      out += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '"') {
      out += text[i++];
      continue;
    }
    text.remove_prefix(i + 1);
    return out;
  }
  return std::nullopt;
}

}  // namespace

TableModel model_of(const TableDef& table) {
  TableModel out{.id = table.id, .charset = table.charset_name, .comment = table.comment};
  for (const std::uint32_t index : table.key_columns) out.key.push_back(table.columns[index].name);
  for (const ColumnDef& column : table.columns) out.columns.push_back(model_of(column));
  return out;
}

std::string double_quoted(const TableId& id) {
  std::string out;
  for (const std::string* const name : {&id.database, &id.table}) {
    if (!out.empty()) out += '.';
    out += '"';
    for (const char c : *name) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  return out;
}

std::optional<TableId> parse_double_quoted(std::string_view text) {
  std::optional<std::string> database = take_name(text);
  if (!database || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  std::optional<std::string> table = take_name(text);
  if (!table || !text.empty()) return std::nullopt;
  return TableId{*std::move(database), *std::move(table)};
}

std::string_view to_string(TableAction action) {
  switch (action) {
    case TableAction::kCreate:
      return "CREATE";
    case TableAction::kAlter:
      return "ALTER";
    case TableAction::kDrop:
      return "DROP";
  }
  return "ALTER";
}

}  // namespace tidemark

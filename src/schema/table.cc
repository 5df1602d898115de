// SPDX-License-Identifier: Apache-2.0
#include "schema/table.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark {
namespace {

ColumnKind text_kind(const ColumnDef& column) {
  switch (column.charset) {
    case Charset::kBinary:
      return ColumnKind::kBinary;
    case Charset::kNone:
    case Charset::kOther:
      return ColumnKind::kUnsupported;
    default:
      return ColumnKind::kString;
  }
}

// Kinds that follow from the type's name alone.
constexpr std::array<std::pair<std::string_view, ColumnKind>, 27> kPlainKinds{{
    {"float", ColumnKind::kFloat},
    {"double", ColumnKind::kDouble},
    {"binary", ColumnKind::kBinary},
    {"varbinary", ColumnKind::kBinary},
    {"tinyblob", ColumnKind::kBinary},
    {"blob", ColumnKind::kBinary},
    {"mediumblob", ColumnKind::kBinary},
    {"longblob", ColumnKind::kBinary},
    {"date", ColumnKind::kDate},
    {"time", ColumnKind::kTime},
    {"datetime", ColumnKind::kDatetime},
    {"timestamp", ColumnKind::kTimestamp},
    {"year", ColumnKind::kYear},
    {"bit", ColumnKind::kBit},
    {"point", ColumnKind::kPoint},
    {"geometry", ColumnKind::kGeometry},
    {"linestring", ColumnKind::kGeometry},
    {"polygon", ColumnKind::kGeometry},
    {"multipoint", ColumnKind::kGeometry},
    {"multilinestring", ColumnKind::kGeometry},
    {"multipolygon", ColumnKind::kGeometry},
    {"geometrycollection", ColumnKind::kGeometry},
    {"geomcollection", ColumnKind::kGeometry},
    {"vector", ColumnKind::kVector},
    {"uuid", ColumnKind::kUuid},
    {"inet4", ColumnKind::kInet},
    {"inet6", ColumnKind::kInet},
}};

bool is_integer(std::string_view type) {
  return type == "tinyint" || type == "smallint" || type == "mediumint" || type == "int" ||
         type == "bigint";
}

bool is_text(std::string_view type) {
  return type == "char" || type == "varchar" || type == "tinytext" || type == "text" ||
         type == "mediumtext" || type == "longtext";
}

// What stands behind a backslash in COLUMN_TYPE (append_unescaped of the server).
char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case '0':
      return '\0';
    default:
      return c;
  }
}

// The widest DECIMAL whose unscaled value always fits an int64.
constexpr std::uint32_t kDecimal64Digits = 18;

}  // namespace

int TableDef::column_index(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

bool TableDef::same_structure(const TableDef& other) const {
  return id == other.id && columns == other.columns && key_columns == other.key_columns &&
         key_is_primary == other.key_is_primary && key_has_prefix == other.key_has_prefix &&
         nullable_key_columns == other.nullable_key_columns &&
         system_versioned == other.system_versioned;
}

ColumnKind kind_of(const ColumnDef& column) {
  const std::string_view type = column.data_type;
  if (is_integer(type)) return column.is_unsigned ? ColumnKind::kUint : ColumnKind::kInt;
  if (is_text(type)) return text_kind(column);
  if (type == "decimal") {
    return column.precision <= kDecimal64Digits ? ColumnKind::kDecimal64 : ColumnKind::kDecimalText;
  }
  if (type == "enum" || type == "set") {
    if (text_kind(column) == ColumnKind::kUnsupported) return ColumnKind::kUnsupported;
    return type == "enum" ? ColumnKind::kEnum : ColumnKind::kSet;
  }
  // MariaDB's JSON is LONGTEXT and never gets here.
  if (type == "json") return ColumnKind::kJson;
  const auto* const found = std::find_if(kPlainKinds.begin(), kPlainKinds.end(),
                                         [&](const auto& e) { return e.first == type; });
  return found == kPlainKinds.end() ? ColumnKind::kUnsupported : found->second;
}

std::optional<std::vector<std::string>> parse_members(std::string_view column_type) {
  const std::size_t open = column_type.find('(');
  if (open == std::string_view::npos) return std::nullopt;
  std::vector<std::string> members;
  std::size_t at = open + 1;
  while (at < column_type.size()) {
    if (column_type[at] != '\'') return std::nullopt;
    std::string member;
    for (++at;; ++at) {
      if (at >= column_type.size()) return std::nullopt;
      const bool more = at + 1 < column_type.size();
      if (column_type[at] == '\\' && more) {
        member += unescaped(column_type[++at]);
        continue;
      }
      if (column_type[at] == '\'') {
        if (!more || column_type[at + 1] != '\'') break;
        ++at;
      }
      member += column_type[at];
    }
    members.push_back(std::move(member));
    ++at;  // the closing quote
    if (at < column_type.size() && column_type[at] == ',') {
      ++at;
      continue;
    }
    if (at < column_type.size() && column_type[at] == ')') return members;
    return std::nullopt;
  }
  return std::nullopt;
}

std::string quoted(std::string_view name) {
  std::string out = "`";
  for (const char c : name) {
    if (c == '`') out += '`';
    out += c;
  }
  out += '`';
  return out;
}

std::string quoted(const TableId& id) { return quoted(id.database) + "." + quoted(id.table); }

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "encode/column_type.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/ascii.h"

namespace tidemark {
namespace {

// Numbers of "(a[,b])"; `which` 0 or 1.
std::optional<std::uint32_t> argument(const ColumnDef& column, int which) {
  std::string_view text = column.column_type;
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return std::nullopt;
  text = text.substr(open + 1, text.find(')', open) - open - 1);
  const std::size_t comma = text.find(',');
  if (which == 1) {
    if (comma == std::string_view::npos) return std::nullopt;
    text.remove_prefix(comma + 1);
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

}  // namespace

std::string source_type_name(const ColumnDef& column) {
  std::string name = column.data_type;
  for (const std::string_view word : {" unsigned", " zerofill"}) {
    if (column.members.empty() && column.column_type.find(word) != std::string::npos) name += word;
  }
  return upper(name);
}

std::optional<std::uint32_t> source_length(const ColumnDef& column) {
  const auto count = static_cast<std::uint32_t>(column.members.size());
  if (column.kind == ColumnKind::kEnum) return 1;
  if (column.kind == ColumnKind::kSet) return count == 0 ? 0 : 2 * count - 1;
  return argument(column, 0);
}

std::optional<std::uint32_t> source_scale(const ColumnDef& column) {
  if (column.kind == ColumnKind::kEnum || column.kind == ColumnKind::kSet) return std::nullopt;
  return argument(column, 1);
}

int jdbc_type(const ColumnDef& column) {
  using Code = std::pair<std::string_view, int>;
  static constexpr auto kCodes = std::to_array<Code>(
      {{"bit", -7},         {"tinyint", 5},  // SMALLINT, up to the 3.6 line
       {"smallint", 5},     {"mediumint", 4},   {"int", 4},     {"bigint", -5},
       {"float", 6},        {"double", 8},      {"decimal", 3}, {"char", 1},
       {"varchar", 12},     {"tinytext", 12},   {"text", 12},   {"mediumtext", 12},
       {"longtext", 12},    {"enum", 1},        {"set", 1},     {"binary", -2},
       {"varbinary", -3},   {"tinyblob", 2004}, {"blob", 2004}, {"mediumblob", 2004},
       {"longblob", 2004},  {"date", 91},       {"time", 92},   {"datetime", 93},
       {"timestamp", 2014}, {"year", 4}});
  constexpr int kOther = 1111;  // JSON, geometries, VECTOR, UUID, ..
  const auto* const found = std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& code) {
    return code.first == column.data_type;
  });
  return found == kCodes.end() ? kOther : found->second;
}

bool is_character(const ColumnDef& column) {
  return column.kind == ColumnKind::kString || column.kind == ColumnKind::kEnum ||
         column.kind == ColumnKind::kSet;
}

}  // namespace tidemark

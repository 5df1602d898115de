// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"

namespace tidemark {
namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

// One comparison after equality of all columns before: ((`a` = 1 AND `b` = 2 AND `c` > 3).
void append_step(std::string& out, const ChunkKey& key, const KeyTuple& bound, std::size_t column,
                 std::string_view op) {
  out += '(';
  for (std::size_t i = 0; i < column; ++i) {
    out += fmt::format("{} = {} AND ", key.columns[i].quoted, key_literal(bound[i]));
  }
  out += fmt::format("{} {} {})", key.columns[column].quoted, op, key_literal(bound[column]));
}

// Expanded: (k1 < a) OR (k1 = a AND k2 <= b). `last_op` closes the bound's last column.
std::string side(const ChunkKey& key, const KeyTuple& bound, std::string_view op,
                 std::string_view last_op) {
  ASSERT(bound.size() <= key.columns.size());
  std::string out = "(";
  for (std::size_t i = 0; i < bound.size(); ++i) {
    if (i != 0) out += " OR ";
    append_step(out, key, bound, i, i + 1 == bound.size() ? last_op : op);
  }
  return out + ')';
}

std::string key_list(const ChunkKey& key, std::string_view suffix) {
  std::string out;
  for (const ChunkKeyColumn& column : key.columns) {
    if (!out.empty()) out += ", ";
    out += column.quoted;
    out += suffix;
  }
  return out;
}

// Trailing blanks weigh something even where the collation does not look at them, and so do the other
// characters that it takes for a blank: what goes is not the blank but its weight.
std::string weight(const ChunkKeyColumn& column, const std::string& operand) {
  if (!pads_with_space(column.collation)) return fmt::format("WEIGHT_STRING({})", operand);
  return fmt::format("TRIM(TRAILING WEIGHT_STRING(_{}' ' COLLATE {}) FROM WEIGHT_STRING({}))",
                     column.charset, column.collation, operand);
}

// A literal that compares as the column does, without the column.
std::string typed_literal(const ChunkKeyColumn& column, const KeyCell& cell) {
  if (cell.kind != KeyCell::Kind::kText) return key_literal(cell);
  return fmt::format("CONVERT({} USING {}) COLLATE {}", key_literal(cell), column.charset,
                     column.collation);
}

std::string edge_select(const TableId& table, const ChunkKey& key, std::string_view direction) {
  return fmt::format("SELECT {} FROM {} ORDER BY {} LIMIT 1", key_list(key, ""), quoted(table),
                     key_list(key, direction));
}

// lower < upper in the columns that both have; a bound that is the other's prefix is not less.
std::string less(const ChunkKey& key, const KeyTuple& lower, const KeyTuple& upper) {
  std::string out;
  std::string equal;
  const std::size_t size = std::min(lower.size(), upper.size());
  for (std::size_t i = 0; i < size; ++i) {
    const std::string left = typed_literal(key.columns[i], lower[i]);
    const std::string right = typed_literal(key.columns[i], upper[i]);
    if (!out.empty()) out += " OR ";
    out += fmt::format("({}{} < {})", equal, left, right);
    equal += fmt::format("{} = {} AND ", left, right);
  }
  return out;
}

}  // namespace

std::string key_literal(const KeyCell& cell) {
  switch (cell.kind) {
    case KeyCell::Kind::kInt:
      return fmt::format("{}", cell.i64);
    case KeyCell::Kind::kUint:
      return fmt::format("{}", cell.u64);
    case KeyCell::Kind::kText:
      return cell.text.empty() ? "''" : "_utf8mb4 0x" + hex(cell.text);
    case KeyCell::Kind::kBinary:
      return fmt::format("x'{}'", hex(cell.text));
  }
  return {};
}

std::string bounds_predicate(const ChunkKey& key, const ChunkBounds& bounds) {
  std::string out;
  if (bounds.lower != nullptr && !bounds.lower->empty()) out = side(key, *bounds.lower, ">", ">");
  if (bounds.upper != nullptr && !bounds.upper->empty()) {
    if (!out.empty()) out += " AND ";
    out += side(key, *bounds.upper, "<", "<=");
  }
  return out;
}

std::string chunk_select(const TableId& table, const ChunkKey& key, const ChunkSelect& select) {
  std::string sql = fmt::format("SELECT {}", select.select_columns);
  for (const ChunkKeyColumn& column : key.columns) {
    if (select.with_weights && column.collated) sql += ", " + weight(column, column.quoted);
  }
  sql += fmt::format(" FROM {}", quoted(table));
  // An index on a column of the condition would tempt the server into sorting at every chunk.
  if (key.primary && !select.condition.empty()) sql += " FORCE INDEX (PRIMARY)";
  std::string where = bounds_predicate(key, select.bounds);
  if (!select.condition.empty()) {
    // A line of its own: the fragment may end in a `-- ` comment.
    where += fmt::format("{}({}\n)", where.empty() ? "" : " AND ", select.condition);
  }
  if (!where.empty()) sql += " WHERE " + where;
  return sql + fmt::format(" ORDER BY {} LIMIT {}", key_list(key, ""), select.limit);
}

std::string min_key_select(const TableId& table, const ChunkKey& key) {
  return edge_select(table, key, "");
}

std::string max_key_select(const TableId& table, const ChunkKey& key) {
  return edge_select(table, key, " DESC");
}

std::string split_check_query(const ChunkKey& key, const KeyTuple& lower, const KeyTuple& split,
                              const KeyTuple& upper) {
  std::string sql = "SELECT (" + less(key, split, upper) + ")";
  if (!lower.empty()) sql += " AND (" + less(key, lower, split) + ")";
  return sql;
}

std::string weight_query(const ChunkKey& key, std::span<const KeyTuple> tuples) {
  std::string sql;
  for (std::size_t i = 0; i < tuples.size(); ++i) {
    sql += fmt::format("{}SELECT {}", i == 0 ? "" : " UNION ALL ", i);
    for (std::size_t column = 0; column < key.columns.size(); ++column) {
      const ChunkKeyColumn& part = key.columns[column];
      if (!part.collated) continue;
      sql += ", " + weight(part, typed_literal(part, tuples[i][column]));
    }
  }
  return sql;
}

}  // namespace tidemark

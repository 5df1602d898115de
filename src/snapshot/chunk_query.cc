// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/hex.h"

namespace tidemark {
namespace {

using Kind = KeyCell::Kind;
using Order = ChunkKeyColumn::Order;

// Longer lists of ENUM members than this cost more to plan than they save.
constexpr std::uint64_t kEnumListMax = 256;
constexpr std::string_view kNever = "FALSE";

// What the server compares with a literal. It knows the number of an ENUM by itself, of a SET only as a
// floating-point number, which 64 members exceed.
std::string comparand(const ChunkKeyColumn& column) {
  if (column.order != Order::kSet) return column.quoted;
  return fmt::format("CAST({} AS UNSIGNED)", column.quoted);
}

// Members first..last by number; `op` with `bound` where they are too many to list.
std::string enum_among(const ChunkKeyColumn& column, std::uint64_t first, std::uint64_t last,
                       std::string_view op, std::uint64_t bound) {
  if (first > last) return std::string(kNever);
  if (last - first >= kEnumListMax) return fmt::format("{} {} {}", column.quoted, op, bound);
  std::string list;
  for (std::uint64_t member = first; member <= last; ++member) {
    if (!list.empty()) list += ", ";
    list += fmt::format("{}", member);
  }
  return fmt::format("{} IN ({})", column.quoted, list);
}

std::string equal(const ChunkKeyColumn& column, const KeyCell& cell) {
  if (cell.null) return column.quoted + " IS NULL";
  return fmt::format("{} = {}", comparand(column), key_literal(column, cell));
}

std::string greater(const ChunkKeyColumn& column, const KeyCell& cell) {
  if (cell.null) return column.quoted + " IS NOT NULL";
  if (column.order == Order::kEnum) {
    return enum_among(column, cell.u64 + 1, column.members, ">", cell.u64);
  }
  return fmt::format("{} > {}", comparand(column), key_literal(column, cell));
}

std::string or_null(const ChunkKeyColumn& column, std::string comparison) {
  if (!column.nullable) return comparison;
  return fmt::format("({} OR {} IS NULL)", comparison, column.quoted);
}

std::string less(const ChunkKeyColumn& column, const KeyCell& cell) {
  if (cell.null) return std::string(kNever);
  if (column.order == Order::kEnum) {
    const bool none = cell.u64 == 0;
    return or_null(column,
                   none ? std::string(kNever) : enum_among(column, 0, cell.u64 - 1, "<", cell.u64));
  }
  return or_null(column, fmt::format("{} < {}", comparand(column), key_literal(column, cell)));
}

std::string up_to(const ChunkKeyColumn& column, const KeyCell& cell) {
  if (cell.null) return equal(column, cell);
  if (column.order == Order::kEnum) {
    return or_null(column, enum_among(column, 0, cell.u64, "<=", cell.u64));
  }
  return or_null(column, fmt::format("{} <= {}", comparand(column), key_literal(column, cell)));
}

using Comparison = std::string (*)(const ChunkKeyColumn&, const KeyCell&);

// One comparison after equality of all columns before: (`a` = 1 AND `b` = 2 AND `c` > 3).
void append_step(std::string& out, const ChunkKey& key, const KeyTuple& bound, std::size_t column,
                 Comparison comparison) {
  out += '(';
  for (std::size_t i = 0; i < column; ++i) {
    out += equal(key.columns[i], bound[i]);
    out += " AND ";
  }
  out += comparison(key.columns[column], bound[column]);
  out += ')';
}

// Expanded: (k1 < a) OR (k1 = a AND k2 <= b). `last` closes the bound's last column.
std::string side(const ChunkKey& key, const KeyTuple& bound, Comparison each, Comparison last) {
  ASSERT(bound.size() <= key.columns.size());
  std::string out = "(";
  for (std::size_t i = 0; i < bound.size(); ++i) {
    if (i != 0) out += " OR ";
    append_step(out, key, bound, i, i + 1 == bound.size() ? last : each);
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

std::string bound_list(const ChunkKey& key) {
  std::string out;
  for (const ChunkKeyColumn& column : key.columns) {
    if (!out.empty()) out += ", ";
    out += bound_expression(column);
  }
  return out;
}

// Trailing blanks weigh something even where the collation does not look at them, and so do the other
// characters that it takes for a blank: what goes is not the blank but its weight.
std::string weight(const IdentityColumn& column, const std::string& operand) {
  if (!pads_with_space(column.collation)) return fmt::format("WEIGHT_STRING({})", operand);
  return fmt::format("TRIM(TRAILING WEIGHT_STRING(_{}' ' COLLATE {}) FROM WEIGHT_STRING({}))",
                     column.charset, column.collation, operand);
}

std::string utf8_literal(std::string_view text) {
  return text.empty() ? "''" : "_utf8mb4 0x" + to_hex(text);
}

std::string as_column_text(std::string_view text, std::string_view charset,
                           std::string_view collation) {
  return fmt::format("CONVERT({} USING {}) COLLATE {}", utf8_literal(text), charset, collation);
}

// A literal that compares as the column does, without the column.
std::string typed_literal(const ChunkKeyColumn& column, const KeyCell& cell) {
  const std::string literal = key_literal(column, cell);
  switch (cell.kind) {
    case Kind::kText:
      return as_column_text(cell.text, column.charset, column.collation);
    case Kind::kEncoded:
      return fmt::format("{} COLLATE {}", literal, column.collation);
    case Kind::kDate:
      return fmt::format("CAST({} AS DATE)", literal);
    case Kind::kTime:
      return fmt::format("CAST({} AS TIME(6))", literal);
    case Kind::kDatetime:
      return fmt::format("CAST({} AS DATETIME(6))", literal);
    default:
      return literal;
  }
}

std::string edge_select(const TableId& table, const ChunkKey& key, std::string_view direction) {
  if (key.columns.empty()) return fmt::format("SELECT 1 FROM {} LIMIT 1", quoted(table));
  return fmt::format("SELECT {} FROM {} ORDER BY {} LIMIT 1", bound_list(key), quoted(table),
                     key_list(key, direction));
}

// " FROM table [FORCE INDEX] [WHERE bounds AND (condition)] [ORDER BY key]"
std::string source(const TableId& table, const ChunkKey& key, const ChunkSelect& select) {
  std::string sql = fmt::format(" FROM {}", quoted(table));
  // An index on a column of the condition would tempt the server into sorting at every chunk, and to sort a whole
  // table may look cheaper than to read it in order.
  if (key.primary && (!select.condition.empty() || select.limit == 0))
    sql += " FORCE INDEX (PRIMARY)";
  std::string where = bounds_predicate(key, select.bounds);
  if (!select.condition.empty()) {
    // A line of its own: the fragment may end in a `-- ` comment.
    where += fmt::format("{}({}\n)", where.empty() ? "" : " AND ", select.condition);
  }
  if (!where.empty()) sql += " WHERE " + where;
  if (!key.columns.empty()) sql += " ORDER BY " + key_list(key, "");
  return sql;
}

// lower < upper in the columns that both have; a bound that is the other's prefix is not less.
std::string before(const ChunkKey& key, const KeyTuple& lower, const KeyTuple& upper) {
  std::string out;
  std::string equal_so_far;
  const std::size_t size = std::min(lower.size(), upper.size());
  for (std::size_t i = 0; i < size; ++i) {
    const std::string left = typed_literal(key.columns[i], lower[i]);
    const std::string right = typed_literal(key.columns[i], upper[i]);
    if (!out.empty()) out += " OR ";
    out += fmt::format("({}{} < {})", equal_so_far, left, right);
    equal_so_far += fmt::format("{} = {} AND ", left, right);
  }
  return out;
}

}  // namespace

std::string key_literal(const ChunkKeyColumn& column, const KeyCell& cell) {
  if (cell.null) return "NULL";
  switch (cell.kind) {
    case Kind::kInt:
      return fmt::format("{}", cell.i64);
    case Kind::kUint:
      return fmt::format("{}", cell.u64);
    case Kind::kText:
      return utf8_literal(cell.text);
    case Kind::kBinary:
      return fmt::format("x'{}'", to_hex(cell.text));
    case Kind::kEncoded:
      return fmt::format("_{} x'{}'", column.charset, to_hex(cell.text));
    case Kind::kDecimal:
      return cell.text;
    case Kind::kDouble:
      // Without an exponent the server takes it for a DECIMAL.
      return cell.text.find_first_of("eE") == std::string::npos ? cell.text + "e0" : cell.text;
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kDatetime:
      return fmt::format("'{}'", cell.text);
  }
  return {};
}

std::string bound_expression(const ChunkKeyColumn& column) {
  if (column.order == Order::kEnum) return fmt::format("({} + 0)", column.quoted);
  if (column.order == Order::kSet) return comparand(column);
  if (column.kind == Kind::kDouble && column.computed)
    return fmt::format("({} * 1e0)", column.quoted);
  if (column.computed) return fmt::format("({} + 0)", column.quoted);
  if (column.kind == Kind::kEncoded) return fmt::format("CAST({} AS BINARY)", column.quoted);
  return column.quoted;
}

std::string bounds_predicate(const ChunkKey& key, const ChunkBounds& bounds) {
  std::string out;
  if (bounds.lower != nullptr && !bounds.lower->empty()) {
    out = side(key, *bounds.lower, greater, greater);
  }
  if (bounds.upper != nullptr && !bounds.upper->empty()) {
    if (!out.empty()) out += " AND ";
    out += side(key, *bounds.upper, less, up_to);
  }
  return out;
}

std::string chunk_select(const TableId& table, const ChunkKey& key, const ChunkSelect& select) {
  std::string sql = fmt::format("SELECT {}", select.select_columns);
  if (!key.in_identity && !key.columns.empty()) sql += ", " + bound_list(key);
  for (const IdentityColumn& column : key.identity.columns) {
    if (select.with_weights && column.collated) sql += ", " + weight(column, column.quoted);
  }
  sql += source(table, key, select);
  return select.limit == 0 ? sql : sql + fmt::format(" LIMIT {}", select.limit);
}

std::string chunk_end_select(const TableId& table, const ChunkKey& key, const ChunkSelect& select) {
  ASSERT(!key.columns.empty() && select.limit > 0);
  return "SELECT " + bound_list(key) + source(table, key, select) +
         fmt::format(" LIMIT {}, 1", select.limit - 1);
}

std::string min_key_select(const TableId& table, const ChunkKey& key) {
  return edge_select(table, key, "");
}

std::string max_key_select(const TableId& table, const ChunkKey& key) {
  return edge_select(table, key, " DESC");
}

std::string split_check_query(const ChunkKey& key, const KeyTuple& lower, const KeyTuple& split,
                              const KeyTuple& upper) {
  std::string sql = "SELECT (" + before(key, split, upper) + ")";
  if (!lower.empty()) sql += " AND (" + before(key, lower, split) + ")";
  return sql;
}

std::string weight_query(const RowIdentity& identity,
                         std::span<const std::string_view> identities) {
  std::string sql;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    const std::vector<std::string_view> parts = parts_of(identity, identities[i]);
    if (parts.empty()) continue;
    sql += fmt::format("{}SELECT {}", sql.empty() ? "" : " UNION ALL ", i);
    for (std::size_t column = 0; column < parts.size(); ++column) {
      const IdentityColumn& part = identity.columns[column];
      if (!part.collated) continue;
      sql += ", " + weight(part, as_column_text(parts[column], part.charset, part.collation));
    }
  }
  return sql;
}

}  // namespace tidemark

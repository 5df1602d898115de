// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/bytes.h"

namespace tidemark {
namespace {

using Kind = KeyCell::Kind;
using Order = ChunkKeyColumn::Order;

// Sorted by more than this a text is cut short by the server where no index gives the order
// (max_sort_length; session_statements() sets it to 16 times as many bytes).
constexpr std::uint32_t kSurrogateTextMax = 255;

// Their texts go to the server and come back in UTF-8 without loss.
constexpr std::array<std::string_view, 5> kUnicodeLiterals{"utf8mb4", "utf8mb3", "utf8", "latin1",
                                                           "ascii"};

std::optional<Kind> text_kind(const ColumnDef& column) {
  if (column.data_type != "char" && column.data_type != "varchar") return std::nullopt;
  const bool unicode =
      std::ranges::find(kUnicodeLiterals, column.charset_name) != kUnicodeLiterals.end();
  return unicode ? Kind::kText : Kind::kEncoded;
}

std::optional<Kind> kind_of_bound(const ColumnDef& column) {
  switch (column.kind) {
    case ColumnKind::kInt:
    case ColumnKind::kYear:
      return Kind::kInt;
    case ColumnKind::kUint:
    case ColumnKind::kBit:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
      return Kind::kUint;
    case ColumnKind::kFloat:
    case ColumnKind::kDouble:
      return Kind::kDouble;
    case ColumnKind::kDecimal64:
    case ColumnKind::kDecimalText:
      return Kind::kDecimal;
    case ColumnKind::kString:
      return text_kind(column);
    case ColumnKind::kBinary:
      // CHARACTER SET binary makes CHAR and VARCHAR into BINARY and VARBINARY, data_type included.
      if (column.data_type != "binary" && column.data_type != "varbinary") return std::nullopt;
      return Kind::kBinary;
    case ColumnKind::kDate:
      return Kind::kDate;
    case ColumnKind::kTime:
      return Kind::kTime;
    case ColumnKind::kDatetime:
    case ColumnKind::kTimestamp:
      return Kind::kDatetime;
    default:
      return std::nullopt;
  }
}

std::optional<ChunkKeyColumn> column_of(const TableDef& table, std::uint32_t index) {
  const ColumnDef& column = table.columns[index];
  const std::optional<Kind> kind = kind_of_bound(column);
  if (!kind) return std::nullopt;
  ChunkKeyColumn out;
  out.column = index;
  out.kind = *kind;
  out.nullable = column.nullable;
  out.quoted = quoted(column.name);
  if (column.kind == ColumnKind::kEnum || column.kind == ColumnKind::kSet) {
    out.order = column.kind == ColumnKind::kEnum ? Order::kEnum : Order::kSet;
    out.members = static_cast<std::uint32_t>(column.members.size());
    out.type = column.column_type;
  }
  if (out.kind == Kind::kText || out.kind == Kind::kEncoded) {
    out.charset = column.charset_name;
    out.collation = column.collation_name;
  }
  out.has_gap = column.kind == ColumnKind::kTimestamp || column.kind == ColumnKind::kYear;
  const bool has_scale = column.column_type.find('(') != std::string::npos;
  out.single = column.kind == ColumnKind::kFloat;
  out.computed =
      out.single || (out.kind == Kind::kDouble && has_scale) || column.kind == ColumnKind::kBit;
  if (has_scale) out.scale = column.scale;
  return out;
}

std::unexpected<Error> refused(const TableDef& table, std::string what, std::string remedy,
                               ErrorKind kind = ErrorKind::kUnsupported) {
  return std::unexpected(Error(kind, std::move(what), std::move(remedy)).at(table.id.text()));
}

std::unexpected<Error> no_order(const TableDef& table, const ColumnDef& column) {
  return refused(
      table,
      fmt::format("column {} of type {} gives no order to read the table by", column.name,
                  column.column_type),
      "numbers, dates, times, ENUM, SET, BIT, CHAR, VARCHAR, BINARY and VARBINARY do: name such a "
      "column as surrogate-key, give the table such a primary key, or use an initial snapshot");
}

// The table's own key, when every column of it gives an order; else nothing.
std::vector<ChunkKeyColumn> columns_of(const TableDef& table,
                                       const std::vector<std::uint32_t>& indexes) {
  std::vector<ChunkKeyColumn> out;
  for (const std::uint32_t index : indexes) {
    std::optional<ChunkKeyColumn> column = column_of(table, index);
    if (!column) return {};
    out.push_back(*std::move(column));
  }
  return out;
}

Result<ChunkKeyColumn> surrogate_of(const TableDef& table, std::string_view name) {
  const auto found = std::ranges::find_if(
      table.columns, [&](const ColumnDef& column) { return same_letters(column.name, name); });
  if (found == table.columns.end()) {
    return refused(table, fmt::format("surrogate-key: there is no column {}", name),
                   "name a column of the table, or leave surrogate-key out", ErrorKind::kRejected);
  }
  const auto index = static_cast<std::uint32_t>(found - table.columns.begin());
  std::optional<ChunkKeyColumn> column = column_of(table, index);
  if (!column) return no_order(table, *found);
  const bool text = column->kind == Kind::kText || column->kind == Kind::kEncoded;
  if (text && found->length > kSurrogateTextMax) {
    return refused(table,
                   fmt::format("surrogate-key: {} holds up to {} characters, and the server sorts "
                               "by {} of them for certain",
                               found->name, found->length, kSurrogateTextMax),
                   "name a shorter column, or leave surrogate-key out");
  }
  return *std::move(column);
}

bool is_plain(const ChunkKeyColumn& column) {
  return column.order == Order::kValue &&
         (column.kind == Kind::kInt || column.kind == Kind::kUint || column.kind == Kind::kText ||
          column.kind == Kind::kBinary);
}

bool bounds_are_identities(const ChunkKey& key) {
  if (!key.unique || key.identity.by_content) return false;
  return std::ranges::equal(key.columns, key.identity.columns,
                            [](const ChunkKeyColumn& a, const IdentityColumn& b) {
                              return a.column == b.column && is_plain(a);
                            });
}

Status add_own_key(const TableDef& table, ChunkKey& key) {
  if (table.key_has_prefix) {
    return refused(table, "the table's key holds only a prefix of a column",
                   "name a column as surrogate-key, give the table a key of whole columns, or use "
                   "an initial snapshot");
  }
  for (const std::uint32_t index : table.key_columns) {
    if (!column_of(table, index)) return no_order(table, table.columns[index]);
  }
  key.columns = columns_of(table, table.key_columns);
  key.primary = table.key_is_primary;
  return {};
}

// Behind the surrogate the key makes the order unique; a key that gives no order itself leaves it as it is.
Status add_surrogate(const TableDef& table, const ChunkKeyWish& wish, ChunkKey& key) {
  ChunkKeyColumn surrogate = TRY(surrogate_of(table, wish.surrogate));
  std::vector<ChunkKeyColumn> rest;
  if (!table.key_has_prefix) rest = columns_of(table, table.key_columns);
  key.unique = !rest.empty();
  std::erase_if(rest, [&](const ChunkKeyColumn& part) { return part.column == surrogate.column; });
  key.columns.push_back(std::move(surrogate));
  std::ranges::move(rest, std::back_inserter(key.columns));
  return {};
}

template <class T>
bool parse_all(std::string_view text, T* out) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *out);
  return error == std::errc() && stop == end;
}

bool is_value(Kind kind, std::string_view text, KeyCell* cell) {
  double number = 0;
  switch (kind) {
    case Kind::kInt:
      return parse_all(text, &cell->i64);
    case Kind::kUint:
      return parse_all(text, &cell->u64);
    case Kind::kDecimal:
      cell->text = text;
      return !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
    case Kind::kDouble:
      cell->text = text;
      return parse_all(text, &number);
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kDatetime:
      cell->text = text;
      return !text.empty() && text.find_first_not_of("0123456789-:. ") == std::string_view::npos;
    case Kind::kText:
    case Kind::kBinary:
    case Kind::kEncoded:
      cell->text = text;
      return true;
  }
  return false;
}

}  // namespace

bool ChunkKeyColumn::same_order(const ChunkKeyColumn& other) const {
  return quoted == other.quoted && kind == other.kind && order == other.order &&
         charset == other.charset && collation == other.collation && type == other.type;
}

bool ChunkKey::same_order(const ChunkKey& other) const {
  return unique == other.unique &&
         std::ranges::equal(
             columns, other.columns,
             [](const ChunkKeyColumn& a, const ChunkKeyColumn& b) { return a.same_order(b); });
}

bool ChunkKey::accepts(const KeyTuple& tuple) const {
  if (tuple.size() > columns.size()) return false;
  for (std::size_t i = 0; i < tuple.size(); ++i) {
    if (tuple[i].kind != columns[i].kind) return false;
  }
  return true;
}

Result<ChunkKey> chunk_key_of(const TableDef& table, const ChunkKeyWish& wish) {
  ChunkKey key;
  key.identity = row_identity_of(table);
  if (wish.operations_skipped && (key.identity.by_content || !wish.surrogate.empty())) {
    return refused(table,
                   wish.surrogate.empty()
                       ? "the table has no key, and some operations are skipped: a change that is "
                         "not emitted could not be told from one that is"
                       : "surrogate-key: some operations are skipped, and a row that moves while "
                         "the table is read would have no record",
                   "set skipped.operations to none or t, or use an initial snapshot");
  }
  if (!wish.surrogate.empty()) {
    TRY(add_surrogate(table, wish, key));
  } else if (!table.key_columns.empty()) {
    TRY(add_own_key(table, key));
  } else {
    key.unique = false;
    key.columns = columns_of(table, table.nullable_key_columns);
  }
  key.in_identity = bounds_are_identities(key);
  return key;
}

Result<KeyCell> bound_cell(const ChunkKeyColumn& column, std::optional<std::string_view> cell) {
  KeyCell out;
  out.kind = column.kind;
  out.null = !cell.has_value();
  if (out.null) return out;
  if (!is_value(column.kind, *cell, &out)) {
    return fail(
        ErrorKind::kCorrupt,
        fmt::format("the server sent a key cell of {} that is no value of its type", column.quoted),
        "look whether a proxy between here and the server rewrites results");
  }
  return out;
}

KeyTuple tuple_of_identity(const ChunkKey& key, std::string_view identity) {
  ASSERT(key.in_identity);
  const std::vector<std::string_view> parts = parts_of(key.identity, identity);
  KeyTuple tuple;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    KeyCell& cell = tuple.emplace_back();
    cell.kind = key.columns[i].kind;
    if (cell.kind == Kind::kInt) {
      cell.i64 = std::bit_cast<std::int64_t>(ByteReader(as_bytes(parts[i])).u64());
    } else if (cell.kind == Kind::kUint) {
      cell.u64 = ByteReader(as_bytes(parts[i])).u64();
    } else {
      cell.text = parts[i];
    }
  }
  return tuple;
}

}  // namespace tidemark

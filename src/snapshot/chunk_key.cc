// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_key.h"

#include <fmt/format.h>

#include <bit>

#include "base/assert.h"
#include "base/bytes.h"

namespace tidemark {
namespace {

constexpr std::string_view kAdvice =
    "supported are integers, CHAR and VARCHAR in utf8mb4, utf8mb3, latin1 or ascii, BINARY, "
    "VARBINARY and "
    "combinations of these; use an initial snapshot for this table, or give it such a primary key";

Result<KeyCell::Kind> kind_of_key(const ColumnDef& column) {
  const std::string& type = column.data_type;
  if (column.kind == ColumnKind::kInt) return KeyCell::Kind::kInt;
  if (column.kind == ColumnKind::kUint) return KeyCell::Kind::kUint;
  const bool text_charset = column.charset == Charset::kUtf8 ||
                            column.charset == Charset::kLatin1 || column.charset == Charset::kAscii;
  if (column.kind == ColumnKind::kString && text_charset && (type == "char" || type == "varchar")) {
    return KeyCell::Kind::kText;
  }
  // CHARACTER SET binary makes CHAR and VARCHAR into BINARY and VARBINARY, data_type included.
  if (column.kind == ColumnKind::kBinary && (type == "binary" || type == "varbinary")) {
    return KeyCell::Kind::kBinary;
  }
  const std::string charset =
      column.charset_name.empty() ? "" : fmt::format(" in {}", column.charset_name);
  return fail(ErrorKind::kUnsupported,
              fmt::format("key column {} of type {}{} cannot be read in chunks", column.name,
                          column.column_type, charset),
              std::string(kAdvice));
}

bool is_collated(std::string_view collation) {
  return collation != "binary" && !collation.ends_with("_bin");
}

void append_cell_bytes(std::string& out, std::string_view bytes) {
  append_le(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

void append_cell(std::string& out, const KeyCell& cell) {
  switch (cell.kind) {
    case KeyCell::Kind::kInt:
      append_le(out, cell.i64);
      return;
    case KeyCell::Kind::kUint:
      append_le(out, cell.u64);
      return;
    case KeyCell::Kind::kText:
    case KeyCell::Kind::kBinary:
      append_cell_bytes(out, cell.text);
      return;
  }
}

}  // namespace

bool ChunkKeyColumn::same_order(const ChunkKeyColumn& other) const {
  return quoted == other.quoted && kind == other.kind && charset == other.charset &&
         collation == other.collation;
}

bool ChunkKey::collation_dependent() const {
  for (const ChunkKeyColumn& column : columns) {
    if (column.collated) return true;
  }
  return false;
}

bool ChunkKey::same_order(const ChunkKey& other) const {
  if (columns.size() != other.columns.size()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].same_order(other.columns[i])) return false;
  }
  return true;
}

bool ChunkKey::accepts(const KeyTuple& tuple) const {
  if (tuple.size() > columns.size()) return false;
  for (std::size_t i = 0; i < tuple.size(); ++i) {
    if (tuple[i].kind != columns[i].kind) return false;
  }
  return true;
}

Result<ChunkKey> chunk_key_of(const TableDef& table) {
  const std::string place = table.id.text();
  if (table.key_columns.empty()) {
    return std::unexpected(
        Error(ErrorKind::kUnsupported,
              "the table has neither a primary key nor a unique key without NULLs",
              "add a primary key, or use an initial snapshot for this table")
            .at(place));
  }
  if (table.key_has_prefix) {
    return std::unexpected(
        Error(ErrorKind::kUnsupported, "the table's key holds only a prefix of a column",
              "give the table a key of whole columns, or use an initial snapshot")
            .at(place));
  }
  ChunkKey key;
  key.primary = table.key_is_primary;
  for (const std::uint32_t index : table.key_columns) {
    const ColumnDef& column = table.columns[index];
    ChunkKeyColumn out;
    out.column = index;
    out.kind = TRY_AT(kind_of_key(column), place);
    out.quoted = quoted(column.name);
    if (out.kind == KeyCell::Kind::kText) {
      out.charset = column.charset_name;
      out.collation = column.collation_name;
      out.collated = is_collated(column.collation_name);
    }
    key.columns.push_back(std::move(out));
  }
  return key;
}

bool pads_with_space(std::string_view collation) {
  return collation != "binary" && collation.find("_0900_") == std::string_view::npos &&
         collation.find("_nopad_") == std::string_view::npos;
}

void append_identity(std::string& out, const ChunkKey& key, RowView row) {
  for (const ChunkKeyColumn& column : key.columns) {
    const Value& value = row[column.column];
    DEBUG_ASSERT(!value.null);
    if (column.kind == KeyCell::Kind::kInt || column.kind == KeyCell::Kind::kUint) {
      append_le(out, value.u64);
    } else {
      append_cell_bytes(out, value.text());
    }
  }
}

KeyTuple key_tuple(const ChunkKey& key, RowView row) {
  KeyTuple tuple;
  tuple.reserve(key.columns.size());
  for (const ChunkKeyColumn& column : key.columns) {
    const Value& value = row[column.column];
    DEBUG_ASSERT(!value.null);
    KeyCell& cell = tuple.emplace_back();
    cell.kind = column.kind;
    if (column.kind == KeyCell::Kind::kInt) {
      cell.i64 = value.i64;
    } else if (column.kind == KeyCell::Kind::kUint) {
      cell.u64 = value.u64;
    } else {
      cell.text = value.text();
    }
  }
  return tuple;
}

KeyTuple tuple_of_identity(const ChunkKey& key, std::string_view identity) {
  ByteReader reader(as_bytes(identity));
  KeyTuple tuple;
  for (const ChunkKeyColumn& column : key.columns) {
    KeyCell& cell = tuple.emplace_back();
    cell.kind = column.kind;
    if (column.kind == KeyCell::Kind::kInt) {
      cell.i64 = std::bit_cast<std::int64_t>(reader.u64());
    } else if (column.kind == KeyCell::Kind::kUint) {
      cell.u64 = reader.u64();
    } else {
      cell.text = reader.text(reader.u32());
    }
  }
  if (reader.failed() || !reader.at_end()) tuple.clear();
  return tuple;
}

void append_weight(std::string& out, const ChunkKey& key, const KeyTuple& tuple,
                   std::span<const std::string_view> weights) {
  ASSERT(tuple.size() == key.columns.size());
  std::size_t next_weight = 0;
  for (std::size_t i = 0; i < tuple.size(); ++i) {
    if (key.columns[i].collated) {
      ASSERT(next_weight < weights.size());
      append_cell_bytes(out, weights[next_weight++]);
    } else {
      append_cell(out, tuple[i]);
    }
  }
}

}  // namespace tidemark

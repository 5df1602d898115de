// SPDX-License-Identifier: Apache-2.0
#include "snapshot/row_identity.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/bytes.h"
#include "snapshot/identity_set.h"

namespace tidemark {
namespace {

using Form = IdentityColumn::Form;

constexpr std::size_t kCivilBytes = sizeof(Civil) + sizeof(std::uint32_t);
constexpr std::uint64_t kSecondHash = 0x5851F42D4C957F2DU;

// Charsets that have several byte sequences for one character: the server compares the bytes, and decoded
// text does not tell them apart.
constexpr std::array<std::string_view, 8> kAmbiguousCharsets{"sjis", "cp932", "ujis",   "eucjpms",
                                                             "big5", "gbk",   "gb2312", "euckr"};

Form form_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kFloat:
      return Form::kFloat;
    case ColumnKind::kDouble:
      return Form::kDouble;
    case ColumnKind::kDate:
    case ColumnKind::kDatetime:
      return Form::kCivil;
    case ColumnKind::kInt:
    case ColumnKind::kUint:
    case ColumnKind::kDecimal64:
    case ColumnKind::kTime:
    case ColumnKind::kTimestamp:
    case ColumnKind::kYear:
    case ColumnKind::kBit:
      return Form::kWord;
    default:
      return Form::kText;
  }
}

bool is_collated(const ColumnDef& column) {
  return column.kind == ColumnKind::kString && column.collation_name != "binary" &&
         !column.collation_name.ends_with("_bin");
}

// Do equal Values mean equal cells to the server?
bool tells_apart(const ColumnDef& column) {
  if (std::ranges::find(kAmbiguousCharsets, column.charset_name) != kAmbiguousCharsets.end()) {
    return false;
  }
  // The invalid value 0 reads '' as well.
  const bool empty_member =
      std::ranges::find(column.members, std::string()) != column.members.end();
  return (column.kind != ColumnKind::kEnum && column.kind != ColumnKind::kSet) || !empty_member;
}

// Present and spelt alike in every image, whatever the server leaves out of one.
bool is_plain(const ColumnDef& column) {
  switch (column.kind) {
    case ColumnKind::kUnsupported:
    case ColumnKind::kJson:
      return false;
    case ColumnKind::kString:
    case ColumnKind::kBinary:
      return column.data_type == "char" || column.data_type == "varchar" ||
             column.data_type == "binary" || column.data_type == "varbinary";
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
      return true;
    default:
      return form_of(column.kind) != Form::kText || column.kind == ColumnKind::kDecimalText;
  }
}

IdentityColumn column_of(const TableDef& table, std::uint32_t index) {
  const ColumnDef& column = table.columns[index];
  return {.column = index,
          .form = form_of(column.kind),
          .quoted = quoted(column.name),
          .charset = column.charset_name,
          .collation = column.collation_name,
          .collated = is_collated(column)};
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_le(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

// 0.0 and -0.0 are one key to the server.
void append_cell(std::string& out, Form form, const Value& value) {
  switch (form) {
    case Form::kWord:
      append_le(out, value.u64);
      return;
    case Form::kFloat:
      append_le(out, std::bit_cast<std::uint64_t>(static_cast<double>(value.f32) + 0.0));
      return;
    case Form::kDouble:
      append_le(out, std::bit_cast<std::uint64_t>(value.f64 + 0.0));
      return;
    case Form::kCivil:
      append_le(out, std::bit_cast<std::uint64_t>(value.civil));
      append_le(out, value.micros);
      return;
    case Form::kText:
      append_bytes(out, value.text());
      return;
  }
}

bool has_null(const RowIdentity& of, RowView row) {
  return std::ranges::any_of(of.columns,
                             [&](const IdentityColumn& column) { return row[column.column].null; });
}

// Two hashes of the cells in place of the cells.
void append_content(std::string& out, const RowIdentity& of, RowView row) {
  const std::size_t begin = out.size();
  for (const IdentityColumn& column : of.content) {
    const Value& value = row[column.column];
    out += value.null ? '\0' : '\1';
    if (!value.null) append_cell(out, column.form, value);
  }
  const std::uint64_t first = IdentitySet::hash(std::string_view(out).substr(begin));
  append_le(out, kSecondHash);
  const std::uint64_t second = IdentitySet::hash(std::string_view(out).substr(begin));
  out.resize(begin);
  append_le(out, first);
  append_le(out, second);
}

}  // namespace

bool RowIdentity::collation_dependent() const {
  return std::ranges::any_of(columns, [](const IdentityColumn& column) { return column.collated; });
}

RowIdentity row_identity_of(const TableDef& table) {
  RowIdentity out;
  const bool keyed = !table.key_columns.empty();
  for (const std::uint32_t index : keyed ? table.key_columns : table.nullable_key_columns) {
    if (!tells_apart(table.columns[index])) {
      out.columns.clear();
      out.by_content = true;
      break;
    }
    out.columns.push_back(column_of(table, index));
  }
  out.by_content = out.by_content || !keyed;
  if (!out.by_content) return out;
  for (std::uint32_t index = 0; index < table.columns.size(); ++index) {
    if (is_plain(table.columns[index])) out.content.push_back(column_of(table, index));
  }
  return out;
}

bool pads_with_space(std::string_view collation) {
  return collation != "binary" && collation.find("_0900_") == std::string_view::npos &&
         collation.find("_nopad_") == std::string_view::npos;
}

void append_identity(std::string& out, const RowIdentity& of, RowView row) {
  if (of.by_content) {
    const bool content = of.columns.empty() || has_null(of, row);
    out += content ? 'C' : 'K';
    if (content) return append_content(out, of, row);
  }
  for (const IdentityColumn& column : of.columns) {
    DEBUG_ASSERT(!row[column.column].null);
    append_cell(out, column.form, row[column.column]);
  }
}

std::vector<std::string_view> parts_of(const RowIdentity& of, std::string_view identity) {
  if (of.by_content) {
    if (!identity.starts_with('K')) return {};
    identity.remove_prefix(1);
  }
  ByteReader reader(as_bytes(identity));
  std::vector<std::string_view> parts;
  for (const IdentityColumn& column : of.columns) {
    const std::size_t size = column.form == Form::kText    ? reader.u32()
                             : column.form == Form::kCivil ? kCivilBytes
                                                           : sizeof(std::uint64_t);
    parts.push_back(reader.text(size));
  }
  if (reader.failed() || !reader.at_end()) parts.clear();
  return parts;
}

void append_weight(std::string& out, const RowIdentity& of, std::string_view identity,
                   std::span<const std::string_view> weights) {
  std::size_t next_weight = 0;
  const std::vector<std::string_view> parts = parts_of(of, identity);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!of.columns[i].collated) {
      append_bytes(out, parts[i]);
      continue;
    }
    ASSERT(next_weight < weights.size());
    append_bytes(out, weights[next_weight++]);
  }
}

}  // namespace tidemark

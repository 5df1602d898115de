// SPDX-License-Identifier: Apache-2.0
#include "store/key_tuple.h"

#include <array>
#include <optional>
#include <utility>

#include "base/hex.h"

namespace tidemark {
namespace {

// Cells that are written as they are: each is plain ASCII.
constexpr std::array<std::pair<KeyCell::Kind, std::string_view>, 5> kPlain{{
    {KeyCell::Kind::kDecimal, "decimal"},
    {KeyCell::Kind::kDouble, "double"},
    {KeyCell::Kind::kDate, "date"},
    {KeyCell::Kind::kTime, "time"},
    {KeyCell::Kind::kDatetime, "datetime"},
}};
constexpr std::array<std::pair<KeyCell::Kind, std::string_view>, 10> kKinds{{
    {KeyCell::Kind::kInt, "int"},
    {KeyCell::Kind::kUint, "uint"},
    {KeyCell::Kind::kText, "text"},
    {KeyCell::Kind::kBinary, "binary"},
    {KeyCell::Kind::kEncoded, "encoded"},
    {KeyCell::Kind::kDecimal, "decimal"},
    {KeyCell::Kind::kDouble, "double"},
    {KeyCell::Kind::kDate, "date"},
    {KeyCell::Kind::kTime, "time"},
    {KeyCell::Kind::kDatetime, "datetime"},
}};

std::string_view name_of(KeyCell::Kind kind) {
  for (const auto& [candidate, name] : kKinds) {
    if (candidate == kind) return name;
  }
  return "int";
}

void write_cell(JsonWriter& out, const KeyCell& cell) {
  out.begin_object(JsonWriter::Layout::kOneLine);
  if (cell.null) {
    out.member("null", name_of(cell.kind));
    out.end_object();
    return;
  }
  switch (cell.kind) {
    case KeyCell::Kind::kInt:
      out.member("int", cell.i64);
      break;
    case KeyCell::Kind::kUint:
      out.member("uint", cell.u64);
      break;
    case KeyCell::Kind::kText:
      if (is_utf8(cell.text)) {
        out.member("text", cell.text);
      } else {
        out.member("text_hex", to_hex(cell.text));
      }
      break;
    case KeyCell::Kind::kBinary:
    case KeyCell::Kind::kEncoded:
      out.member(name_of(cell.kind), to_hex(cell.text));
      break;
    case KeyCell::Kind::kDecimal:
    case KeyCell::Kind::kDouble:
    case KeyCell::Kind::kDate:
    case KeyCell::Kind::kTime:
    case KeyCell::Kind::kDatetime:
      out.member(name_of(cell.kind), cell.text);
      break;
  }
  out.end_object();
}

std::string read_hex(const JsonReader& in, std::string_view name) {
  std::optional<std::string> bytes = from_hex(in.text(name));
  if (!bytes) in.note("is not hex", name);
  return std::move(bytes).value_or(std::string());
}

KeyCell read_null(const JsonReader& in) {
  KeyCell cell;
  cell.null = true;
  const std::string kind = in.text("null");
  for (const auto& [candidate, name] : kKinds) {
    if (name != kind) continue;
    cell.kind = candidate;
    return cell;
  }
  in.note("is no kind of key cell", "null");
  return cell;
}

// These go into statements as they are.
KeyCell read_plain(const JsonReader& in, KeyCell::Kind kind, std::string_view name) {
  KeyCell cell;
  cell.kind = kind;
  cell.text = in.text(name);
  const bool number = kind == KeyCell::Kind::kDecimal || kind == KeyCell::Kind::kDouble;
  const std::string_view allowed = number ? "0123456789.+-eE" : "0123456789-:. ";
  if (cell.text.empty() || cell.text.find_first_not_of(allowed) != std::string::npos) {
    in.note("is no value of its kind", name);
  }
  return cell;
}

KeyCell read_cell(const JsonReader& in) {
  KeyCell cell;
  if (in.has("null")) return read_null(in);
  for (const auto& [kind, name] : kPlain) {
    if (in.has(name)) return read_plain(in, kind, name);
  }
  if (in.has("int")) {
    cell.kind = KeyCell::Kind::kInt;
    cell.i64 = in.i64("int");
  } else if (in.has("uint")) {
    cell.kind = KeyCell::Kind::kUint;
    cell.u64 = in.u64("uint");
  } else if (in.has("text")) {
    cell.kind = KeyCell::Kind::kText;
    cell.text = in.text("text");
  } else if (in.has("text_hex")) {
    cell.kind = KeyCell::Kind::kText;
    cell.text = read_hex(in, "text_hex");
  } else if (in.has("binary")) {
    cell.kind = KeyCell::Kind::kBinary;
    cell.text = read_hex(in, "binary");
  } else if (in.has("encoded")) {
    cell.kind = KeyCell::Kind::kEncoded;
    cell.text = read_hex(in, "encoded");
  } else {
    in.note("is no key cell: int, uint, text, binary, decimal, date, ...");
  }
  return cell;
}

}  // namespace

void write_key(JsonWriter& out, std::string_view name, const KeyTuple& key) {
  out.key(name);
  out.begin_array(JsonWriter::Layout::kOneLine);
  for (const KeyCell& cell : key) write_cell(out, cell);
  out.end_array();
}

KeyTuple read_key(const JsonReader& in, std::string_view name) {
  KeyTuple key;
  in.each_or_none(name, [&](const JsonReader& item) { key.push_back(read_cell(item)); });
  return key;
}

}  // namespace tidemark

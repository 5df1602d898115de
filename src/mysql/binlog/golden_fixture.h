// SPDX-License-Identifier: Apache-2.0
// For tests: reads a case of testdata/events, as tests/golden/run.py writes it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "mysql/binlog/event.h"
#include "schema/table.h"

namespace tidemark::golden {

using Cell = std::optional<std::string>;
using Cells = std::vector<Cell>;

// What follows a rows event in the file: the images that the server's SELECT saw.
struct Image {
  bool after = false;
  Cells cells;
};

struct Item {
  enum class Kind { kEvent, kSql, kTable, kImage };
  Kind kind = Kind::kSql;
  std::string bytes;  // kEvent, kSql
  TablePtr table;     // kTable
  Image image;        // kImage

  Bytes raw() const { return as_bytes(bytes); }
};

struct Case {
  std::string name;
  std::string server;
  std::vector<Item> items;
};

inline std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return out;
}

inline Cell decode_cell_text(std::string_view text) {
  if (text == "\\N") return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += from_hex(text.substr(i + 1, 2));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

inline Cells split_cells(std::string_view line) {
  Cells cells;
  for (;;) {
    const std::size_t tab = line.find('\t');
    cells.push_back(decode_cell_text(line.substr(0, tab)));
    if (tab == std::string_view::npos) return cells;
    line.remove_prefix(tab + 1);
  }
}

// 0 for NULL, and for the 4 GiB - 1 and more that LONGTEXT may hold the largest number.
inline std::uint32_t number_of(const Cell& cell) {
  std::uint32_t out = 0;
  if (!cell) return out;
  const auto parsed = std::from_chars(cell->data(), cell->data() + cell->size(), out);
  return parsed.ec == std::errc() ? out : ~std::uint32_t{0};
}

// The fields of information_schema.COLUMNS in the order of run.py.
inline ColumnDef column_of(const Cells& fields) {
  ColumnDef column;
  column.name = fields.at(0).value_or("");
  column.data_type = fields.at(1).value_or("");
  column.column_type = fields.at(2).value_or("");
  column.nullable = fields.at(3) == "YES";
  column.is_unsigned = column.column_type.find("unsigned") != std::string::npos;
  column.charset_name = fields.at(4).value_or("");
  column.collation_name = fields.at(5).value_or("");
  column.charset = charset_of(column.charset_name);
  column.length = number_of(fields.at(6));
  column.octets = number_of(fields.at(7));
  column.precision = number_of(fields.at(8));
  column.scale = number_of(fields.at(9));
  column.fraction_digits = number_of(fields.at(10));
  if (column.data_type == "bit") column.length = column.precision;
  if (column.data_type == "enum" || column.data_type == "set") {
    column.members = parse_members(column.column_type).value_or(std::vector<std::string>());
  }
  column.kind = kind_of(column);
  return column;
}

inline void set_key(TableDef& table, const Cells& names) {
  for (const Cell& name : names) {
    const int index = table.column_index(name.value_or(""));
    if (index >= 0) table.key_columns.push_back(static_cast<std::uint32_t>(index));
  }
  table.key_is_primary = !table.key_columns.empty();
}

inline Item text_item(Item::Kind kind, std::string bytes) {
  Item item;
  item.kind = kind;
  item.bytes = std::move(bytes);
  return item;
}

inline Case read_case(const std::filesystem::path& path) {
  Case out;
  out.name = path.stem();
  std::ifstream file(path);
  TableDef table;
  for (std::string line; std::getline(file, line);) {
    const std::size_t blank = line.find(' ');
    const std::string word = line.substr(0, blank);
    const std::string rest = blank == std::string::npos ? "" : line.substr(blank + 1);
    if (word == "server") out.server = rest;
    if (word == "sql") out.items.push_back(text_item(Item::Kind::kSql, rest));
    if (word == "event") out.items.push_back(text_item(Item::Kind::kEvent, from_hex(rest)));
    if (word == "column") table.columns.push_back(column_of(split_cells(rest)));
    if (word == "key") {
      set_key(table, split_cells(rest));
      table.id = {"golden", "t"};
      Item item;
      item.kind = Item::Kind::kTable;
      item.table = std::make_shared<const TableDef>(std::move(table));
      out.items.push_back(std::move(item));
      table = {};
    }
    if (word == "after" || word == "before") {
      Item item;
      item.kind = Item::Kind::kImage;
      item.image = {word == "after", split_cells(rest)};
      out.items.push_back(std::move(item));
    }
  }
  return out;
}

// The recorded cases, or those of the folder that the environment names.
inline std::vector<std::filesystem::path> case_paths() {
  const char* const folder = std::getenv("TIDEMARK_GOLDEN");
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder != nullptr ? folder : "testdata/events")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace tidemark::golden

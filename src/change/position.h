// SPDX-License-Identifier: Apache-2.0
// A place in a binlog: the file's name and the byte position of the next event.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

struct Position {
  std::string file;
  std::uint64_t pos = 0;

  bool empty() const { return file.empty(); }
  std::string text() const { return file + ":" + std::to_string(pos); }
  bool operator==(const Position&) const = default;
};

// Order within one server's log. File names compare by their numeric suffix, because the server widens
// it past 999999; names with another base name compare as text.
std::strong_ordering compare_files(std::string_view a, std::string_view b);
std::strong_ordering operator<=>(const Position& a, const Position& b);

}  // namespace tidemark

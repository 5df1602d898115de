// SPDX-License-Identifier: Apache-2.0
#include "change/position.h"

#include <charconv>

namespace tidemark {
namespace {

struct FileName {
  std::string_view base;
  std::uint64_t number = 0;
  bool numbered = false;
};

FileName split(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  FileName out{.base = name};
  if (dot == std::string_view::npos) return out;
  const std::string_view digits = name.substr(dot + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out.number);
  if (error != std::errc() || end != digits.data() + digits.size()) return out;
  out.base = name.substr(0, dot);
  out.numbered = true;
  return out;
}

}  // namespace

std::strong_ordering compare_files(std::string_view a, std::string_view b) {
  const FileName left = split(a);
  const FileName right = split(b);
  if (left.numbered && right.numbered && left.base == right.base)
    return left.number <=> right.number;
  return a <=> b;
}

std::strong_ordering operator<=>(const Position& a, const Position& b) {
  const auto files = compare_files(a.file, b.file);
  return files != 0 ? files : a.pos <=> b.pos;
}

}  // namespace tidemark

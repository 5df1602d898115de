// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/create_table.h"

#include <algorithm>
#include <charconv>

#include "schema/table.h"

namespace tidemark {
namespace {

// Past a quoted text that starts at `at`; its quote stands doubled inside, '...' has escapes too.
std::size_t past_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\' && quote != '`') {
      ++at;
    } else if (text[at] == quote) {
      if (at + 1 == text.size() || text[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return text.size();
}

std::optional<std::string> bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    unsigned byte = 0;
    const auto parsed = std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
    if (parsed.ptr != hex.data() + at + 2) return std::nullopt;
    out += static_cast<char>(byte);
  }
  return out;
}

}  // namespace

std::optional<std::string> hex_default(std::string_view create_table, std::string_view column) {
  constexpr std::string_view kWord = " DEFAULT ";
  constexpr std::string_view kDigits = "0123456789ABCDEFabcdef";
  const std::string head = "\n  " + quoted(column) + " ";
  std::size_t at = create_table.find(head);
  if (at == std::string_view::npos) return std::nullopt;
  at += head.size() - 1;
  while (at < create_table.size() && create_table[at] != '\n') {
    const char c = create_table[at];
    if (c == '\'' || c == '`') {
      at = past_quoted(create_table, at);
    } else if (create_table.substr(at).starts_with(kWord)) {
      const std::string_view value = create_table.substr(at + kWord.size());
      if (!value.starts_with("0x")) return std::nullopt;
      const std::size_t end = std::min(value.find_first_not_of(kDigits, 2), value.size());
      return bytes_of(value.substr(2, end - 2));
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace tidemark

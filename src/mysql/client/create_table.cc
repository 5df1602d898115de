// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/create_table.h"

#include "base/hex.h"
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

char escaped(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

// Of what stands between the quotes; nothing when they are not its only ones.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' && text[i] != '\'') {
      out += text[i];
      continue;
    }
    const char mark = text[i++];
    if (i == text.size() || (mark == '\'' && text[i] != mark)) return std::nullopt;
    out += mark == '\\' ? escaped(text[i]) : mark;
  }
  return out;
}

std::optional<std::string_view> between_quotes(std::string_view sql) {
  if (sql.size() < 2 || !sql.starts_with("'") || !sql.ends_with("'")) return std::nullopt;
  return sql.substr(1, sql.size() - 2);
}

// The literal at the front of `sql`.
std::optional<std::string_view> literal_at(std::string_view sql) {
  constexpr std::string_view kDigits = "0123456789ABCDEFabcdef";
  if (sql.starts_with("0x")) return sql.substr(0, sql.find_first_not_of(kDigits, 2));
  if (sql.starts_with("x'")) return sql.substr(0, past_quoted(sql, 1));
  if (sql.starts_with("'")) return sql.substr(0, past_quoted(sql, 0));
  return std::nullopt;
}

}  // namespace

std::optional<std::string> literal_bytes(std::string_view sql) {
  if (sql.starts_with("0x")) return from_hex(sql.substr(2));
  if (const auto text = between_quotes(sql)) return unescaped(*text);
  if (!sql.starts_with("x") && !sql.starts_with("X")) return std::nullopt;
  const auto hex = between_quotes(sql.substr(1));
  return hex ? from_hex(*hex) : std::nullopt;
}

std::optional<std::string_view> default_literal(std::string_view create_table,
                                                std::string_view column) {
  constexpr std::string_view kWord = " DEFAULT ";
  const std::string head = "\n  " + quoted(column) + " ";
  std::size_t at = create_table.find(head);
  if (at == std::string_view::npos) return std::nullopt;
  at += head.size() - 1;
  while (at < create_table.size() && create_table[at] != '\n') {
    const char c = create_table[at];
    if (c == '\'' || c == '`') {
      at = past_quoted(create_table, at);
    } else if (create_table.substr(at).starts_with(kWord)) {
      return literal_at(create_table.substr(at + kWord.size()));
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace tidemark

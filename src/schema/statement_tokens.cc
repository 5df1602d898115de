// SPDX-License-Identifier: Apache-2.0
#include "schema/statement_tokens.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"

namespace tidemark {
namespace {

using Token = StatementToken;

bool is_word_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || c == '$' || u >= 0x80;
}

class Lexer {
 public:
  Lexer(std::string_view sql, bool backslash_escapes) : sql_(sql), escapes_(backslash_escapes) {}

  std::optional<Token> next() {
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if (starts_with("/*")) {
        skip_block_comment();
      } else if (starts_with("*/")) {
        at_ += 2;
      } else if (c == '#' || starts_line_comment()) {
        skip_line();
      } else if (c == '\'') {
        read_quoted(c);
      } else if (c == '`' || c == '"') {
        return Token{.text = read_quoted(c), .quoted = true};
      } else if (c == '.') {
        ++at_;
        return Token{.text = {}, .dot = true};
      } else if (is_word_char(c)) {
        const std::size_t from = at_;
        while (at_ < sql_.size() && is_word_char(sql_[at_])) ++at_;
        return Token{.text = std::string(sql_.substr(from, at_ - from))};
      } else {
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  bool starts_with(std::string_view prefix) const { return sql_.substr(at_).starts_with(prefix); }

  // "--" and a blank, a control character or the end.
  bool starts_line_comment() const {
    return starts_with("--") &&
           (at_ + 2 == sql_.size() || (static_cast<unsigned char>(sql_[at_ + 2]) <= ' '));
  }

  void skip_line() {
    while (at_ < sql_.size() && sql_[at_] != '\n') ++at_;
  }

  void skip_block_comment() {
    at_ += 2;
    const bool mariadb = starts_with("M!");
    if (mariadb || starts_with("!")) {
      at_ += mariadb ? 2 : 1;
      while (at_ < sql_.size() && std::isdigit(static_cast<unsigned char>(sql_[at_])) != 0) ++at_;
      return;
    }
    const std::size_t end = sql_.find("*/", at_);
    at_ = end == std::string_view::npos ? sql_.size() : end + 2;
  }

  std::string read_quoted(char quote) {
    std::string text;
    for (++at_; at_ < sql_.size(); ++at_) {
      const char c = sql_[at_];
      if (c == quote) {
        if (at_ + 1 < sql_.size() && sql_[at_ + 1] == quote) {
          ++at_;
        } else {
          break;
        }
      } else if (escapes_ && c == '\\' && quote != '`' && at_ + 1 < sql_.size()) {
        ++at_;
      }
      text += sql_[at_];
    }
    if (at_ < sql_.size()) ++at_;
    return text;
  }

  std::string_view sql_;
  bool escapes_;
  std::size_t at_ = 0;
};

// Leaves the statement that `SET STATEMENT name=value, .. FOR` is put before.
void drop_settings(std::vector<Token>& tokens) {
  if (tokens.size() < 2 || !is_keyword(tokens[0], "SET") || !is_keyword(tokens[1], "STATEMENT"))
    return;
  const auto found = std::find_if(tokens.begin(), tokens.end(),
                                  [](const Token& token) { return is_keyword(token, "FOR"); });
  if (found != tokens.end()) tokens.erase(tokens.begin(), found + 1);
}

}  // namespace

std::vector<Token> statement_tokens(std::string_view sql, bool backslash_escapes) {
  std::vector<Token> tokens;
  Lexer lexer(sql, backslash_escapes);
  while (auto token = lexer.next()) tokens.push_back(std::move(*token));
  drop_settings(tokens);
  return tokens;
}

bool is_keyword(const Token& token, std::string_view word) {
  return !token.quoted && !token.dot && same_letters(token.text, word);
}

bool is_any(const Token& token, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view w) { return is_keyword(token, w); });
}

}  // namespace tidemark

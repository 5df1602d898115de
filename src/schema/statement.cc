// SPDX-License-Identifier: Apache-2.0
#include "schema/statement.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace tidemark {
namespace {

bool is_word_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || c == '$' || u >= 0x80;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

struct Token {
  std::string text;
  bool quoted = false;  // `...` or "..."
  bool dot = false;     // a '.', text is empty
};

// Words, quoted names and dots of a statement. Strings in single quotes and comments are passed over;
// the inside of an executable comment /*! ... */ counts.
class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  std::optional<Token> next() {
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if (starts_with("/*")) {
        skip_block_comment();
      } else if (starts_with("*/")) {
        at_ += 2;
      } else if (c == '#' || starts_with("-- ") || starts_with("--\n") || starts_with("--\t")) {
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
      } else if (c == '\\' && quote != '`' && at_ + 1 < sql_.size()) {
        ++at_;
      }
      text += sql_[at_];
    }
    if (at_ < sql_.size()) ++at_;
    return text;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

bool is_keyword(const Token& token, std::string_view word) {
  return !token.quoted && !token.dot && equals_ignoring_case(token.text, word);
}

bool is_any(const Token& token, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view w) { return is_keyword(token, w); });
}

// CREATE, ALTER and DROP of things that are not tables; the first noun decides.
StatementKind kind_of_definition(const std::vector<Token>& tokens) {
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (is_any(tokens[i], {"TABLE", "TABLES", "INDEX", "UNIQUE", "FULLTEXT", "SPATIAL"})) {
      return StatementKind::kTableDdl;
    }
    if (is_any(tokens[i], {"DATABASE", "SCHEMA"})) {
      return is_keyword(tokens[0], "DROP") ? StatementKind::kDropDatabase : StatementKind::kOther;
    }
    if (is_any(tokens[i],
               {"VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "USER", "ROLE", "SERVER",
                "TABLESPACE", "LOGFILE", "UNDO", "INSTANCE", "RESOURCE", "LIBRARY"})) {
      return StatementKind::kOther;
    }
  }
  return StatementKind::kOther;
}

StatementKind kind_of_statement(const std::vector<Token>& tokens) {
  if (tokens.empty()) return StatementKind::kOther;
  const Token& first = tokens.front();
  const auto second_is = [&](std::string_view word) {
    return tokens.size() > 1 && is_keyword(tokens[1], word);
  };
  if (is_keyword(first, "BEGIN")) return StatementKind::kBegin;
  if (is_keyword(first, "START") && second_is("TRANSACTION")) return StatementKind::kBegin;
  if (is_keyword(first, "COMMIT")) return StatementKind::kCommit;
  if (is_keyword(first, "ROLLBACK")) {
    const bool to_savepoint = second_is("TO") || (second_is("WORK") && tokens.size() > 2);
    return to_savepoint ? StatementKind::kOther : StatementKind::kRollback;
  }
  if (is_keyword(first, "XA")) {
    return second_is("START") || second_is("BEGIN") ? StatementKind::kXaStart
                                                    : StatementKind::kXaEnd;
  }
  if (is_keyword(first, "TRUNCATE")) return StatementKind::kTruncate;
  if (is_keyword(first, "RENAME")) {
    return second_is("TABLE") || second_is("TABLES") ? StatementKind::kTableDdl
                                                     : StatementKind::kOther;
  }
  if (is_any(first, {"CREATE", "ALTER", "DROP"})) return kind_of_definition(tokens);
  if (is_keyword(first, "IMPORT")) return StatementKind::kTableDdl;
  if (is_any(first,
             {"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "CALL", "WITH", "DO", "HANDLER"})) {
    return StatementKind::kRowChange;
  }
  return StatementKind::kOther;
}

}  // namespace

Statement Statement::parse(std::string_view sql, std::string_view default_database) {
  // Nearly every QUERY event of a busy stream.
  if (sql == "BEGIN") {
    Statement begin;
    begin.kind_ = StatementKind::kBegin;
    return begin;
  }
  std::vector<Token> tokens;
  Lexer lexer(sql);
  while (auto token = lexer.next()) tokens.push_back(std::move(*token));

  Statement out;
  out.kind_ = kind_of_statement(tokens);
  out.starts_transaction_ = out.kind_ == StatementKind::kTableDdl && tokens.size() > 2 &&
                            is_keyword(tokens[tokens.size() - 2], "START") &&
                            is_keyword(tokens.back(), "TRANSACTION");
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].dot) continue;
    const bool qualified = i + 2 < tokens.size() && tokens[i + 1].dot && !tokens[i + 2].dot;
    if (qualified) {
      out.names_.push_back({tokens[i].text, tokens[i + 2].text});
    } else if (!default_database.empty()) {
      out.names_.push_back({std::string(default_database), tokens[i].text});
    } else if (out.kind_ == StatementKind::kDropDatabase) {
      out.names_.push_back({tokens[i].text, ""});
    }
  }
  return out;
}

bool Statement::mentions(const TableId& table) const {
  return std::any_of(names_.begin(), names_.end(), [&](const TableId& name) {
    return equals_ignoring_case(name.database, table.database) &&
           equals_ignoring_case(name.table, table.table);
  });
}

bool Statement::mentions_database(std::string_view database) const {
  return std::any_of(names_.begin(), names_.end(), [&](const TableId& name) {
    return equals_ignoring_case(name.database, database) ||
           equals_ignoring_case(name.table, database);
  });
}

}  // namespace tidemark

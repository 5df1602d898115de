// SPDX-License-Identifier: Apache-2.0
#include "schema/statement.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <optional>

namespace tidemark {

struct StatementToken {
  std::string text;
  bool quoted = false;  // `...` or "..."
  bool dot = false;     // a '.', text is empty
};

namespace {

using Token = StatementToken;

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

bool is_ascii_char(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_ascii_char);
}

// Whether each lead byte has its continuation bytes; overlong forms pass.
bool is_utf8(std::string_view text) {
  std::size_t expected = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0) == 0x80;
    if (continues != (expected > 0)) return false;
    if (continues) {
      --expected;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      expected = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    }
  }
  return expected == 0;
}

std::string ascii_part(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), is_ascii_char);
  return out;
}

// `written` stands in a statement, `known` is UTF-8.
bool may_be(std::string_view written, std::string_view known) {
  if (equals_ignoring_case(written, known)) return true;
  if (is_ascii(written) || is_ascii(known)) return false;
  // Letters of another case take the same number of bytes, but for a few that nobody names tables with.
  if (is_utf8(written) && written.size() != known.size()) return false;
  return equals_ignoring_case(ascii_part(written), ascii_part(known));
}

// Words, quoted names and dots of a statement. Strings in single quotes and comments are passed over;
// the inside of an executable comment /*! ... */ counts.
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

std::vector<Token> tokens_of(std::string_view sql, bool backslash_escapes) {
  std::vector<Token> tokens;
  Lexer lexer(sql, backslash_escapes);
  while (auto token = lexer.next()) tokens.push_back(std::move(*token));
  return tokens;
}

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
    if (second_is("START") || second_is("BEGIN")) return StatementKind::kXaStart;
    if (second_is("COMMIT")) return StatementKind::kXaCommit;
    return second_is("ROLLBACK") ? StatementKind::kXaRollback : StatementKind::kXaEnd;
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

// The transaction id of "XA <verb> X'<gtrid>',X'<bqual>',<format>", which is the server's own spelling.
std::string xid_of(std::string_view sql) {
  const std::size_t from = sql.find("X'");
  if (from == std::string_view::npos) return {};
  const std::string_view xid = sql.substr(from, sql.find(' ', from) - from);
  const std::size_t second = xid.find("',X'");
  const std::size_t number = second == std::string_view::npos ? second : xid.find("',", second + 4);
  if (number == std::string_view::npos || number + 2 == xid.size()) return {};
  const std::string_view digits = xid.substr(number + 2);
  return digits.find_first_not_of("0123456789") == std::string_view::npos ? std::string(xid) : "";
}

}  // namespace

Statement Statement::parse(std::string_view sql, std::string_view default_database) {
  // Nearly every QUERY event of a busy stream.
  if (sql == "BEGIN") {
    Statement begin;
    begin.kind_ = StatementKind::kBegin;
    return begin;
  }
  const std::vector<Token> tokens = tokens_of(sql, true);
  Statement out;
  out.kind_ = kind_of_statement(tokens);
  if (!tokens.empty() && is_keyword(tokens.front(), "XA")) out.xid_ = xid_of(sql);
  out.starts_transaction_ = out.kind_ == StatementKind::kTableDdl && tokens.size() > 2 &&
                            is_keyword(tokens[tokens.size() - 2], "START") &&
                            is_keyword(tokens.back(), "TRANSACTION");
  out.add_names(tokens, default_database);
  // Under NO_BACKSLASH_ESCAPES, and in some charsets, a backslash is an ordinary byte and strings end elsewhere.
  const bool definition = out.kind_ == StatementKind::kTableDdl ||
                          out.kind_ == StatementKind::kDropDatabase ||
                          out.kind_ == StatementKind::kTruncate;
  if (definition && sql.find('\\') != std::string_view::npos)
    out.add_names(tokens_of(sql, false), default_database);
  return out;
}

void Statement::add_names(const std::vector<Token>& tokens, std::string_view database) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].dot) continue;
    const bool qualified = i + 2 < tokens.size() && tokens[i + 1].dot && !tokens[i + 2].dot;
    if (qualified) {
      names_.push_back({tokens[i].text, tokens[i + 2].text});
    } else if (!database.empty()) {
      names_.push_back({std::string(database), tokens[i].text});
    } else if (kind_ == StatementKind::kDropDatabase) {
      names_.push_back({tokens[i].text, ""});
    }
  }
}

std::vector<TableId> Statement::names() const {
  std::vector<TableId> out;
  std::copy_if(names_.begin(), names_.end(), std::back_inserter(out),
               [](const TableId& id) { return is_utf8(id.database) && is_utf8(id.table); });
  return out;
}

bool Statement::mentions(const TableId& table) const {
  return std::any_of(names_.begin(), names_.end(), [&](const TableId& name) {
    return may_be(name.database, table.database) && may_be(name.table, table.table);
  });
}

bool Statement::mentions_database(std::string_view database) const {
  return std::any_of(names_.begin(), names_.end(), [&](const TableId& name) {
    return may_be(name.database, database) || may_be(name.table, database);
  });
}

}  // namespace tidemark

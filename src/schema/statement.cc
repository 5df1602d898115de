// SPDX-License-Identifier: Apache-2.0
#include "schema/statement.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/ascii.h"
#include "base/json.h"
#include "schema/statement_tokens.h"

namespace tidemark {
namespace {

using Token = StatementToken;

bool is_ascii_char(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_ascii_char);
}

std::string ascii_part(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out), is_ascii_char);
  return out;
}

// `written` stands in a statement, `known` is UTF-8.
bool may_be(std::string_view written, std::string_view known) {
  if (same_letters(written, known)) return true;
  if (is_ascii(written) || is_ascii(known)) return false;
  // Letters of another case take the same number of bytes, but for a few that nobody names tables with.
  if (is_utf8(written) && written.size() != known.size()) return false;
  return same_letters(ascii_part(written), ascii_part(known));
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
    return to_savepoint ? StatementKind::kRollbackToSavepoint : StatementKind::kRollback;
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
  const std::vector<Token> tokens = statement_tokens(sql, true);
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
    out.add_names(statement_tokens(sql, false), default_database);
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

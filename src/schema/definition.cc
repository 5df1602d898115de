// SPDX-License-Identifier: Apache-2.0
#include "schema/definition.h"

#include <initializer_list>
#include <utility>

#include "schema/statement_tokens.h"

namespace tidemark {
namespace {

// Reads a statement's words from left to right.
class Reader {
 public:
  Reader(const std::vector<StatementToken>& tokens, std::string_view database)
      : tokens_(tokens), database_(database) {}

  bool done() const { return at_ >= tokens_.size(); }
  bool sees(std::string_view word) const { return !done() && is_keyword(tokens_[at_], word); }
  bool sees_any(std::initializer_list<std::string_view> words) const {
    return !done() && is_any(tokens_[at_], words);
  }
  void skip() { ++at_; }
  bool take(std::string_view word) {
    const bool is = sees(word);
    if (is) skip();
    return is;
  }
  bool take_any(std::initializer_list<std::string_view> words) {
    const bool is = sees_any(words);
    if (is) skip();
    return is;
  }
  // Everything up to and including one of the words. False: there is none.
  bool take_until(std::initializer_list<std::string_view> words) {
    while (!done() && !sees_any(words)) skip();
    return take_any(words);
  }
  // IF EXISTS, IF NOT EXISTS
  void take_condition() {
    if (!take("IF")) return;
    take("NOT");
    take("EXISTS");
  }
  // MariaDB's WAIT n, NOWAIT
  void take_patience() {
    if (take("NOWAIT")) return;
    if (take("WAIT")) skip();
  }

  std::optional<std::string> word() {
    if (done() || tokens_[at_].dot) return std::nullopt;
    return tokens_[at_++].text;
  }
  // t, d.t or .t
  std::optional<TableId> table() {
    if (!done() && tokens_[at_].dot) skip();
    auto first = word();
    if (!first) return std::nullopt;
    if (done() || !tokens_[at_].dot) return TableId{database_, *std::move(first)};
    skip();
    auto second = word();
    if (!second) return std::nullopt;
    return TableId{*std::move(first), *std::move(second)};
  }
  const std::string& database() const { return database_; }

 private:
  const std::vector<StatementToken>& tokens_;
  std::string database_;
  std::size_t at_ = 0;
};

void add(Definition& out, TableAction action, std::optional<TableId> id) {
  if (id)
    out.tables.push_back({.action = action, .id = *std::move(id), .renamed_from = std::nullopt});
}

// Behind ALTER TABLE t: where `RENAME [TO | AS] u` stands among the changes, t is u from now on.
void read_new_name(Reader& in, DefinedTable& table) {
  while (in.take_until({"RENAME"})) {
    if (in.sees_any({"COLUMN", "INDEX", "KEY"})) continue;
    in.take_any({"TO", "AS"});
    auto name = in.table();
    if (!name) return;
    table.renamed_from = std::exchange(table.id, *std::move(name));
    return;
  }
}

void read_alter_table(Reader& in, Definition& out) {
  in.take_condition();
  auto id = in.table();
  if (!id) return;
  add(out, TableAction::kAlter, std::move(id));
  read_new_name(in, out.tables.back());
}

void read_drop_tables(Reader& in, Definition& out) {
  in.take_condition();
  while (!in.done() && !in.sees_any({"RESTRICT", "CASCADE", "WAIT", "NOWAIT"}))
    add(out, TableAction::kDrop, in.table());
}

void read_renames(Reader& in, Definition& out) {
  in.take_condition();
  while (!in.done()) {
    auto before = in.table();
    in.take_patience();
    if (!before || !in.take("TO")) return;
    auto after = in.table();
    if (!after) return;
    out.tables.push_back({.action = TableAction::kAlter,
                          .id = *std::move(after),
                          .renamed_from = std::move(before)});
  }
}

void read_index(Reader& in, Definition& out) {
  if (in.take_until({"ON"})) add(out, TableAction::kAlter, in.table());
}

void read_database(Reader& in, Definition& out, bool may_be_left_out) {
  in.take_condition();
  // ALTER DATABASE CHARACTER SET .. means the present one.
  const bool left_out =
      may_be_left_out &&
      in.sees_any({"CHARACTER", "CHARSET", "COLLATE", "DEFAULT", "ENCRYPTION", "READ", "COMMENT"});
  out.database = left_out || in.done() ? in.database() : in.word().value_or(in.database());
}

}  // namespace

Definition definition_of(std::string_view sql, std::string_view default_database,
                         bool backslash_escapes) {
  Definition out;
  const std::vector<StatementToken> tokens = statement_tokens(sql, backslash_escapes);
  Reader in(tokens, default_database);
  if (in.take("RENAME")) {
    if (in.take_any({"TABLE", "TABLES"})) read_renames(in, out);
    return out;
  }
  const bool create = in.take("CREATE");
  const bool alter = !create && in.take("ALTER");
  if (!create && !alter && !in.take("DROP")) return out;
  // OR REPLACE, ONLINE, IGNORE, UNIQUE, ..: what stands before the noun.
  while (in.take_any({"OR", "REPLACE", "ONLINE", "OFFLINE", "IGNORE", "UNIQUE", "FULLTEXT",
                      "SPATIAL", "VECTOR"})) {
  }
  if (in.take_any({"DATABASE", "SCHEMA"})) {
    read_database(in, out, alter);
  } else if (in.take("INDEX")) {
    read_index(in, out);
  } else if (in.take_any({"TABLE", "TABLES"})) {
    if (create) {
      in.take_condition();
      add(out, TableAction::kCreate, in.table());
    } else if (alter) {
      read_alter_table(in, out);
    } else {
      read_drop_tables(in, out);
    }
  }
  return out;
}

}  // namespace tidemark

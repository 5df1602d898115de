// SPDX-License-Identifier: Apache-2.0
#include "control/grants.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/ascii.h"

namespace tidemark {
namespace {

// What of ALL PRIVILEGES concerns the rows of a table.
constexpr std::string_view kRowPrivileges[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};

// One privilege of a line: its name, and the columns it is limited to.
struct Privilege {
  std::string name;
  std::vector<std::string> columns;
};

// "GRANT a, b (`c`) ON `db`.`t` TO .." or "REVOKE a ON `db`.* FROM ..".
struct Line {
  bool revoke = false;
  std::vector<Privilege> privileges;
  std::string database;  // "*" of *.*; unescaped, may be a LIKE pattern
  std::string table;     // "*" of db.*
};

// Walks one line; names are in backticks, doubled inside.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  bool word(std::string_view expected) {
    blanks();
    if (upper(text_.substr(at_, expected.size())) != expected) return false;
    at_ += expected.size();
    return true;
  }
  // A name in backticks, or `*`.
  std::optional<std::string> name() {
    blanks();
    if (word("*")) return "*";
    if (!word("`")) return std::nullopt;
    std::string out;
    for (; !at_end(); ++at_) {
      if (text_[at_] != '`') {
        out += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '`') {
        out += text_[at_++];
      } else {
        ++at_;
        return out;
      }
    }
    return std::nullopt;
  }
  // Up to a comma, an opening bracket or the word ON, none of them taken.
  std::string privilege_name() {
    blanks();
    const std::size_t start = at_;
    while (!at_end() && text_[at_] != ',' && text_[at_] != '(' && !upper_at(" ON ")) ++at_;
    return upper(trim(text_.substr(start, at_ - start)));
  }

 private:
  bool upper_at(std::string_view word) const {
    return upper(text_.substr(at_, word.size())) == word;
  }
  void blanks() {
    while (!at_end() && text_[at_] == ' ') ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::vector<std::string>> parse_columns(Scanner& in) {
  std::vector<std::string> out;
  do {
    std::optional<std::string> name = in.name();
    if (!name) return std::nullopt;
    out.push_back(*std::move(name));
  } while (in.word(","));
  return in.word(")") ? std::optional(out) : std::nullopt;
}

// Nothing for what is no grant on tables: roles, PROXY, routines.
std::optional<Line> parse_line(std::string_view text) {
  Scanner in(text);
  Line out;
  out.revoke = in.word("REVOKE ");
  if (!out.revoke && !in.word("GRANT ")) return std::nullopt;
  do {
    Privilege privilege{in.privilege_name(), {}};
    if (in.word("(")) {
      std::optional<std::vector<std::string>> columns = parse_columns(in);
      if (!columns) return std::nullopt;
      privilege.columns = *std::move(columns);
    }
    out.privileges.push_back(std::move(privilege));
  } while (in.word(","));
  if (!in.word("ON ")) return std::nullopt;
  in.word("TABLE ");
  std::optional<std::string> database = in.name();
  if (!database || !in.word(".")) return std::nullopt;
  std::optional<std::string> table = in.name();
  if (!table) return std::nullopt;
  out.database = *std::move(database);
  out.table = *std::move(table);
  return out;
}

// LIKE with '\' as escape, as the database of a grant is compared.
bool like(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (like(pattern.substr(1), text.substr(skip))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern.front() == '\\' && pattern.size() > 1) {
    return pattern[1] == text.front() && like(pattern.substr(2), text.substr(1));
  }
  return (pattern.front() == '_' || pattern.front() == text.front()) &&
         like(pattern.substr(1), text.substr(1));
}

bool covers(const Line& line, const TableId& table) {
  if (line.database == "*") return line.table == "*";
  if (line.table == "*") return like(line.database, table.database);
  return line.database == table.database && line.table == table.table;
}

std::vector<std::string> expanded(const Privilege& privilege) {
  if (privilege.name != "ALL PRIVILEGES" && privilege.name != "ALL") return {privilege.name};
  return {std::begin(kRowPrivileges), std::end(kRowPrivileges)};
}

struct Granted {
  std::set<std::string> global;
  std::set<std::string> narrower;  // on the database or the table
  std::map<std::string, std::set<std::string>> by_column;
};

// A partial revoke takes from what is granted globally, not from what is granted on the database.
void apply(const Line& line, Granted& granted) {
  for (const Privilege& privilege : line.privileges) {
    for (const std::string& name : expanded(privilege)) {
      if (line.revoke) {
        granted.global.erase(name);
      } else if (!privilege.columns.empty()) {
        granted.by_column[name].insert(privilege.columns.begin(), privilege.columns.end());
      } else {
        (line.database == "*" ? granted.global : granted.narrower).insert(name);
      }
    }
  }
}

}  // namespace

std::vector<std::string> privileges_on(const TableId& table, std::span<const std::string> columns,
                                       std::span<const std::string> grants) {
  Granted granted;
  for (const bool revokes : {false, true}) {
    for (const std::string& text : grants) {
      const std::optional<Line> line = parse_line(text);
      if (line && line->revoke == revokes && covers(*line, table)) apply(*line, granted);
    }
  }
  std::set<std::string> out = granted.global;
  out.insert(granted.narrower.begin(), granted.narrower.end());
  for (const auto& [name, of] : granted.by_column) {
    const bool each = std::ranges::all_of(columns, [&](const auto& c) { return of.contains(c); });
    if (each && !columns.empty()) out.insert(name);
  }
  return {out.begin(), out.end()};
}

bool has_privilege(std::span<const std::string> privileges, std::string_view name) {
  return std::ranges::find(privileges, name) != privileges.end();
}

}  // namespace tidemark

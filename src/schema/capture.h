// SPDX-License-Identifier: Apache-2.0
// Which tables are captured: database lists AND table lists, built-in databases left out, the signal
// table always in.
// Matching: full match, ASCII case-insensitive; databases by name, tables by `db.table`
// Value type.
#pragma once

#include <optional>

#include "base/regex.h"
#include "schema/table.h"

namespace tidemark {

class CaptureFilter {
 public:
  // Of each pair at most one is set; an empty list counts as none. Compiled case-insensitively.
  struct Rules {
    std::optional<RegexList> database_include = {};
    std::optional<RegexList> database_exclude = {};
    std::optional<RegexList> table_include = {};
    std::optional<RegexList> table_exclude = {};
    // The server's own: mysql and sys. performance_schema and information_schema store no rows and are
    // left out in any case.
    bool ignore_builtin = true;
    std::optional<TableId> signal_table = {};  // exact, as the server spells it
  };

  explicit CaptureFilter(Rules rules);

  // Errors: kRejected when a name drives an expression past its limits.
  Result<bool> captures(const TableId& table) const;
  // Do the lists of databases take it in? That of the signal table counts like any other.
  Result<bool> captures_database(const std::string& database) const;

 private:
  // Whatever the lists say.
  bool leaves_out(std::string_view database) const;

  Rules rules_;
};

bool is_builtin_database(std::string_view database);

}  // namespace tidemark

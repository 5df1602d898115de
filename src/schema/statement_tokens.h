// SPDX-License-Identifier: Apache-2.0
// The words of a statement, for those who look for a few of them: what it does and to which names.
// Passed over: strings in single quotes, comments, and every sign but the dot. The inside of an
// executable comment /*! ... */ counts, and of MariaDB's `SET STATEMENT ... FOR <statement>` only the
// statement does.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

struct StatementToken {
  std::string text;
  bool quoted = false;  // `...` or "..."
  bool dot = false;  // a '.', text is empty
};

// `backslash_escapes`: a backslash in a quoted text takes the next character with it, as it does unless
// sql_mode has NO_BACKSLASH_ESCAPES.
std::vector<StatementToken> statement_tokens(std::string_view sql, bool backslash_escapes);

// Without regard to ASCII case.
bool is_keyword(const StatementToken& token, std::string_view word);
bool is_any(const StatementToken& token, std::initializer_list<std::string_view> words);

}  // namespace tidemark

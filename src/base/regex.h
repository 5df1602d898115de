// SPDX-License-Identifier: Apache-2.0
// Java regular expressions, as Debezium's lists use them, on PCRE2.
// What PCRE2 reads differently (class intersection `[a-z&&[^x]]`, `\p{java...}`) is refused by name.
// Case-insensitive means ASCII letters only. A match is a full match.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidemark {

enum class RegexCase : std::uint8_t { kSensitive, kInsensitive };

// A compiled expression. Value; copies share the compiled code, which is immutable.
// Thread: any, matching included.
class Regex {
 public:
  // Errors: kRejected with the reason and the place in the pattern.
  static Result<Regex> compile(std::string_view pattern, RegexCase letter_case);

  // Does the whole subject match? A subject that drives the engine past its limits does not match and
  // is reported as an error.
  Result<bool> full_match(std::string_view subject) const;
  const std::string& pattern() const { return pattern_; }

 private:
  Regex(std::string pattern, std::shared_ptr<const void> code)
      : pattern_(std::move(pattern)), code_(std::move(code)) {}
  std::string pattern_;
  std::shared_ptr<const void> code_;  // shared: compiled code never changes and copies are cheap
};

// Splits a list on each ',' that no backslash precedes; backslash-comma becomes a comma inside the
// item; items are trimmed and blank ones dropped. A trailing lone backslash is an error.
Result<std::vector<std::string>> split_list(std::string_view text);

// A comma-separated list of expressions; matches where any item does.
class RegexList {
 public:
  RegexList() = default;
  static Result<RegexList> compile(std::string_view list, RegexCase letter_case);

  bool empty() const { return items_.empty(); }
  Result<bool> matches(std::string_view subject) const;
  const std::vector<Regex>& items() const { return items_; }

 private:
  std::vector<Regex> items_;
};

}  // namespace tidemark

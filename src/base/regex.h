// SPDX-License-Identifier: Apache-2.0
// Java regular expressions, as Debezium's lists use them, on PCRE2.
// What PCRE2 reads differently (class intersection `[a-z&&[^x]]`, `\p{java...}`) is refused by name.
// Case-insensitive means ASCII letters only. A match is a full match.
#pragma once

#include <memory>
#include <optional>
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

// An expression and what is put in the place of a match, as java.util.regex.Matcher does it: a subject that
// matches as a whole has the first match found in it replaced (mostly the whole; `a|ab` finds only the "a" of
// "ab"). In the replacement `$1` and `${name}` are groups, a backslash takes the next character as it is.
// Value. Thread: any.
// Source: Matcher.matches, replaceFirst, appendReplacement (JDK 21 API page)
class RegexReplacement {
 public:
  // Errors: kRejected; a group that the expression does not have is one, too.
  static Result<RegexReplacement> compile(std::string_view pattern, std::string_view replacement);

  // Nothing where the subject does not match.
  Result<std::optional<std::string>> apply(std::string_view subject) const;

 private:
  struct Part {
    std::string text;
    int group = -1;  // -1: text
  };
  RegexReplacement(Regex whole, std::shared_ptr<const void> find, std::vector<Part> parts)
      : whole_(std::move(whole)), find_(std::move(find)), parts_(std::move(parts)) {}
  static Result<std::vector<Part>> parse(std::string_view replacement, const void* code);

  Regex whole_;
  std::shared_ptr<const void> find_;  // shared: compiled code never changes and copies are cheap
  std::vector<Part> parts_;
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

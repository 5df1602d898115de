// SPDX-License-Identifier: Apache-2.0
// Cuts JSON of our own making into slices without decoding it: what is only moved is never rewritten.
// The text is the JSON an encoder printed: no blanks, well formed. On any other text the cutters fail or
// yield wrong slices, but never leave the text's bounds.
// Thread: any
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tidemark {

// The end of the value that begins at `at`; npos where there is none.
std::size_t end_of_json_value(std::string_view json, std::size_t at);

// The members of an object, names as JSON strings.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view json) : json_(json) {}
  std::optional<std::pair<std::string_view, std::string_view>> next();
  bool failed() const { return failed_; }

 private:
  std::string_view json_;
  std::size_t at_ = 0;  // 0: at the bracket
  bool failed_ = false;
};

// The items of an array.
class JsonItems {
 public:
  explicit JsonItems(std::string_view json) : json_(json) {}
  std::optional<std::string_view> next();
  bool failed() const { return failed_; }

 private:
  std::string_view json_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// The text of a JSON string, UTF-8; what is no JSON string comes out empty. Lone surrogates become U+FFFD.
std::string unquoted_json(std::string_view json);

}  // namespace tidemark

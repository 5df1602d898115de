// SPDX-License-Identifier: Apache-2.0
// Which values may not be shown: passwords, and whatever custom.sanitize.pattern names.
#pragma once

#include <string>
#include <string_view>

#include "base/regex.h"

namespace tidemark {

inline constexpr std::string_view kMask = "********";

class Secrets {
 public:
  // The built-in pattern.
  Secrets();
  // Errors: kRejected; the pattern is matched in full against names, in any case.
  static Result<Secrets> with_pattern(std::string_view pattern);

  bool secret(std::string_view name) const;
  // For a name nobody declared, perhaps a misspelt one: anything that smells of a secret.
  bool perhaps_secret(std::string_view name) const;
  std::string shown(std::string_view name, std::string_view value) const;

 private:
  explicit Secrets(Regex pattern) : pattern_(std::move(pattern)) {}
  Regex pattern_;
};

}  // namespace tidemark

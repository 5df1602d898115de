// SPDX-License-Identifier: Apache-2.0
// `${...}` in values.
//   ${env:NAME}         an environment variable; every form
//   ${file:PATH:KEY}    a key of a .properties file; every form
//   ${name} ${name:default}  another property or environment variable; server form only
//   $$                  a dollar; server form only. Elsewhere dollars stand for themselves
// Results are not expanded again, but for properties of the server form, which are, up to 16 deep.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemark {

class Resolver {
 public:
  struct Sources {
    bool server_form = false;
    std::function<std::optional<std::string>(std::string_view)> getenv;    // may be empty
    std::function<std::optional<std::string>(std::string_view)>
        property;  // raw value by written name
  };
  explicit Resolver(Sources sources) : sources_(std::move(sources)) {}

  // Errors: kRejected, naming the expression. Never a value that was looked up.
  Result<std::string> resolve(std::string_view text) { return expand(text, 0); }

 private:
  Result<std::string> expand(std::string_view text, int depth);
  Result<std::string> evaluate(std::string_view expression, int depth);
  Result<std::string> from_env(std::string_view name) const;
  Result<std::string> from_file(std::string_view path_and_key);

  Sources sources_;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> files_;
};

}  // namespace tidemark

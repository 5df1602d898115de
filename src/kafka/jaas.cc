// SPDX-License-Identifier: Apache-2.0
#include "kafka/jaas.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/ascii.h"

namespace tidemark::kafka {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  // A quoted text without its quotes, `=`, `;`, or a word; nothing at the end, or in an open quote.
  std::optional<std::string> next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() == '"') return quoted();
    const std::size_t size =
        is_mark(rest_.front()) ? 1 : std::min(rest_.find_first_of(" \t\r\n=;\""), rest_.size());
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }
  bool open_quote() const { return open_quote_; }

 private:
  static bool is_mark(char c) { return c == '=' || c == ';'; }

  std::optional<std::string> quoted() {
    std::string out;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        rest_.remove_prefix(at + 1);
        return out;
      }
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      out += rest_[at];
    }
    open_quote_ = true;
    rest_ = {};
    return std::nullopt;
  }

  std::string_view rest_;
  bool open_quote_ = false;
};

constexpr std::array<std::string_view, 4> kFlags{"required", "requisite", "sufficient", "optional"};

}  // namespace

std::expected<JaasEntry, std::string> parse_jaas(std::string_view text) {
  Tokens tokens(text);
  JaasEntry out;
  const std::optional<std::string> module = tokens.next();
  const std::optional<std::string> flag = tokens.next();
  if (!module || !flag) return std::unexpected("does not name a login module and a flag");
  out.module = module->substr(module->rfind('.') + 1);
  if (std::ranges::find(kFlags, lower(*flag)) == kFlags.end())
    return std::unexpected("has no flag such as `required` after the login module");
  for (;;) {
    std::optional<std::string> name = tokens.next();
    if (tokens.open_quote()) return std::unexpected("has a quote that is not closed");
    if (!name) return std::unexpected("does not end in `;`");
    if (*name == ";") break;
    const std::optional<std::string> equals = tokens.next();
    std::optional<std::string> value = tokens.next();
    if (tokens.open_quote()) return std::unexpected("has a quote that is not closed");
    if (!equals || *equals != "=" || !value)
      return std::unexpected("has an option that is not name=\"value\"");
    out.options.insert_or_assign(*std::move(name), *std::move(value));
  }
  if (tokens.next()) return std::unexpected("goes on after `;`");
  return out;
}

}  // namespace tidemark::kafka

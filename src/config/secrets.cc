// SPDX-License-Identifier: Apache-2.0
#include "config/secrets.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/assert.h"
#include "config/property.h"

namespace tidemark {
namespace {

// The original's: everything that ends so.
constexpr std::string_view kBuiltin =
    ".*(secret|password|sasl\\.jaas\\.config|basic\\.auth\\.user\\.info|registry\\.auth\\.client-"
    "secret|"
    "credentials\\.json|connectionstring|connection\\.string)";

Regex builtin() {
  auto regex = Regex::compile(kBuiltin, RegexCase::kInsensitive);
  ASSERT(regex.has_value(), "the built-in pattern compiles");
  return *std::move(regex);
}

}  // namespace

Secrets::Secrets() : pattern_(builtin()) {}

Result<Secrets> Secrets::with_pattern(std::string_view pattern) {
  return Secrets(TRY(Regex::compile(pattern, RegexCase::kInsensitive)));
}

bool Secrets::secret(std::string_view name) const {
  const Property* property = find_property(name);
  if (property != nullptr && property->type == ValueType::kPassword) return true;
  // A private key as text, among the settings of a Kafka client.
  if (name.ends_with("ssl.keystore.key")) return true;
  const auto matched = pattern_.full_match(name);
  return !matched || *matched;  // when unsure: secret
}

bool Secrets::perhaps_secret(std::string_view name) const {
  constexpr auto kSmells = std::to_array<std::string_view>(
      {"pass", "pwd", "pasw", "secret", "token", "credential", "jaas", "auth", "key"});
  const std::string small = lower(name);
  return secret(name) || std::any_of(kSmells.begin(), kSmells.end(), [&](std::string_view smell) {
           return small.find(smell) != std::string::npos;
         });
}

std::string Secrets::shown(std::string_view name, std::string_view value) const {
  return std::string(secret(name) ? kMask : value);
}

}  // namespace tidemark

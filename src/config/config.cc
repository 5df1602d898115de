// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <algorithm>

#include "base/assert.h"
#include "config/column_rules.h"
#include "config/property.h"
#include "config/secrets.h"
#include "config/value_check.h"

namespace tidemark {
namespace {

const Property& declared(std::string_view name) {
  const Property* property = find_property(name);
  ASSERT(property != nullptr, std::string(name) + " is not declared");
  return *property;
}

}  // namespace

std::string Config::text(std::string_view name) const {
  const Property& property = declared(name);
  const auto found = values_.find(name);
  return found != values_.end() ? found->second.value : std::string(property.fallback);
}

std::int64_t Config::integer(std::string_view name) const {
  const Property& property = declared(name);
  ASSERT(property.type == ValueType::kInt || property.type == ValueType::kLong, std::string(name));
  return parse_integer(text(name)).value_or(0);
}

bool Config::boolean(std::string_view name) const {
  ASSERT(declared(name).type == ValueType::kBool, std::string(name));
  return text(name) == "true";
}

bool Config::given(std::string_view name) const {
  declared(name);
  return values_.contains(name);
}

std::map<std::string, std::string, std::less<>> Config::under(std::string_view head) const {
  std::map<std::string, std::string, std::less<>> out;
  for (auto it = values_.lower_bound(head); it != values_.end() && it->first.starts_with(head);
       ++it)
    out.emplace(it->first.substr(head.size()), it->second.value);
  return out;
}

std::vector<EffectiveValue> Config::describe() const {
  const auto custom = Secrets::with_pattern(text("custom.sanitize.pattern"));
  const Secrets secrets = given("custom.sanitize.pattern") && custom ? *custom : Secrets();
  std::vector<EffectiveValue> out;
  for (const auto& [name, value] : values_) {
    const Property* property = find_property(name);
    if (property != nullptr && value.value == property->fallback) continue;
    out.push_back({without_salt(name), secrets.shown(name, value.value), value.from});
  }
  return out;
}

}  // namespace tidemark

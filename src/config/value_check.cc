// SPDX-License-Identifier: Apache-2.0
#include "config/value_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/ascii.h"
#include "base/regex.h"

namespace tidemark {
namespace {

std::string listed(std::string_view values) {
  std::string out;
  for (const std::string_view value : words(values)) {
    if (!out.empty()) out += ", ";
    out += value;
  }
  return out;
}

std::unexpected<Complaint> complain(std::string problem, std::string allowed,
                                    bool not_there_yet = false) {
  return std::unexpected(Complaint{std::move(problem), std::move(allowed), not_there_yet});
}

bool contains_word(std::string_view values, std::string_view wanted) {
  const auto all = words(values);
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

// ">= 0", "> 0", "1..64"
bool within(std::string_view bounds, std::int64_t value) {
  if (bounds.empty()) return true;
  if (bounds.starts_with(">= ")) return value >= parse_integer(bounds.substr(3)).value_or(0);
  if (bounds.starts_with("> ")) return value > parse_integer(bounds.substr(2)).value_or(0);
  const std::size_t dots = bounds.find("..");
  return value >= parse_integer(bounds.substr(0, dots)).value_or(0) &&
         value <= parse_integer(bounds.substr(dots + 2)).value_or(0);
}

using Checked = std::expected<std::string, Complaint>;

Checked check_number(const Property& property, std::string_view value) {
  const bool small = property.type == ValueType::kInt;
  const std::string_view bounds = property.allowed.empty() ? "any" : property.allowed;
  const std::string allowed = fmt::format("a whole number, {}", bounds);
  const auto number = parse_integer(trim(value));
  if (!number) return complain("is not a whole number", allowed);
  if (small && (*number > std::numeric_limits<std::int32_t>::max() ||
                *number < std::numeric_limits<std::int32_t>::min())) {
    return complain("does not fit 32 bits", allowed);
  }
  if (!within(property.allowed, *number)) return complain("is out of bounds", allowed);
  return std::to_string(*number);
}

Checked check_bool(std::string_view value) {
  for (const std::string_view word : {"true", "false"}) {
    if (same_letters(trim(value), word)) return std::string(word);
  }
  return complain("is neither true nor false", "true, false");
}

Checked check_enum(const Property& property, std::string_view value) {
  for (const std::string_view word : words(property.allowed)) {
    if (same_letters(trim(value), word)) return std::string(word);
  }
  if (property.name == "time.precision.mode" && same_letters(trim(value), "adaptive")) {
    return complain("lost digits of TIME and was withdrawn by the original, too",
                    listed(property.here));
  }
  return complain("is not a value of this property",
                  listed(property.here.empty() ? property.allowed : property.here));
}

Checked check_list(const Property& property, std::string_view value) {
  for (const std::string& item : comma_items(value)) {
    if (!property.allowed.empty() && !contains_word(property.allowed, item)) {
      return complain(fmt::format("has the unknown item '{}'", item),
                      listed(property.here.empty() ? property.allowed : property.here));
    }
  }
  return std::string(value);
}

Checked check_regex(const Property& property, std::string_view value) {
  Status outcome;
  if (property.type == ValueType::kRegex) {
    auto compiled = Regex::compile(value, RegexCase::kInsensitive);
    if (!compiled) outcome = std::unexpected(std::move(compiled).error());
  } else {
    auto compiled = RegexList::compile(value, RegexCase::kInsensitive);
    if (!compiled) outcome = std::unexpected(std::move(compiled).error());
  }
  if (!outcome) return complain(outcome.error().message(), outcome.error().remedy());
  return std::string(value);
}

Checked check_class(std::string_view value) {
  value = trim(value);
  const bool good = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return lower(c) != c || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '$';
  });
  if (!good) return complain("is not shaped like a class name", "a name such as org.example.Name");
  return std::string(value);
}

Checked check_type(const Property& property, std::string_view value) {
  switch (property.type) {
    case ValueType::kBool:
      return check_bool(value);
    case ValueType::kInt:
    case ValueType::kLong:
      return check_number(property, value);
    case ValueType::kEnum:
      return check_enum(property, value);
    case ValueType::kList:
      return check_list(property, value);
    case ValueType::kRegex:
    case ValueType::kRegexList:
      return check_regex(property, value);
    case ValueType::kClass:
      return check_class(value);
    case ValueType::kText:
    case ValueType::kPassword:
    case ValueType::kPath:
      return std::string(value);
  }
  return std::string(value);
}

// Is a legal value there yet?
std::optional<Complaint> check_support(const Property& property, std::string_view value) {
  if (property.support == Support::kRefused) {
    const bool same =
        value == property.fallback || (property.fallback.empty() && trim(value).empty());
    if (same) return std::nullopt;
    return Complaint{
        "is not there yet",
        property.fallback.empty() ? "leave it out" : fmt::format("{}", property.fallback), true};
  }
  if (property.here.empty()) return std::nullopt;
  std::vector<std::string> items = {std::string(value)};
  if (property.type == ValueType::kList) items = comma_items(value);
  for (const std::string& item : items) {
    if (!contains_word(property.here, item)) {
      return Complaint{fmt::format("'{}' is not there yet", item), listed(property.here), true};
    }
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::string, Complaint> check_value(const Property& property,
                                                  std::string_view value) {
  auto checked = check_type(property, value);
  if (!checked) return checked;
  if (auto complaint = check_support(property, *checked))
    return std::unexpected(*std::move(complaint));
  return checked;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    if (blank != 0) out.push_back(text.substr(0, blank));
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
  }
  return out;
}

std::vector<std::string> comma_items(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view item = trim(text.substr(0, comma));
    if (!item.empty()) out.emplace_back(item);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return out;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

}  // namespace tidemark

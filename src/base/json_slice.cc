// SPDX-License-Identifier: Apache-2.0
#include "base/json_slice.h"

#include <cstring>

#include "base/hex.h"
#include "base/utf8.h"

namespace tidemark {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Behind the string whose opening quote is at `at`.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  std::size_t from = at + 1;
  for (;;) {
    if (from >= json.size()) return kNone;
    const auto* const quote =
        static_cast<const char*>(std::memchr(json.data() + from, '"', json.size() - from));
    if (quote == nullptr) return kNone;
    const auto end = static_cast<std::size_t>(quote - json.data());
    std::size_t backslashes = 0;
    while (end - backslashes > at + 1 && json[end - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return end + 1;
    from = end + 1;
  }
}

std::size_t end_of_container(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    switch (json[at]) {
      case '"':
        at = end_of_string(json, at);
        if (at == kNone) return kNone;
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
  return kNone;
}

bool ends_scalar(char c) { return c == ',' || c == '}' || c == ']'; }

// The four digits behind a \u.
std::optional<std::uint32_t> unit_at(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const auto digit = hex_digit(text[i]);
    if (!digit) return std::nullopt;
    unit = unit * 16 + *digit;
  }
  return unit;
}

bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// The escape whose backslash is before `at`; the place behind it.
std::size_t append_escape(std::string& out, std::string_view text, std::size_t at) {
  constexpr std::string_view kFrom = "bfnrt";
  constexpr std::string_view kTo = "\b\f\n\r\t";
  if (text[at] != 'u') {
    const std::size_t which = kFrom.find(text[at]);
    out += which == kNone ? text[at] : kTo[which];
    return at + 1;
  }
  const auto unit = unit_at(text, at + 1);
  if (!unit) return at + 1;
  std::size_t end = at + 5;
  std::uint32_t code = *unit;
  if (is_high(code) && text.substr(end).starts_with("\\u")) {
    const auto low = unit_at(text, end + 2);
    if (low && is_low(*low)) {
      code = 0x10000 + ((code - 0xD800) << 10U) + (*low - 0xDC00);
      end += 6;
    }
  }
  append_utf8(out, is_high(code) || is_low(code) ? 0xFFFD : code);
  return end;
}

}  // namespace

std::size_t end_of_json_value(std::string_view json, std::size_t at) {
  if (at >= json.size()) return kNone;
  if (json[at] == '"') return end_of_string(json, at);
  if (json[at] == '{' || json[at] == '[') return end_of_container(json, at);
  const std::size_t begin = at;
  while (at < json.size() && !ends_scalar(json[at])) ++at;
  return at == begin ? kNone : at;
}

std::optional<std::pair<std::string_view, std::string_view>> JsonMembers::next() {
  if (failed_ || (at_ == 0 && json_ == "{}")) return std::nullopt;
  if (at_ > 0 && at_ + 1 == json_.size() && json_[at_] == '}') return std::nullopt;
  failed_ = true;
  const char before = at_ == 0 ? '{' : ',';
  if (at_ + 1 >= json_.size() || json_[at_] != before || json_[at_ + 1] != '"') return std::nullopt;
  const std::size_t name_end = end_of_string(json_, at_ + 1);
  if (name_end == kNone || name_end >= json_.size() || json_[name_end] != ':') return std::nullopt;
  const std::size_t end = end_of_json_value(json_, name_end + 1);
  if (end == kNone) return std::nullopt;
  failed_ = false;
  const std::string_view name = json_.substr(at_ + 1, name_end - at_ - 1);
  const std::string_view value = json_.substr(name_end + 1, end - name_end - 1);
  at_ = end;
  return std::pair(name, value);
}

std::optional<std::string_view> JsonItems::next() {
  if (failed_ || (at_ == 0 && json_ == "[]")) return std::nullopt;
  if (at_ > 0 && at_ + 1 == json_.size() && json_[at_] == ']') return std::nullopt;
  failed_ = true;
  const char before = at_ == 0 ? '[' : ',';
  if (at_ >= json_.size() || json_[at_] != before) return std::nullopt;
  const std::size_t end = end_of_json_value(json_, at_ + 1);
  if (end == kNone) return std::nullopt;
  failed_ = false;
  const std::string_view item = json_.substr(at_ + 1, end - at_ - 1);
  at_ = end;
  return item;
}

std::string unquoted_json(std::string_view json) {
  std::string out;
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return out;
  const std::string_view text = json.substr(1, json.size() - 2);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      at = append_escape(out, text, at + 1);
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/json_path.h"

#include <charconv>
#include <optional>

#include "base/utf8.h"
#include "mysql/value/json.h"
#include "mysql/value/json_view.h"

namespace tidemark {
namespace {

class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  Result<JsonPath> read() {
    JsonPath path;
    if (!take("$")) return corrupt_json("a path does not start with $");
    while (!text_.empty()) {
      if (path.size() > kJsonDepthMax)
        return corrupt_json("a path is longer than documents are deep");
      if (!leg(path.emplace_back())) return corrupt_json("a path that cannot be read");
    }
    return path;
  }

 private:
  bool take(std::string_view what) {
    if (!text_.starts_with(what)) return false;
    text_.remove_prefix(what.size());
    return true;
  }

  bool leg(JsonPathLeg& out) {
    if (take("[")) return element(out) && take("]");
    if (!take(".")) return false;
    out.is_member = true;
    if (take("\"")) return quoted(out.key);
    const std::size_t end = std::min(text_.find_first_of(".["), text_.size());
    out.key = text_.substr(0, end);
    text_.remove_prefix(end);
    return !out.key.empty();
  }

  bool element(JsonPathLeg& out) {
    if (take("last")) {
      out.from_end = true;
      if (!take("-")) return true;
    }
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), out.index);
    if (error != std::errc()) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }

  bool quoted(std::string& out) {
    while (!text_.empty()) {
      const char c = text_[0];
      text_.remove_prefix(1);
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (text_.empty()) return false;
    const char c = text_[0];
    text_.remove_prefix(1);
    if (c == 'u') return code_point(out);
    const std::size_t which = kNames.find(c);
    if (which == std::string_view::npos) return false;
    out += kMeanings[which];
    return true;
  }

  std::optional<std::uint32_t> hex4() {
    std::uint32_t unit = 0;
    if (text_.size() < 4) return std::nullopt;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + 4, unit, 16);
    if (error != std::errc() || end != text_.data() + 4) return std::nullopt;
    text_.remove_prefix(4);
    return unit;
  }

  bool code_point(std::string& out) {
    std::optional<std::uint32_t> point = hex4();
    if (point && *point >= 0xD800 && *point < 0xDC00) {
      if (!take("\\u")) return false;
      const std::optional<std::uint32_t> low = hex4();
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
      *point = 0x10000 + ((*point - 0xD800) << 10U) + (*low - 0xDC00);
    }
    if (!point) return false;
    append_utf8(out, *point);
    return true;
  }

  std::string_view text_;
};

}  // namespace

Result<JsonPath> parse_json_path(std::string_view text) { return PathReader(text).read(); }

}  // namespace tidemark

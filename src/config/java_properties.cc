// SPDX-License-Identifier: Apache-2.0
#include "config/java_properties.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "base/hex.h"
#include "base/utf8.h"

namespace tidemark {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  Result<std::vector<FileProperty>> run() {
    std::vector<FileProperty> out;
    while (true) {
      skip_blanks_and_comments();
      if (at_end()) return out;
      FileProperty property{.name = {}, .value = {}, .line = line_};
      TRY(take(property.name, /*key=*/true));
      skip_separator();
      TRY(take(property.value, /*key=*/false));
      out.push_back(std::move(property));
    }
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool at_line_end() const { return at_end() || peek() == '\n' || peek() == '\r'; }

  void skip_line_end() {
    if (at_end()) return;
    const bool two = text_.substr(at_).starts_with("\r\n");
    at_ += two ? 2 : 1;
    ++line_;
  }
  void skip_blanks() {
    while (is_blank(peek())) ++at_;
  }
  void skip_blanks_and_comments() {
    while (!at_end()) {
      skip_blanks();
      if (peek() == '#' || peek() == '!') {
        while (!at_line_end()) ++at_;
      }
      if (at_end() || !at_line_end()) return;
      skip_line_end();
    }
  }
  // A backslash before a line end; both and the next line's blanks are passed over.
  bool skip_continuation() {
    if (peek() != '\\' || at_ + 1 >= text_.size()) return false;
    if (text_[at_ + 1] != '\n' && text_[at_ + 1] != '\r') return false;
    ++at_;
    skip_line_end();
    skip_blanks();
    return true;
  }
  void skip_separator() {
    const auto blanks = [&] {
      do {
        skip_blanks();
      } while (skip_continuation());
    };
    blanks();
    if (peek() != '=' && peek() != ':') return;
    ++at_;
    blanks();
  }

  Status take(std::string& out, bool key) {
    while (!at_line_end()) {
      if (skip_continuation()) continue;
      const char c = peek();
      if (key && (is_blank(c) || c == '=' || c == ':')) return {};
      if (c == '\\') {
        TRY(escape(out));
      } else {
        out += c;
        ++at_;
      }
    }
    return {};
  }

  Status escape(std::string& out) {
    ++at_;
    if (at_end()) return {};  // a last lone backslash is dropped, as in Java
    const char c = text_[at_++];
    switch (c) {
      case 't':
        out += '\t';
        return {};
      case 'n':
        out += '\n';
        return {};
      case 'r':
        out += '\r';
        return {};
      case 'f':
        out += '\f';
        return {};
      case 'u':
        return unicode(out);
      default:
        out += c;
        return {};
    }
  }

  Status unicode(std::string& out) {
    std::optional<std::uint32_t> code = four_digits();
    if (code && *code >= 0xD800 && *code <= 0xDBFF && text_.substr(at_).starts_with("\\u")) {
      at_ += 2;
      const auto low = four_digits();
      const bool pair = low && *low >= 0xDC00 && *low <= 0xDFFF;
      code =
          pair ? std::optional(0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00)) : std::nullopt;
    } else if (code && *code >= 0xD800 && *code <= 0xDFFF) {
      code.reset();
    }
    if (!code) {
      return fail(ErrorKind::kRejected, fmt::format("line {}: a malformed \\uXXXX escape", line_),
                  "write four hexadecimal digits, double a backslash that stands for itself");
    }
    append_utf8(out, *code);
    return {};
  }

  std::optional<std::uint32_t> four_digits() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const auto digit = hex_digit(peek());
      if (!digit) return std::nullopt;
      code = code * 16 + *digit;
    }
    return code;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<FileProperty>> parse_java_properties(std::string_view text) {
  return Parser(text).run();
}

}  // namespace tidemark

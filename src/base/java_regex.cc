// SPDX-License-Identifier: Apache-2.0
#include "base/java_regex.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/hex.h"

namespace tidemark {
namespace {

bool is_lower(std::uint32_t c) { return c >= 'a' && c <= 'z'; }
bool is_upper(std::uint32_t c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(std::uint32_t c) { return is_lower(c) || is_upper(c); }
bool is_digit(std::uint32_t c) { return c >= '0' && c <= '9'; }
std::uint32_t other_case(std::uint32_t c) { return c ^ 0x20U; }

// Java's ASCII classes, and what they are called in a bracket expression of PCRE2.
struct AsciiClass {
  std::string_view java;
  std::string_view posix;
};
constexpr auto kAsciiClasses = std::to_array<AsciiClass>({
    {"Lower", "lower"},
    {"Upper", "upper"},
    {"ASCII", "ascii"},
    {"Alpha", "alpha"},
    {"Digit", "digit"},
    {"Alnum", "alnum"},
    {"Punct", "punct"},
    {"Graph", "graph"},
    {"Print", "print"},
    {"Blank", "blank"},
    {"Cntrl", "cntrl"},
    {"XDigit", "xdigit"},
    {"Space", "space"},
});

// One member of a class, or one thing outside: a single code point, or text that stands for a set.
struct Item {
  std::optional<std::uint32_t> code;
  std::string set;
};

// Grammar: pattern := ( group | class | quoted | escape | quantifier | character )*
// One method per production; `at_` is the next byte to read.
class Translator {
 public:
  Translator(std::string_view in, bool fold) : in_(in), fold_(fold) {}

  Result<TranslatedRegex> run() {
    while (!at_end()) {
      start_ = at_;
      TRY(next());
    }
    return std::move(out_);
  }

 private:
  bool at_end() const { return at_ >= in_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0';
  }
  bool starts(std::string_view text) const { return in_.substr(at_).starts_with(text); }

  std::unexpected<Error> refuse(std::string_view reason) const {
    return fail(ErrorKind::kRejected,
                fmt::format("{} at character {} of '{}'", reason, start_ + 1, in_),
                "write the expression with what java.util.regex and PCRE2 have in common");
  }

  void emit(std::string_view text) {
    out_.pattern += text;
    out_.origin.resize(out_.pattern.size(), static_cast<std::uint32_t>(start_));
  }
  void emit_code(std::uint32_t code) { emit(fmt::format("\\x{{{:x}}}", code)); }
  void emit_literal(std::uint32_t code) {
    if (fold_ && is_letter(code)) {
      emit(fmt::format("[{}{}]", static_cast<char>(code), static_cast<char>(other_case(code))));
    } else {
      emit_code(code);
    }
  }

  Status next() {
    switch (peek()) {
      case '\\':
        return starts("\\Q") ? quoted(false) : escape_outside();
      case '[':
        return bracket();
      case '(':
        return open_group();
      case ')':
        if (!folds_.empty()) {
          fold_ = folds_.back();
          folds_.pop_back();
        }
        return copy(1);
      case '{':
        if (!is_digit(static_cast<unsigned char>(peek(1))))
          return refuse("'{' that counts nothing");
        return copy(1);
      default:
        return plain();
    }
  }

  Status copy(std::size_t size) {
    emit(in_.substr(at_, size));
    at_ += size;
    return {};
  }

  Status plain() {
    const auto c = static_cast<unsigned char>(peek());
    if (!fold_ || !is_letter(c)) return copy(1);
    emit_literal(c);
    ++at_;
    return {};
  }

  // `\Q...\E`: every character stands for itself; without `\E` up to the end.
  Status quoted(bool in_class) {
    at_ += 2;
    while (!at_end() && !starts("\\E")) {
      start_ = at_;
      const std::uint32_t code = take_code();
      if (in_class) {
        emit_class_range(code, code);
      } else {
        emit_literal(code);
      }
    }
    if (!at_end()) at_ += 2;
    return {};
  }

  // One UTF-8 character. Malformed bytes come out as they are: PCRE2 refuses the pattern.
  std::uint32_t take_code() {
    const auto lead = static_cast<unsigned char>(in_[at_++]);
    if (lead < 0xC0) return lead;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    std::uint32_t code = lead & (0x3FU >> more);
    for (int i = 0; i < more && !at_end(); ++i) {
      code = (code << 6) | (static_cast<unsigned char>(in_[at_++]) & 0x3FU);
    }
    return code;
  }

  Status open_group() {
    const bool outer = fold_;
    if (starts("(*")) return refuse("'(*', which Java does not know,");
    if (!starts("(?")) {
      ++groups_;
      folds_.push_back(outer);
      return copy(1);
    }
    for (const std::string_view head : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"}) {
      if (!starts(head)) continue;
      folds_.push_back(outer);
      return copy(head.size());
    }
    if (starts("(?<")) {
      const std::size_t end = in_.find('>', at_);
      if (end == std::string_view::npos) return refuse("a group name without its '>'");
      ++groups_;
      folds_.push_back(outer);
      return copy(end + 1 - at_);
    }
    return flags();
  }

  // `(?i)`, `(?-i)`, `(?i:`: case is ours, m and s pass on.
  Status flags() {
    const bool outer = fold_;
    at_ += 2;
    std::string kept;
    bool on = true;
    for (; is_letter(static_cast<unsigned char>(peek())) || peek() == '-'; ++at_) {
      const char c = peek();
      if (c == '-') {
        on = false;
        kept += c;
      } else if (c == 'i') {
        fold_ = on;
      } else if (c == 'm' || c == 's') {
        kept += c;
      } else {
        return refuse(fmt::format("flag '{}', which is not there in this program,", c));
      }
    }
    if (kept.ends_with('-')) kept.pop_back();
    if (peek() != ')' && peek() != ':') return refuse("an unknown kind of group");
    const bool group = peek() == ':';
    ++at_;
    if (group) {
      folds_.push_back(outer);
      emit(fmt::format("(?{}:", kept));
    } else if (!kept.empty()) {
      emit(fmt::format("(?{})", kept));
    }
    return {};
  }

  Status escape_outside() {
    const char c = peek(1);
    if (c >= '1' && c <= '9') return back_reference();
    if (starts("\\k<")) {
      const std::size_t end = in_.find('>', at_);
      if (end == std::string_view::npos) return refuse("a group name without its '>'");
      emit_reference(in_.substr(at_, end + 1 - at_));
      at_ = end + 1;
      return {};
    }
    if (c != '\0' && std::string_view("bBAGzZRX").find(c) != std::string_view::npos) return copy(2);
    const Item item = TRY(escape());
    if (item.code) {
      emit_literal(*item.code);
    } else if (item.set.starts_with("[:")) {
      emit(fmt::format("[{}]", item.set));
    } else {
      emit(item.set);
    }
    return {};
  }

  // Java takes further digits only while so many groups are open or done.
  Status back_reference() {
    ++at_;
    std::size_t number = static_cast<std::size_t>(in_[at_++] - '0');
    while (is_digit(static_cast<unsigned char>(peek()))) {
      const std::size_t longer = number * 10 + static_cast<std::size_t>(peek() - '0');
      if (longer > groups_) break;
      number = longer;
      ++at_;
    }
    emit_reference(fmt::format("\\g{{{}}}", number));
    return {};
  }

  // The one place where PCRE2 folds, non-ASCII letters too.
  void emit_reference(std::string_view reference) {
    emit(fold_ ? fmt::format("(?i:{})", reference) : std::string(reference));
  }

  // An escape that may stand inside and outside of a class.
  Result<Item> escape() {
    start_ = at_;
    ++at_;
    if (at_end()) return refuse("a backslash that escapes nothing");
    const char c = in_[at_];
    if (!is_letter(static_cast<unsigned char>(c)) && !is_digit(static_cast<unsigned char>(c))) {
      return Item{.code = take_code(), .set = {}};
    }
    ++at_;
    switch (c) {
      case 't':
        return Item{.code = 0x09, .set = {}};
      case 'n':
        return Item{.code = 0x0A, .set = {}};
      case 'r':
        return Item{.code = 0x0D, .set = {}};
      case 'f':
        return Item{.code = 0x0C, .set = {}};
      case 'a':
        return Item{.code = 0x07, .set = {}};
      case 'e':
        return Item{.code = 0x1B, .set = {}};
      case 'c':
        if (at_end()) return refuse("'\\c' without its character");
        return Item{.code = static_cast<unsigned char>(in_[at_++]) ^ 0x40U, .set = {}};
      case 'x':
        return peek() == '{' ? braced_hex() : hex(2);
      case 'u':
        return hex(4);
      case '0':
        return octal();
      case 'p':
      case 'P':
        return property(c == 'P');
      case 'd':
      case 'D':
      case 's':
      case 'S':
      case 'w':
      case 'W':
      case 'h':
      case 'H':
      case 'v':
      case 'V':
        return Item{.code = std::nullopt, .set = fmt::format("\\{}", c)};
      default:
        return refuse(fmt::format("'\\{}', which has no meaning there,", c));
    }
  }

  Result<Item> hex(std::size_t digits) {
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const auto digit = hex_digit(peek());
      if (!digit) return refuse(fmt::format("an escape that wants {} hexadecimal digits", digits));
      code = code * 16 + *digit;
      ++at_;
    }
    return Item{.code = code, .set = {}};
  }

  Result<Item> braced_hex() {
    ++at_;
    std::uint32_t code = 0;
    for (auto digit = hex_digit(peek()); digit && code <= 0x10FFFF; digit = hex_digit(peek())) {
      code = code * 16 + *digit;
      ++at_;
    }
    if (peek() != '}' || code > 0x10FFFF) return refuse("'\\x{' without a code point and '}'");
    ++at_;
    return Item{.code = code, .set = {}};
  }

  // `\0n`, `\0nn`, `\0mnn` with m <= 3.
  Result<Item> octal() {
    std::uint32_t code = 0;
    int digits = 0;
    while (digits < 3 && peek() >= '0' && peek() <= '7') {
      const std::uint32_t longer = code * 8 + static_cast<std::uint32_t>(peek() - '0');
      if (longer > 0377) break;
      code = longer;
      ++digits;
      ++at_;
    }
    if (digits == 0) return refuse("'\\0' without octal digits");
    return Item{.code = code, .set = {}};
  }

  Result<Item> property(bool negated) {
    if (peek() != '{') {
      if (!is_letter(static_cast<unsigned char>(peek()))) return refuse("'\\p' without a property");
      return Item{.code = std::nullopt,
                  .set = fmt::format("\\{}{}", negated ? 'P' : 'p', in_[at_++])};
    }
    const std::size_t end = in_.find('}', at_);
    if (end == std::string_view::npos) return refuse("'\\p{' without its '}'");
    const std::string_view name = in_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (name.starts_with("java")) return refuse("a '\\p{java...}' property, known to Java alone,");
    for (const AsciiClass& known : kAsciiClasses) {
      if (known.java != name) continue;
      const bool cased = known.posix == "lower" || known.posix == "upper";
      return Item{.code = std::nullopt,
                  .set = fmt::format("[:{}{}:]", negated ? "^" : "",
                                     fold_ && cased ? "alpha" : known.posix)};
    }
    // Whatever PCRE2 does not know under this name, it refuses.
    return Item{.code = std::nullopt, .set = fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', name)};
  }

  // `[...]`. A second '[' or '&&' makes unions and intersections in Java and plain characters in PCRE2.
  Status bracket() {
    const std::size_t opened = at_;
    ++at_;
    emit("[");
    if (peek() == '^') {
      emit("^");
      ++at_;
    }
    for (bool first = true;; first = false) {
      start_ = at_;
      if (at_end()) {
        start_ = opened;
        return refuse("a class without its ']'");
      }
      if (peek() == ']' && !first) break;
      TRY(member());
    }
    ++at_;
    emit("]");
    return {};
  }

  Status member() {
    if (starts("&&")) return refuse("class intersection '&&', which PCRE2 reads differently,");
    if (peek() == '[') return refuse("a class inside a class, which PCRE2 reads differently,");
    if (starts("\\Q")) return quoted(true);
    const Item low = TRY(class_item());
    if (!low.code) {
      emit(low.set);
      return {};
    }
    if (peek() != '-' || peek(1) == ']' || peek(1) == '\0' || peek(1) == '[') {
      emit_class_range(*low.code, *low.code);
      return {};
    }
    ++at_;
    const Item high = TRY(class_item());
    if (!high.code || *high.code < *low.code) return refuse("an illegal range in a class");
    emit_class_range(*low.code, *high.code);
    return {};
  }

  Result<Item> class_item() {
    if (peek() == '\\') return escape();
    return Item{.code = take_code(), .set = {}};
  }

  void emit_class_range(std::uint32_t low, std::uint32_t high) {
    emit_range(low, high);
    if (!fold_) return;
    for (const auto& [from, to] : {std::pair{'a', 'z'}, std::pair{'A', 'Z'}}) {
      const auto first = std::max(low, static_cast<std::uint32_t>(from));
      const auto last = std::min(high, static_cast<std::uint32_t>(to));
      if (first <= last) emit_range(other_case(first), other_case(last));
    }
  }
  void emit_range(std::uint32_t low, std::uint32_t high) {
    emit_code(low);
    if (high == low) return;
    emit("-");
    emit_code(high);
  }

  std::string_view in_;
  bool fold_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;  // of the construct being read
  std::vector<bool> folds_;  // fold_ outside each open group
  std::size_t groups_ = 0;  // capturing groups opened so far
  TranslatedRegex out_;
};

}  // namespace

Result<TranslatedRegex> translate_java_regex(std::string_view pattern, bool fold) {
  return Translator(pattern, fold).run();
}

}  // namespace tidemark

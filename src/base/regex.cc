// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>

#include "base/assert.h"
#include "base/java_regex.h"

namespace tidemark {
namespace {

// What one match may cost: far beyond any sane expression over an identifier, and milliseconds at most.
constexpr std::uint32_t kMatchSteps = 1'000'000;
constexpr std::uint32_t kMatchHeapKib = 16 * 1024;

std::string library_message(int code) {
  std::array<PCRE2_UCHAR, 256> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

struct CompileContextFree {
  void operator()(pcre2_compile_context* p) const { pcre2_compile_context_free(p); }
};
struct MatchContextFree {
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
};
struct MatchDataFree {
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
};

pcre2_match_context* limits() {
  static const std::unique_ptr<pcre2_match_context, MatchContextFree> context = [] {
    pcre2_match_context* made = pcre2_match_context_create(nullptr);
    ASSERT(made != nullptr, "out of memory");
    pcre2_set_match_limit(made, kMatchSteps);
    pcre2_set_heap_limit(made, kMatchHeapKib);
    return std::unique_ptr<pcre2_match_context, MatchContextFree>(made);
  }();
  return context.get();
}

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern, RegexCase letter_case) {
  const TranslatedRegex translated =
      TRY(translate_java_regex(pattern, letter_case == RegexCase::kInsensitive));
  const std::unique_ptr<pcre2_compile_context, CompileContextFree> context(
      pcre2_compile_context_create(nullptr));
  ASSERT(context != nullptr, "out of memory");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  int error = 0;
  std::size_t at = 0;
  pcre2_code* code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(translated.pattern.data()), translated.pattern.size(),
      PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &at,
      context.get());
  if (code == nullptr) {
    const std::size_t place =
        at < translated.origin.size() ? translated.origin[at] : pattern.size();
    return fail(
        ErrorKind::kRejected,
        fmt::format("{} at character {} of '{}'", library_message(error), place + 1, pattern),
        "correct the regular expression");
  }
  return Regex(std::string(pattern), std::shared_ptr<const void>(code, [](const void* p) {
                 pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(p)));
               }));
}

Result<bool> Regex::full_match(std::string_view subject) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, MatchDataFree> data(pcre2_match_data_create(1, nullptr));
  ASSERT(data != nullptr, "out of memory");
  const int outcome = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.data()),
                                  subject.size(), 0, 0, data.get(), limits());
  if (outcome >= 0) return true;
  if (outcome == PCRE2_ERROR_NOMATCH) return false;
  return fail(
      ErrorKind::kRejected,
      fmt::format("matching '{}' against '{}': {}", pattern_, subject, library_message(outcome)),
      "write the expression without nested repetitions");
}

Result<std::vector<std::string>> split_list(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  bool escaped = false;  // an odd number of backslashes precedes
  const auto finish = [&] {
    const std::string_view kept = trimmed(item);
    if (!kept.empty()) items.emplace_back(kept);
    item.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' && i > 0 && text[i - 1] == '\\') {
      item.back() = ',';
    } else if (c == ',') {
      finish();
    } else {
      item += c;
    }
    escaped = c == '\\' && !escaped;
  }
  if (escaped) {
    return fail(ErrorKind::kRejected,
                fmt::format("'{}' ends in a backslash that escapes nothing", text),
                "remove the last backslash or double it");
  }
  finish();
  return items;
}

Result<RegexList> RegexList::compile(std::string_view list, RegexCase letter_case) {
  RegexList out;
  const std::vector<std::string> items = TRY(split_list(list));
  for (const std::string& item : items) {
    out.items_.push_back(TRY(Regex::compile(item, letter_case)));
  }
  return out;
}

Result<bool> RegexList::matches(std::string_view subject) const {
  for (const Regex& item : items_) {
    if (TRY(item.full_match(subject))) return true;
  }
  return false;
}

}  // namespace tidemark

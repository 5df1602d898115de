// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/c_handle.h"
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

using CompileContext = CHandle<pcre2_compile_context, pcre2_compile_context_free>;
using MatchContext = CHandle<pcre2_match_context, pcre2_match_context_free>;
using MatchData = CHandle<pcre2_match_data, pcre2_match_data_free>;

pcre2_match_context* limits() {
  static const MatchContext context = [] {
    pcre2_match_context* made = pcre2_match_context_create(nullptr);
    ASSERT(made != nullptr, "out of memory");
    pcre2_set_match_limit(made, kMatchSteps);
    pcre2_set_heap_limit(made, kMatchHeapKib);
    return MatchContext(made);
  }();
  return context.get();
}

using Code = std::shared_ptr<const void>;

Result<Code> compile_code(std::string_view pattern, RegexCase letter_case, std::uint32_t options) {
  const TranslatedRegex translated =
      TRY(translate_java_regex(pattern, letter_case == RegexCase::kInsensitive));
  const CompileContext context(pcre2_compile_context_create(nullptr));
  ASSERT(context != nullptr, "out of memory");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  int error = 0;
  std::size_t at = 0;
  pcre2_code* code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(translated.pattern.data()), translated.pattern.size(),
      PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | options, &error, &at, context.get());
  if (code == nullptr) {
    const std::size_t place =
        at < translated.origin.size() ? translated.origin[at] : pattern.size();
    return fail(
        ErrorKind::kRejected,
        fmt::format("{} at character {} of '{}'", library_message(error), place + 1, pattern),
        "correct the regular expression");
  }
  return Code(
      code, [](const void* p) { pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(p))); });
}

Error match_error(std::string_view pattern, std::string_view subject, int outcome) {
  return {ErrorKind::kRejected,
          fmt::format("matching '{}' against '{}': {}", pattern, subject, library_message(outcome)),
          "write the expression without nested repetitions"};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern, RegexCase letter_case) {
  return Regex(std::string(pattern),
               TRY(compile_code(pattern, letter_case, PCRE2_ANCHORED | PCRE2_ENDANCHORED)));
}

Result<bool> Regex::full_match(std::string_view subject) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const MatchData data(pcre2_match_data_create(1, nullptr));
  ASSERT(data != nullptr, "out of memory");
  const int outcome = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.data()),
                                  subject.size(), 0, 0, data.get(), limits());
  if (outcome >= 0) return true;
  if (outcome == PCRE2_ERROR_NOMATCH) return false;
  return std::unexpected(match_error(pattern_, subject, outcome));
}

Result<RegexReplacement> RegexReplacement::compile(std::string_view pattern,
                                                   std::string_view replacement) {
  Regex whole = TRY(Regex::compile(pattern, RegexCase::kSensitive));
  Code find = TRY(compile_code(pattern, RegexCase::kSensitive, 0));
  std::vector<Part> parts = TRY(parse(replacement, find.get()));
  return RegexReplacement(std::move(whole), std::move(find), std::move(parts));
}

// parts := ( '\\' character | '$' digits | '${' name '}' | character )*
// Further digits belong to the number as long as there are so many groups.
Result<std::vector<RegexReplacement::Part>> RegexReplacement::parse(std::string_view replacement,
                                                                    const void* code) {
  const auto* const compiled = static_cast<const pcre2_code*>(code);
  std::uint32_t groups = 0;
  pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::kRejected, fmt::format("the replacement '{}' {}", replacement, why),
                "write $1 or ${name} for groups the expression has, \\$ for a dollar");
  };
  std::vector<Part> parts;
  std::string text;
  const auto add_group = [&](int group) {
    if (!text.empty()) parts.push_back({std::exchange(text, {})});
    parts.push_back({.text = {}, .group = group});
  };
  for (std::size_t at = 0; at < replacement.size(); ++at) {
    const char c = replacement[at];
    if (c == '\\') {
      if (++at == replacement.size()) return refuse("ends in a backslash");
      text += replacement[at];
    } else if (c != '$') {
      text += c;
    } else if (at + 1 < replacement.size() && replacement[at + 1] == '{') {
      const std::size_t end = replacement.find('}', at);
      if (end == std::string_view::npos) return refuse("has '${' without its '}'");
      const std::string name(replacement.substr(at + 2, end - at - 2));
      const int group =
          pcre2_substring_number_from_name(compiled, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
      if (group < 0) return refuse(fmt::format("names the group '{}', which is not there", name));
      add_group(group);
      at = end;
    } else if (at + 1 < replacement.size() && is_digit(replacement[at + 1])) {
      std::uint32_t group = static_cast<std::uint32_t>(replacement[++at] - '0');
      if (group > groups) return refuse(fmt::format("names group {} of {}", group, groups));
      while (at + 1 < replacement.size() && is_digit(replacement[at + 1])) {
        const auto longer = group * 10 + static_cast<std::uint32_t>(replacement[at + 1] - '0');
        if (longer > groups) break;
        group = longer;
        ++at;
      }
      add_group(static_cast<int>(group));
    } else {
      return refuse("has a '$' that names no group");
    }
  }
  if (!text.empty()) parts.push_back({std::move(text)});
  return parts;
}

Result<std::optional<std::string>> RegexReplacement::apply(std::string_view subject) const {
  if (!TRY(whole_.full_match(subject))) return std::nullopt;
  const auto* const code = static_cast<const pcre2_code*>(find_.get());
  const MatchData data(pcre2_match_data_create_from_pattern(code, nullptr));
  ASSERT(data != nullptr, "out of memory");
  const int outcome = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.data()),
                                  subject.size(), 0, 0, data.get(), limits());
  if (outcome < 0) return std::unexpected(match_error(whole_.pattern(), subject, outcome));
  const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(data.get());
  std::string out(subject.substr(0, ends[0]));
  for (const Part& part : parts_) {
    out += part.text;
    if (part.group < 0 || part.group >= outcome)
      continue;  // a group behind the last one that took part
    const std::size_t from = ends[2 * part.group];
    if (from != PCRE2_UNSET) out += subject.substr(from, ends[2 * part.group + 1] - from);
  }
  out += subject.substr(ends[1]);
  return out;
}

Result<std::vector<std::string>> split_list(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  bool escaped = false;  // an odd number of backslashes precedes
  const auto finish = [&] {
    const std::string_view kept = trim(item);
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

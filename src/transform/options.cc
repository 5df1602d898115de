// SPDX-License-Identifier: Apache-2.0
#include "transform/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/nearest.h"

namespace tidemark::transform {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view item = trim(text.substr(0, end));
    if (!item.empty()) out.emplace_back(item);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

std::optional<std::string> one_of(std::string_view value, std::string_view words) {
  for (const std::string& word : split(words, ' ')) {
    if (same_letters(trim(value), word)) return word;
  }
  return std::nullopt;
}

std::string with_commas(std::string_view words) {
  return fmt::format("{}", fmt::join(split(words, ' '), ", "));
}

// The value in its declared spelling, or what would be right.
std::expected<std::string, std::string> checked(const OptionSpec& spec, std::string_view value) {
  switch (spec.kind) {
    case OptionKind::kBool: {
      auto word = one_of(value, "true false");
      if (!word) return std::unexpected("true, false");
      return *std::move(word);
    }
    case OptionKind::kEnum: {
      auto word = one_of(value, spec.allowed);
      if (!word) return std::unexpected(with_commas(spec.allowed));
      return *std::move(word);
    }
    case OptionKind::kInt: {
      const std::string_view text = trim(value);
      int number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size() || number <= 0)
        return std::unexpected("a whole number above 0");
      return std::string(text);
    }
    case OptionKind::kText:
    case OptionKind::kList:
      return std::string(value);
  }
  return std::string(value);
}

}  // namespace

std::expected<Options, std::vector<OptionProblem>> Options::check(
    const TransformSettings::Options& given, std::span<const OptionSpec> specs,
    std::span<const std::string_view> known) {
  std::vector<OptionProblem> problems;
  std::vector<std::string_view> names;
  for (const OptionSpec& spec : specs) names.push_back(spec.name);
  for (const auto& [name, value] : given) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto near = nearest(name, names);
    problems.push_back({.option = name,
                        .problem = near ? fmt::format("unknown option, did you mean {}?", *near)
                                        : std::string("unknown option"),
                        .allowed = names.empty() ? std::string("no options")
                                                 : fmt::format("{}", fmt::join(names, ", ")),
                        .unknown = true});
  }
  Options out;
  for (const OptionSpec& spec : specs) {
    const auto found = given.find(spec.name);
    const bool blank = found == given.end() || trim(found->second).empty();
    if (blank && spec.required) {
      problems.push_back({.option = std::string(spec.name),
                          .problem = "is required",
                          .allowed = std::string(spec.doc)});
      continue;
    }
    // A text may be empty on purpose (a prefix, a replacement).
    const bool absent = found == given.end() || (blank && spec.kind != OptionKind::kText);
    auto value = absent ? std::string(spec.fallback) : checked(spec, found->second);
    if (!value) {
      problems.push_back({.option = std::string(spec.name),
                          .problem = "is not a value of this option",
                          .allowed = std::move(value).error()});
      continue;
    }
    out.values_.emplace(spec.name, *std::move(value));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return out;
}

std::string Options::text(std::string_view name) const {
  const auto found = values_.find(name);
  ASSERT(found != values_.end(), std::string(name) + " is not declared");
  return found->second;
}

std::vector<std::string> Options::list(std::string_view name) const {
  return split(text(name), ',');
}

}  // namespace tidemark::transform

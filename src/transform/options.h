// SPDX-License-Identifier: Apache-2.0
// Options of transforms and predicates: declared once, checked, and read by name.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transform/settings.h"

namespace tidemark::transform {

enum class OptionKind : std::uint8_t { kText, kBool, kInt, kEnum, kList };

struct OptionSpec {
  std::string_view name;
  OptionKind kind;
  std::string_view fallback;  // empty: none
  std::string_view allowed;  // kEnum: the values, separated by blanks
  std::string_view doc;
  bool required = false;
};

// What is wrong with an option, without its value, and what would be right.
struct OptionProblem {
  std::string option;
  std::string problem;
  std::string allowed;
  bool not_there_yet = false;  // the original takes it
  bool unknown = false;  // there is no such option
};

class Options {
 public:
  // Problems: unknown names, missing ones, values that are none; `known` are names read elsewhere.
  static std::expected<Options, std::vector<OptionProblem>> check(
      const TransformSettings::Options& given, std::span<const OptionSpec> specs,
      std::span<const std::string_view> known);

  // Of a declared option: its value, else its default. Enums in their declared spelling.
  std::string text(std::string_view name) const;
  bool boolean(std::string_view name) const { return text(name) == "true"; }
  bool given(std::string_view name) const { return !text(name).empty(); }
  // Separated by commas, trimmed; blank items are kept out.
  std::vector<std::string> list(std::string_view name) const;

 private:
  TransformSettings::Options values_;
};

}  // namespace tidemark::transform

// SPDX-License-Identifier: Apache-2.0
// Every transform and predicate there is: those that work here with their options, and those that are known and
// refused, with what to do instead. docs/operating/transforms.md is printed from it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "transform/transforms.h"

namespace tidemark::transform {

struct TransformType {
  std::string_view type;  // the class, as configured
  std::span<const OptionSpec> options;
  MadeTransform (*make)(const Options&);
  std::string_view doc;
};

struct PredicateType {
  std::string_view type;
  std::span<const OptionSpec> options;
  MadePredicate (*make)(const Options&);
  std::string_view doc;
};

struct RefusedType {
  std::string_view type;
  std::string_view advice;
};

std::span<const TransformType> transform_types();
std::span<const PredicateType> predicate_types();
std::span<const RefusedType> refused_types();

// docs/operating/transforms.md, in transforms_markdown.cc. Its test says how the page is written anew.
std::string transforms_markdown();

}  // namespace tidemark::transform

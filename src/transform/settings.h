// SPDX-License-Identifier: Apache-2.0
// The chain as configured: which transforms, in which order, with which options. Names and values as the
// operator wrote them.
// Value types.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tidemark {

struct TransformSettings {
  using Options = std::map<std::string, std::string, std::less<>>;

  struct Link {
    std::string alias;
    Options options;  // transforms.<alias>.<option>: type, predicate and negate, too
  };
  std::vector<Link> transforms;  // in the order of the chain
  std::vector<Link> predicates;

  bool empty() const { return transforms.empty(); }
};

}  // namespace tidemark

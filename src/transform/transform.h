// SPDX-License-Identifier: Apache-2.0
// One transform, and one predicate, of a chain. Implementations are made by the functions in transforms.h.
// Thread: delivery thread only
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "transform/message.h"

namespace tidemark::transform {

// What becomes of a message. A cause is a literal; drops are counted by it.
struct Verdict {
  bool keep = true;
  std::string_view cause = {};
};
inline constexpr Verdict kKeep{};
constexpr Verdict drop(std::string_view cause) { return {.keep = false, .cause = cause}; }

class Transform {
 public:
  Transform() = default;
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;
  virtual ~Transform() = default;

  // Errors end the run; they name neither row contents nor secrets. The chain adds transform, topic and
  // position.
  virtual Result<Verdict> apply(Message& message) = 0;
};

class Predicate {
 public:
  Predicate() = default;
  Predicate(const Predicate&) = delete;
  Predicate& operator=(const Predicate&) = delete;
  virtual ~Predicate() = default;

  virtual Result<bool> test(Message& message) const = 0;
};

}  // namespace tidemark::transform

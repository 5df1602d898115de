// SPDX-License-Identifier: Apache-2.0
// Conditions over a record, as Groovy spells and evaluates them; everything else of Groovy is refused when the
// script is compiled, with the place.
// Grammar (Groovy's precedence):
//   choice     := or [ '?' choice ':' choice ]
//   or         := and { '||' and }
//   and        := equality { '&&' equality }
//   equality   := relation [ ( '==' | '!=' ) relation ]
//   relation   := unary [ ( '<' | '<=' | '>' | '>=' ) unary ]
//   unary      := '!' unary | primary
//   primary    := '(' choice ')' | literal | path
//   literal    := 'text' | "text without $" | [-]number | true | false | null
//   path       := ( value | key | topic ) { ( '.' | '?.' ) ( name | 'text' ) | '[' 'text' ']' }
// Meaning:   null is less than everything; numbers compare by value, DECIMAL exactly, FLOAT and DOUBLE as
//            doubles; a text of one character against a number is that character's code; other pairs of kinds
//            are unequal and cannot be ordered; && || ! take a number, text or struct as true or false as Groovy
//            does; `a.b` of null fails, `a?.b` is null; a null column with a default reads as the default
// Source:    Groovy 4 DefaultTypeTransformation.compareEqual and compareTo, NumberMath; Kafka Connect Struct.get
// Thread:    one at a time
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "transform/message.h"

namespace tidemark::transform {

class Condition {
 public:
  enum class Goal : std::uint8_t { kBoolean, kText };

  // Errors: kRejected, naming column and reason.
  static Result<Condition> compile(std::string_view script, Goal goal);
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;
  ~Condition();

  // Errors: kRejected where Groovy would throw; they name the path, not the value.
  Result<bool> test(const Message& message) const;
  Result<std::optional<std::string>> text(const Message& message) const;

  struct Node;

 private:
  explicit Condition(std::unique_ptr<const Node> root);
  std::unique_ptr<const Node> root_;
};

}  // namespace tidemark::transform

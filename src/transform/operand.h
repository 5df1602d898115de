// SPDX-License-Identifier: Apache-2.0
// Values that conditions compare, with Groovy's rules.
// Value type. Lifetime: views live as long as the message and the script
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "transform/message.h"

namespace tidemark::transform {

struct Operand {
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kInteger,  // integer
    kDecimal,  // text: [-]digits[.digits][E[-]digits]
    kDouble,  // real
    kText,  // text
    kStruct,  // datum
    kOther,  // bytes, arrays, maps: there, but comparable with nothing
  };

  Kind kind = Kind::kNull;
  bool boolean = false;
  bool empty = false;  // kOther: an array or a map without members
  std::int64_t integer = 0;
  double real = 0;
  std::string text = {};
  Datum datum = {};

  bool is_number() const {
    return kind == Kind::kInteger || kind == Kind::kDecimal || kind == Kind::kDouble;
  }

  static Operand of_boolean(bool value) {
    Operand out;
    out.kind = Kind::kBoolean;
    out.boolean = value;
    return out;
  }
  static Operand of_text(std::string value) {
    Operand out;
    out.kind = Kind::kText;
    out.text = std::move(value);
    return out;
  }
  // A record's value, by its schema. Decimals come in Base64, as the converter writes them.
  static Operand of_datum(const Datum& datum);
};

std::string_view to_string(Operand::Kind kind);

bool is_true(const Operand& operand);
// Below 0, 0, above 0. Nothing where Groovy cannot order the two: they are unequal.
std::optional<int> compare(const Operand& left, const Operand& right);

}  // namespace tidemark::transform

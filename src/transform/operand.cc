// SPDX-License-Identifier: Apache-2.0
#include "transform/operand.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/json_slice.h"

namespace tidemark::transform {
namespace {

// A number without its exponent: 0.digits * 10^exponent; digits without zeros at either end.
struct Scientific {
  bool negative = false;
  std::string digits;  // empty: zero
  std::int64_t exponent = 0;
};

Scientific scientific(std::string_view text) {
  Scientific out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = text.find_first_of("eE");
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view digits = text.substr(e + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    text = text.substr(0, e);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  out.exponent = exponent + static_cast<std::int64_t>(point);
  for (const char c : text) {
    if (c != '.') out.digits += c;
  }
  const std::size_t first = out.digits.find_first_not_of('0');
  if (first == std::string::npos) return {};
  out.digits.erase(0, first);
  out.exponent -= static_cast<std::int64_t>(first);
  out.digits.erase(out.digits.find_last_not_of('0') + 1);
  return out;
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

int compare_exactly(const Scientific& a, const Scientific& b) {
  const int sign_a = a.digits.empty() ? 0 : a.negative ? -1 : 1;
  const int sign_b = b.digits.empty() ? 0 : b.negative ? -1 : 1;
  if (sign_a != sign_b) return sign(sign_a <=> sign_b);
  if (sign_a == 0) return 0;
  const int size = a.exponent != b.exponent ? sign(a.exponent <=> b.exponent)
                                            : sign(a.digits.compare(b.digits) <=> 0);
  return sign_a * size;
}

// Double.compare: -0.0 is below 0.0.
int compare_doubles(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a == b) return sign(std::signbit(b) <=> std::signbit(a));
  return sign(std::isnan(a) <=> std::isnan(b));
}

double to_double(const Operand& operand) {
  if (operand.kind == Operand::Kind::kDouble) return operand.real;
  if (operand.kind == Operand::Kind::kInteger) return static_cast<double>(operand.integer);
  double out = 0;
  std::from_chars(operand.text.data(), operand.text.data() + operand.text.size(), out);
  return out;
}

std::string exact_text(const Operand& operand) {
  return operand.kind == Operand::Kind::kInteger ? std::to_string(operand.integer) : operand.text;
}

int compare_numbers(const Operand& a, const Operand& b) {
  using Kind = Operand::Kind;
  if (a.kind == Kind::kDouble || b.kind == Kind::kDouble) {
    return compare_doubles(to_double(a), to_double(b));
  }
  if (a.kind == Kind::kInteger && b.kind == Kind::kInteger) return sign(a.integer <=> b.integer);
  return compare_exactly(scientific(exact_text(a)), scientific(exact_text(b)));
}

std::vector<std::uint16_t> utf16(std::string_view text) {
  std::vector<std::uint16_t> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    std::uint32_t code = lead;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (more > 0) code = lead & (0x3FU >> more);
    for (int i = 0; i < more && at < text.size(); ++i) {
      code = code << 6U | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    }
    if (code >= 0x10000) {
      out.push_back(static_cast<std::uint16_t>(0xD800 + ((code - 0x10000) >> 10U)));
      code = 0xDC00 + ((code - 0x10000) & 0x3FFU);
    }
    out.push_back(static_cast<std::uint16_t>(code));
  }
  return out;
}

// String.compareTo: by UTF-16 units.
int compare_texts(const std::string& a, const std::string& b) {
  if (a == b) return 0;
  return sign(utf16(a) <=> utf16(b));
}

// A text of one unit stands for its code.
std::optional<Operand> code_of(const Operand& text) {
  if (text.kind != Operand::Kind::kText || text.text.empty() || text.text.size() > 4) {
    return std::nullopt;
  }
  const auto units = utf16(text.text);
  if (units.size() != 1) return std::nullopt;
  Operand out;
  out.kind = Operand::Kind::kInteger;
  out.integer = units.front();
  return out;
}

std::optional<std::vector<std::uint8_t>> base64_bytes(std::string_view json) {
  if (json.size() < 2) return std::nullopt;
  std::vector<std::uint8_t> out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : json.substr(1, json.size() - 2)) {
    if (c == '=') break;
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> static_cast<unsigned>(count)));
    }
  }
  return out;
}

// Digits of a big-endian two's complement number, '-' in front of a negative one.
std::string decimal_digits(std::vector<std::uint8_t> bytes) {
  const bool negative = !bytes.empty() && bytes.front() >= 0x80;
  if (negative) {
    bool carry = true;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      const auto flipped = static_cast<std::uint8_t>(~bytes[i]);
      bytes[i] = static_cast<std::uint8_t>(flipped + (carry ? 1 : 0));
      carry = carry && bytes[i] == 0;
    }
  }
  std::vector<std::uint8_t> digits;  // lowest first
  for (const std::uint8_t byte : bytes) {
    unsigned carry = byte;
    for (std::uint8_t& digit : digits) {
      const unsigned value = digit * 256U + carry;
      digit = static_cast<std::uint8_t>(value % 10);
      carry = value / 10;
    }
    for (; carry > 0; carry /= 10) digits.push_back(static_cast<std::uint8_t>(carry % 10));
  }
  std::string out = negative ? "-" : "";
  if (digits.empty()) out += '0';
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    out += static_cast<char>('0' + *digit);
  }
  return out;
}

// {"scale":"2",..}
std::int64_t scale_of(const Schema& schema) {
  JsonMembers members(schema.parts().parameters);
  std::int64_t scale = 0;
  while (const auto member = members.next()) {
    if (member->first != "\"scale\"") continue;
    const std::string text = unquoted_json(member->second);
    std::from_chars(text.data(), text.data() + text.size(), scale);
  }
  return scale;
}

Operand of_bytes(const Datum& datum) {
  Operand out;
  out.kind = Operand::Kind::kOther;
  if (datum.schema->name() != "org.apache.kafka.connect.data.Decimal") return out;
  auto bytes = base64_bytes(datum.json);
  if (!bytes) return out;
  out.kind = Operand::Kind::kDecimal;
  out.text = decimal_digits(*std::move(bytes)) + "E" + std::to_string(-scale_of(*datum.schema));
  return out;
}

template <class Number>
Number parsed(std::string_view json) {
  Number out{};
  std::from_chars(json.data(), json.data() + json.size(), out);
  return out;
}

}  // namespace

Operand Operand::of_datum(const Datum& given) {
  Operand out;
  if (given.schema == nullptr) return out;
  const Datum datum{given.schema, or_default(*given.schema, given.json)};
  if (datum.is_null()) return out;
  switch (datum.schema->type()) {
    case SchemaType::kBoolean:
      return of_boolean(datum.json == "true");
    case SchemaType::kInt8:
    case SchemaType::kInt16:
    case SchemaType::kInt32:
    case SchemaType::kInt64:
      out.kind = Kind::kInteger;
      out.integer = parsed<std::int64_t>(datum.json);
      return out;
    case SchemaType::kFloat:
      out.kind = Kind::kDouble;
      out.real = static_cast<double>(parsed<float>(datum.json));
      return out;
    case SchemaType::kDouble:
      out.kind = Kind::kDouble;
      out.real = parsed<double>(datum.json);
      return out;
    case SchemaType::kString:
      return of_text(unquoted_json(datum.json));
    case SchemaType::kBytes:
      return of_bytes(datum);
    case SchemaType::kStruct:
      out.kind = Kind::kStruct;
      out.datum = datum;
      return out;
    case SchemaType::kArray:
    case SchemaType::kMap:
      out.kind = Kind::kOther;
      out.empty = datum.json == "[]" || datum.json == "{}";
      return out;
  }
  return out;
}

std::string_view to_string(Operand::Kind kind) {
  switch (kind) {
    case Operand::Kind::kNull:
      return "null";
    case Operand::Kind::kBoolean:
      return "a boolean";
    case Operand::Kind::kInteger:
    case Operand::Kind::kDecimal:
    case Operand::Kind::kDouble:
      return "a number";
    case Operand::Kind::kText:
      return "a text";
    case Operand::Kind::kStruct:
      return "a struct";
    case Operand::Kind::kOther:
      return "bytes or a list";
  }
  return "";
}

bool is_true(const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::kNull:
      return false;
    case Operand::Kind::kBoolean:
      return operand.boolean;
    case Operand::Kind::kInteger:
      return operand.integer != 0;
    case Operand::Kind::kDecimal:
      return !scientific(operand.text).digits.empty();
    case Operand::Kind::kDouble:
      return operand.real != 0;
    case Operand::Kind::kText:
      return !operand.text.empty();
    case Operand::Kind::kStruct:
      return true;
    case Operand::Kind::kOther:
      return !operand.empty;
  }
  return false;
}

std::optional<int> compare(const Operand& left, const Operand& right) {
  using Kind = Operand::Kind;
  if (left.kind == Kind::kNull || right.kind == Kind::kNull) {
    return sign((left.kind != Kind::kNull) <=> (right.kind != Kind::kNull));
  }
  if (left.is_number() && right.is_number()) return compare_numbers(left, right);
  if (left.is_number()) {
    const auto code = code_of(right);
    return code ? std::optional(compare_numbers(left, *code)) : std::nullopt;
  }
  if (right.is_number()) {
    const auto code = code_of(left);
    return code ? std::optional(compare_numbers(*code, right)) : std::nullopt;
  }
  if (left.kind == Kind::kText && right.kind == Kind::kText) {
    return compare_texts(left.text, right.text);
  }
  if (left.kind == Kind::kBoolean && right.kind == Kind::kBoolean) {
    return sign(left.boolean <=> right.boolean);
  }
  return std::nullopt;
}

}  // namespace tidemark::transform

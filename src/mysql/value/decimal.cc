// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/assert.h"
#include "base/bytes.h"

namespace tidemark {
namespace {

constexpr unsigned kGroupDigits = 9;
constexpr std::size_t kGroupBytes = 4;
// Bytes that hold a group of so many digits.
constexpr std::array<std::uint8_t, kGroupDigits + 1> kBytesOf{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
constexpr std::array<std::uint32_t, kGroupDigits + 1> kPower10{
    1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

std::size_t part_bytes(unsigned digits) {
  return digits / kGroupDigits * kGroupBytes + kBytesOf[digits % kGroupDigits];
}

// Walks the digit groups of one value, undoing the flipped sign bit and, for negative values, the
// inversion of every byte.
class GroupReader {
 public:
  explicit GroupReader(const std::uint8_t* p)
      : p_(p), mask_((p[0] & 0x80) != 0 ? 0 : 0xFF), first_(true) {}

  bool negative() const { return mask_ != 0; }
  // The next group, of 1 to 9 digits. False: its value needs more digits.
  bool next(unsigned digits, std::uint32_t* out) {
    const std::size_t size = kBytesOf[digits];
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      auto byte = static_cast<std::uint8_t>(p_[i] ^ mask_);
      if (first_) {
        byte ^= 0x80;
        first_ = false;
      }
      value = (value << 8) | byte;
    }
    p_ += size;
    *out = value;
    return value < kPower10[digits];
  }

 private:
  const std::uint8_t* p_;
  std::uint8_t mask_;
  bool first_;
};

// Calls visit(digits, group) for each group of `type` from the most significant on.
template <class Visit>
bool each_group(GroupReader& reader, unsigned integer_digits, unsigned fraction_digits,
                Visit visit) {
  std::uint32_t group = 0;
  const auto take = [&](unsigned digits) {
    if (!reader.next(digits, &group)) return false;
    visit(digits, group);
    return true;
  };
  if (integer_digits % kGroupDigits != 0 && !take(integer_digits % kGroupDigits)) return false;
  for (unsigned i = 0; i < integer_digits / kGroupDigits; ++i) {
    if (!take(kGroupDigits)) return false;
  }
  for (unsigned i = 0; i < fraction_digits / kGroupDigits; ++i) {
    if (!take(kGroupDigits)) return false;
  }
  return fraction_digits % kGroupDigits == 0 || take(fraction_digits % kGroupDigits);
}

char* put_digits(char* out, unsigned digits, std::uint32_t value) {
  for (unsigned i = digits; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + digits;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::size_t DecimalType::bytes() const {
  return part_bytes(static_cast<unsigned>(precision - scale)) + part_bytes(scale);
}

bool decode_decimal64(const std::uint8_t* p, DecimalType type, std::int64_t* out) {
  DEBUG_ASSERT(type.valid() && type.precision <= kDecimal64PrecisionMax);
  GroupReader reader(p);
  std::int64_t value = 0;
  const auto add = [&](unsigned digits, std::uint32_t group) {
    value = value * kPower10[digits] + group;
  };
  const auto integer_digits = static_cast<unsigned>(type.precision - type.scale);
  if (!each_group(reader, integer_digits, type.scale, add)) return false;
  *out = reader.negative() ? -value : value;
  return true;
}

bool decode_decimal_text(const std::uint8_t* p, DecimalType type, char* out, std::size_t* size) {
  DEBUG_ASSERT(type.valid());
  GroupReader reader(p);
  std::array<char, kDecimalPrecisionMax> digits;
  char* end = digits.data();
  const auto add = [&](unsigned count, std::uint32_t group) {
    end = put_digits(end, count, group);
  };
  const auto integer_digits = static_cast<unsigned>(type.precision - type.scale);
  if (!each_group(reader, integer_digits, type.scale, add)) return false;

  char* at = out;
  if (reader.negative()) *at++ = '-';
  const char* const point = digits.data() + integer_digits;
  const char* first =
      std::find_if(static_cast<const char*>(digits.data()), point, [](char c) { return c != '0'; });
  if (first == point) *at++ = '0';
  at = std::copy(first, point, at);
  if (type.scale != 0) *at++ = '.';
  at = std::copy(point, static_cast<const char*>(end), at);
  *size = static_cast<std::size_t>(at - out);
  return true;
}

bool trim_decimal_text(std::string_view text, std::string_view* out) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::string_view fraction =
      point == digits.size() ? std::string_view() : digits.substr(point + 1);
  if (point == 0 || (point != digits.size() && fraction.empty())) return false;
  if (!std::all_of(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(point), is_digit) ||
      !std::all_of(fraction.begin(), fraction.end(), is_digit)) {
    return false;
  }
  // ZEROFILL columns are never negative, so what is trimmed follows no sign.
  if (negative) {
    *out = text;
    return true;
  }
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), point - 1);
  *out = digits.substr(std::min(zeros, point - 1));
  return true;
}

bool parse_decimal64(std::string_view text, unsigned scale, std::int64_t* out) {
  std::string_view digits;
  if (!trim_decimal_text(text, &digits)) return false;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t given = point == digits.size() ? 0 : digits.size() - point - 1;
  const std::size_t integer_digits = digits.starts_with("0") ? 0 : point;
  if (given > scale || integer_digits + scale > kDecimal64PrecisionMax) return false;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c != '.') value = value * 10 + (c - '0');
  }
  for (std::size_t i = given; i < scale; ++i) value *= 10;
  *out = negative ? -value : value;
  return true;
}

void append_decimal64(std::string& out, std::int64_t unscaled, unsigned scale) {
  std::array<char, 24> text;
  const std::uint64_t magnitude = unscaled < 0 ? ~static_cast<std::uint64_t>(unscaled) + 1
                                               : static_cast<std::uint64_t>(unscaled);
  const char* const end = std::to_chars(text.data(), text.data() + text.size(), magnitude).ptr;
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (unscaled < 0) out += '-';
  if (scale == 0) {
    out.append(text.data(), digits);
    return;
  }
  if (digits <= scale) {
    out += "0.";
    out.append(scale - digits, '0');
    out.append(text.data(), digits);
    return;
  }
  out.append(text.data(), digits - scale);
  out += '.';
  out.append(text.data() + (digits - scale), scale);
}

}  // namespace tidemark

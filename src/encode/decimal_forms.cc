// SPDX-License-Identifier: Apache-2.0
#include "encode/decimal_forms.h"

#include <charconv>
#include <cstring>

#include "encode/decimal_text.h"
#include "encode/json_text.h"

namespace tidemark {
namespace {

constexpr std::int64_t kPlainExponentMin = -6;  // java.math.BigDecimal.toString

}  // namespace

char* write_plain_decimal(char* out, std::int64_t unscaled, unsigned scale) {
  if (unscaled < 0) *out++ = '-';
  const auto bits = static_cast<std::uint64_t>(unscaled);
  char digits[kIntegerSizeMax + kWriteSlack];
  const char* const end = write_uint(digits, unscaled < 0 ? ~bits + 1 : bits);
  const auto count = static_cast<std::size_t>(end - digits);
  if (scale == 0) return write_text(out, {digits, count});
  const std::size_t whole = count > scale ? count - scale : 0;
  if (whole == 0) *out++ = '0';
  out = write_text(out, {digits, whole});
  *out++ = '.';
  for (std::size_t zeros = scale > count ? scale - count : 0; zeros > 0; --zeros) *out++ = '0';
  return write_text(out, {digits + whole, count - whole});
}

double nearest_double(std::string_view plain) {
  double value = 0;
  std::from_chars(plain.data(), plain.data() + plain.size(), value);
  return value;
}

char* write_decimal_number(char* out, std::string_view plain) {
  const bool negative = plain.starts_with('-');
  const std::string_view number = plain.substr(negative ? 1 : 0);
  const std::size_t point = number.find('.');
  const std::size_t scale = point == std::string_view::npos ? 0 : number.size() - point - 1;
  // Significant digits of the unscaled value: all behind the leading zeros, at least the last one.
  const std::size_t first = number.find_first_not_of("0.");
  const bool below_one = first == std::string_view::npos || (scale > 0 && first > point);
  const std::string_view significant =
      first == std::string_view::npos ? std::string_view("0") : number.substr(first);
  const std::int64_t exponent =
      static_cast<std::int64_t>(significant.size()) - 1 - static_cast<std::int64_t>(scale);
  if (!below_one || exponent >= kPlainExponentMin) return write_text(out, plain);
  if (negative) *out++ = '-';
  *out++ = significant.front();
  if (significant.size() > 1) {
    *out++ = '.';
    out = write_text(out, significant.substr(1));
  }
  *out++ = 'E';
  return write_int(out, exponent);
}

char* write_unsigned_decimal(char* out, std::uint64_t value) {
  if ((value >> 63U) == 0) return write_decimal64(out, static_cast<std::int64_t>(value));
  std::uint8_t bytes[9] = {};
  const std::uint64_t swapped = __builtin_bswap64(value);
  std::memcpy(bytes + 1, &swapped, 8);
  *out++ = '"';
  out = write_base64(out, bytes, sizeof bytes);
  *out++ = '"';
  return out;
}

}  // namespace tidemark

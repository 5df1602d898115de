// SPDX-License-Identifier: Apache-2.0
#include "encode/java_float.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include "encode/json_text.h"

namespace tidemark {
namespace {

constexpr std::size_t kScratch = 40;

// Below this, neighbours differ so much that two digits can be nearer than one.
template <class T>
constexpr T kCoarse = std::numeric_limits<T>::denorm_min() * T{512};

// Java prefers the nearest two digits to a single one that reads back the same: 4.9E-324, not
// 5.0E-324.
template <class T>
std::size_t coarse_digits(char* scratch, T magnitude, std::size_t size) {
  char two[kScratch];
  const auto wrote =
      std::to_chars(two, two + kScratch, magnitude, std::chars_format::scientific, 1);
  T back{};
  std::from_chars(two, wrote.ptr, back, std::chars_format::scientific);
  if (back != magnitude) return size;
  const auto two_size = static_cast<std::size_t>(wrote.ptr - two);
  std::memcpy(scratch, two, two_size);
  return two_size;
}

struct Decimal {
  char digits[20];
  int size = 0;
  int exponent = 0;  // of the first digit
};

// Takes "d[.ddd]e[+-]xx" apart.
Decimal parts_of(std::string_view text) {
  Decimal out;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e'; ++i) {
    if (text[i] != '.') out.digits[out.size++] = text[i];
  }
  const bool negative = text[i + 1] == '-';
  for (i += 2; i < text.size(); ++i) out.exponent = out.exponent * 10 + (text[i] - '0');
  if (negative) out.exponent = -out.exponent;
  while (out.size > 1 && out.digits[out.size - 1] == '0') --out.size;
  return out;
}

char* write_digits(char* out, const char* digits, int size) {
  std::memcpy(out, digits, static_cast<std::size_t>(size));
  return out + size;
}

char* write_plain(char* out, const Decimal& d) {
  if (d.exponent < 0) {
    out = write_literal(out, "0.");
    for (int i = -1; i > d.exponent; --i) *out++ = '0';
    return write_digits(out, d.digits, d.size);
  }
  const int whole = d.exponent + 1;
  if (d.size <= whole) {
    out = write_digits(out, d.digits, d.size);
    for (int i = d.size; i < whole; ++i) *out++ = '0';
    return write_literal(out, ".0");
  }
  out = write_digits(out, d.digits, whole);
  *out++ = '.';
  return write_digits(out, d.digits + whole, d.size - whole);
}

char* write_scientific(char* out, const Decimal& d) {
  *out++ = d.digits[0];
  *out++ = '.';
  out = d.size > 1 ? write_digits(out, d.digits + 1, d.size - 1) : write_literal(out, "0");
  *out++ = 'E';
  return write_int(out, d.exponent);
}

template <class T>
char* write_java(char* out, T value) {
  if (std::isnan(value)) return write_literal(out, "\"NaN\"");
  if (std::isinf(value)) {
    return value < 0 ? write_literal(out, "\"-Infinity\"") : write_literal(out, "\"Infinity\"");
  }
  if (std::signbit(value)) *out++ = '-';
  const T magnitude = std::fabs(value);
  if (magnitude == 0) return write_literal(out, "0.0");
  char scratch[kScratch];
  const auto wrote =
      std::to_chars(scratch, scratch + kScratch, magnitude, std::chars_format::scientific);
  auto size = static_cast<std::size_t>(wrote.ptr - scratch);
  if (magnitude < kCoarse<T>) [[unlikely]]
    size = coarse_digits(scratch, magnitude, size);
  const Decimal decimal = parts_of({scratch, size});
  const bool plain = decimal.exponent >= -3 && decimal.exponent < 7;
  return plain ? write_plain(out, decimal) : write_scientific(out, decimal);
}

}  // namespace

char* write_java_float(char* out, float value) { return write_java(out, value); }
char* write_java_double(char* out, double value) { return write_java(out, value); }

}  // namespace tidemark

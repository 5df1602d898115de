// SPDX-License-Identifier: Apache-2.0
#include "encode/decimal_text.h"

#include <array>
#include <bit>
#include <cstring>

#include "encode/json_text.h"

namespace tidemark {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t kWords = 4;  // 256 bits; 76 digits need 253
using Number = std::array<std::uint64_t, kWords>;  // least significant word first

void multiply_add(Number& number, std::uint64_t factor, std::uint64_t addend) {
  Wide carry = addend;
  for (std::uint64_t& word : number) {
    carry += Wide{word} * factor;
    word = static_cast<std::uint64_t>(carry);
    carry >>= 64U;
  }
}

void negate(Number& number) {
  bool carry = true;
  for (std::uint64_t& word : number) {
    word = ~word + (carry ? 1 : 0);
    carry = carry && word == 0;
  }
}

Number number_of(std::string_view text) {
  constexpr std::uint64_t kFull = 1'000'000'000'000'000'000U;  // 10^18
  Number number{};
  std::uint64_t part = 0;
  std::uint64_t power = 1;
  bool negative = false;
  for (const char c : text) {
    if (c == '-') negative = true;
    if (c < '0' || c > '9') continue;
    part = part * 10 + static_cast<std::uint64_t>(c - '0');
    power *= 10;
    if (power == kFull) {
      multiply_add(number, power, part);
      part = 0;
      power = 1;
    }
  }
  multiply_add(number, power, part);
  if (negative) negate(number);
  return number;
}

// Quoted Base64 of big-endian bytes without those that only repeat the sign.
char* write_minimal(char* out, const std::uint8_t* bytes, std::size_t size) {
  while (size > 1 &&
         ((bytes[0] == 0x00 && bytes[1] < 0x80) || (bytes[0] == 0xFF && bytes[1] >= 0x80))) {
    ++bytes;
    --size;
  }
  *out++ = '"';
  out = write_base64(out, bytes, size);
  *out++ = '"';
  return out;
}

}  // namespace

char* write_decimal64(char* out, std::int64_t unscaled) {
  const auto bits = static_cast<std::uint64_t>(unscaled);
  const std::uint64_t magnitude = unscaled < 0 ? ~bits : bits;
  const auto size = static_cast<std::size_t>(std::bit_width(magnitude)) / 8 + 1;  // with a sign bit
  std::uint8_t bytes[8];
  const std::uint64_t swapped = __builtin_bswap64(bits);
  std::memcpy(bytes, &swapped, 8);
  *out++ = '"';
  out = write_base64(out, bytes + (8 - size), size);
  *out++ = '"';
  return out;
}

char* write_decimal_text(char* out, std::string_view text) {
  const Number number = number_of(text);
  std::uint8_t bytes[8 * kWords];
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint64_t swapped = __builtin_bswap64(number[kWords - 1 - i]);
    std::memcpy(bytes + 8 * i, &swapped, 8);
  }
  return write_minimal(out, bytes, sizeof bytes);
}

}  // namespace tidemark

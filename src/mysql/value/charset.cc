// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/charset.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace tidemark {
namespace {

// 0x80 to 0x9F; the rest of latin1 is its own code point.
constexpr std::array<char16_t, 32> kHighControls{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

char* put_utf8(char* out, char16_t code) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xC0 | (code >> 6));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out++ = static_cast<char>(0xE0 | (code >> 12));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

}  // namespace

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t seen = 0;
  const char* p = text.data();
  std::size_t left = text.size();
  for (; left >= 8; p += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    seen |= word;
  }
  std::uint64_t tail = 0;
  if (left != 0) std::memcpy(&tail, p, left);
  return ((seen | tail) & kHighBits) == 0;
}

std::string_view latin1_to_utf8(std::string_view text, Arena& arena) {
  if (is_ascii(text)) [[likely]]
    return text;
  const std::size_t room = 3 * text.size();
  char* const start = arena.allocate(room);
  char* out = start;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    out = put_utf8(out, byte >= 0x80 && byte < 0xA0 ? kHighControls[byte - 0x80] : byte);
  }
  const auto size = static_cast<std::size_t>(out - start);
  arena.shrink_last(room - size);
  return {start, size};
}

std::string_view ascii_to_utf8(std::string_view text, Arena& arena) {
  if (is_ascii(text)) [[likely]]
    return text;
  char* const start = arena.allocate(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    start[i] = static_cast<std::uint8_t>(text[i]) < 0x80 ? text[i] : '?';
  }
  return {start, text.size()};
}

}  // namespace tidemark

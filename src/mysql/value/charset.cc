// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/charset.h"

#include <array>
#include <cstring>

#include "base/bytes.h"
#include "base/utf8.h"
#include "mysql/value/charset_multi.h"
#include "mysql/value/charset_single.h"

namespace tidemark {
namespace {

// UTF-8 of each byte: up to three bytes, the first lowest, and their number in the highest.
using SingleTable = std::array<std::uint32_t, 256>;

template <std::size_t N>
constexpr SingleTable single_table(const char16_t (&characters)[N]) {
  constexpr std::size_t kFirst = 256 - (N - 1);  // below it is ASCII
  SingleTable table{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const char32_t code = byte < kFirst ? static_cast<char32_t>(byte) : characters[byte - kFirst];
    char bytes[4]{};
    const char* const end = put_utf8(bytes, code);
    for (int i = 2; i >= 0; --i)
      table[byte] = (table[byte] << 8) | static_cast<std::uint8_t>(bytes[i]);
    table[byte] |= static_cast<std::uint32_t>(end - bytes) << 24;
  }
  return table;
}

constexpr Charset kFirstSingle = Charset::kArmscii8;
constexpr Charset kLastSingle = Charset::kTis620;

// In the order of Charset.
constexpr std::array kSingle{
    single_table(charset_table::kArmscii8), single_table(charset_table::kCp1250),
    single_table(charset_table::kCp1251),   single_table(charset_table::kCp1256),
    single_table(charset_table::kCp1257),   single_table(charset_table::kCp850),
    single_table(charset_table::kCp852),    single_table(charset_table::kCp866),
    single_table(charset_table::kDec8),     single_table(charset_table::kGeostd8),
    single_table(charset_table::kGreek),    single_table(charset_table::kHebrew),
    single_table(charset_table::kHp8),      single_table(charset_table::kKeybcs2),
    single_table(charset_table::kKoi8r),    single_table(charset_table::kKoi8u),
    single_table(charset_table::kLatin1),   single_table(charset_table::kLatin2),
    single_table(charset_table::kLatin5),   single_table(charset_table::kLatin7),
    single_table(charset_table::kMacce),    single_table(charset_table::kMacroman),
    single_table(charset_table::kSwe7),     single_table(charset_table::kTis620)};
static_assert(kSingle.size() ==
              static_cast<std::size_t>(kLastSingle) - static_cast<std::size_t>(kFirstSingle) + 1);

// Room for `size_max` bytes, of which write(out) says the end.
template <class Write>
std::string_view written(std::size_t size_max, Arena& arena, Write write) {
  char* const start = arena.allocate(size_max);
  const auto size = static_cast<std::size_t>(write(start) - start);
  arena.shrink_last(size_max - size);
  return {start, size};
}

std::string_view single_to_utf8(const SingleTable& table, std::string_view text, Arena& arena) {
  return written(3 * text.size() + 1, arena, [&](char* out) {
    for (const char c : text) {
      const std::uint32_t entry = table[static_cast<std::uint8_t>(c)];
      std::memcpy(out, &entry, sizeof entry);
      out += entry >> 24;
    }
    return out;
  });
}

std::string_view ascii_to_utf8(std::string_view text, Arena& arena) {
  return written(text.size(), arena, [&](char* out) {
    for (const char c : text) *out++ = static_cast<std::uint8_t>(c) < 0x80 ? c : '?';
    return out;
  });
}

char32_t unit16(const std::uint8_t* p, bool little) {
  return static_cast<char32_t>(little ? p[0] | (p[1] << 8) : (p[0] << 8) | p[1]);
}

// ucs2 has no pairs: each unit is a character.
std::string_view ucs2_to_utf8(std::string_view text, Arena& arena) {
  const Bytes bytes = as_bytes(text);
  return written(3 * (bytes.size() / 2) + 1, arena, [&](char* out) {
    std::size_t i = 0;
    for (; i + 2 <= bytes.size(); i += 2) out = put_utf8(out, unit16(&bytes[i], false));
    if (i < bytes.size()) *out++ = '?';
    return out;
  });
}

std::string_view utf16_to_utf8(std::string_view text, bool little, Arena& arena) {
  const Bytes bytes = as_bytes(text);
  return written(3 * (bytes.size() / 2) + 1, arena, [&](char* out) {
    std::size_t i = 0;
    while (i + 2 <= bytes.size()) {
      const char32_t unit = unit16(&bytes[i], little);
      i += 2;
      if (unit < 0xD800 || unit > 0xDFFF) {
        out = put_utf8(out, unit);
        continue;
      }
      const char32_t low = i + 2 <= bytes.size() ? unit16(&bytes[i], little) : 0;
      if (unit >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) {
        *out++ = '?';
        continue;
      }
      out = put_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
      i += 2;
    }
    if (i < bytes.size()) *out++ = '?';
    return out;
  });
}

std::string_view utf32_to_utf8(std::string_view text, Arena& arena) {
  const Bytes bytes = as_bytes(text);
  return written(bytes.size() + 1, arena, [&](char* out) {
    std::size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
      const auto code = static_cast<char32_t>(load_be(&bytes[i], 4));
      out = put_utf8(out, code > 0x10FFFF ? U'?' : code);
    }
    if (i < bytes.size()) *out++ = '?';
    return out;
  });
}

std::string_view wide_to_utf8(Charset charset, std::string_view text, Arena& arena) {
  switch (charset) {
    case Charset::kUcs2:
      return ucs2_to_utf8(text, arena);
    case Charset::kUtf16:
      return utf16_to_utf8(text, false, arena);
    case Charset::kUtf16le:
      return utf16_to_utf8(text, true, arena);
    default:
      return utf32_to_utf8(text, arena);
  }
}

bool is_plain(Charset charset) {
  return charset == Charset::kUtf8 || charset == Charset::kBinary || charset == Charset::kNone ||
         charset == Charset::kOther;
}

bool is_wide(Charset charset) { return charset >= Charset::kUcs2 && charset <= Charset::kUtf32; }

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

std::string_view to_utf8(Charset charset, std::string_view text, Arena& arena) {
  if (is_plain(charset)) return text;
  if (is_wide(charset)) return wide_to_utf8(charset, text, arena);
  if (charset != Charset::kSwe7 && is_ascii(text)) [[likely]]
    return text;
  if (charset == Charset::kAscii) return ascii_to_utf8(text, arena);
  if (charset <= kLastSingle) {
    const auto index = static_cast<std::size_t>(charset) - static_cast<std::size_t>(kFirstSingle);
    return single_to_utf8(kSingle[index], text, arena);
  }
  return written(kMultiGrowth * text.size(), arena,
                 [&](char* out) { return multi_to_utf8(charset, as_bytes(text), out); });
}

}  // namespace tidemark

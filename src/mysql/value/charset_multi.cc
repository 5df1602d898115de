// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/charset_multi.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <span>

#include "base/utf8.h"
#include "mysql/value/charset_big5.h"
#include "mysql/value/charset_cp932.h"
#include "mysql/value/charset_eucjpms.h"
#include "mysql/value/charset_euckr.h"
#include "mysql/value/charset_gb18030.h"
#include "mysql/value/charset_gb2312.h"
#include "mysql/value/charset_gbk.h"
#include "mysql/value/charset_sjis.h"
#include "mysql/value/charset_ujis.h"

namespace tidemark {
namespace {

using charset_table::ByteRange;
using charset_table::Gb18030Run;

constexpr std::uint8_t kNone = 0xFF;
constexpr char32_t kMalformed = 0xFFFF;  // in tables: no such sequence

// Byte to row or column of a table.
using Places = std::array<std::uint8_t, 256>;

template <std::size_t N>
constexpr Places places(const ByteRange (&ranges)[N]) {
  Places out{};
  out.fill(kNone);
  std::uint8_t place = 0;
  for (const ByteRange& range : ranges) {
    for (std::size_t byte = range.first; byte <= range.last; ++byte) out[byte] = place++;
  }
  return out;
}

constexpr std::size_t count(const Places& of) {
  std::size_t n = 0;
  for (const std::uint8_t place : of) n += place != kNone;
  return n;
}

// Characters of two bytes, and of three after 0x8F.
struct MultiByte {
  Places rows;
  Places columns;
  std::size_t width = 0;
  const char16_t* characters = nullptr;
  bool katakana = false;  // 0xA1 to 0xDF alone are U+FF61 to U+FF9F
  const char16_t* three = nullptr;
};

template <std::size_t Leads, std::size_t Trails, std::size_t Size>
constexpr MultiByte multi(const ByteRange (&leads)[Leads], const ByteRange (&trails)[Trails],
                          const char16_t (&characters)[Size]) {
  MultiByte out{.rows = places(leads), .columns = places(trails), .characters = characters};
  out.width = count(out.columns);
  return out;
}

// All rows are there, checked at compile time.
template <std::size_t Leads, std::size_t Trails, std::size_t Size>
constexpr bool complete(const ByteRange (&leads)[Leads], const ByteRange (&trails)[Trails],
                        const char16_t (&)[Size]) {
  return count(places(leads)) * count(places(trails)) + 1 == Size;
}

#define TIDEMARK_MULTI(name)                                                                    \
  multi(charset_table::k##name##Leads, charset_table::k##name##Trails, charset_table::k##name); \
  static_assert(complete(charset_table::k##name##Leads, charset_table::k##name##Trails,         \
                         charset_table::k##name))

constexpr MultiByte with_katakana(MultiByte table) {
  table.katakana = true;
  return table;
}
constexpr MultiByte with_three(MultiByte table, const char16_t* three) {
  table.three = three;
  return table;
}

constexpr MultiByte kBig5 = TIDEMARK_MULTI(Big5);
constexpr MultiByte kEuckr = TIDEMARK_MULTI(Euckr);
constexpr MultiByte kGb2312 = TIDEMARK_MULTI(Gb2312);
constexpr MultiByte kGbk = TIDEMARK_MULTI(Gbk);
constexpr MultiByte kGb18030 = TIDEMARK_MULTI(Gb18030);
constexpr MultiByte kSjisPairs = TIDEMARK_MULTI(Sjis);
constexpr MultiByte kCp932Pairs = TIDEMARK_MULTI(Cp932);
constexpr MultiByte kUjisPairs = TIDEMARK_MULTI(Ujis);
constexpr MultiByte kEucjpmsPairs = TIDEMARK_MULTI(Eucjpms);
#undef TIDEMARK_MULTI
constexpr MultiByte kSjis = with_katakana(kSjisPairs);
constexpr MultiByte kCp932 = with_katakana(kCp932Pairs);
constexpr MultiByte kUjis = with_three(kUjisPairs, charset_table::kUjisThree);
constexpr MultiByte kEucjpms = with_three(kEucjpmsPairs, charset_table::kEucjpmsThree);

struct Decoded {
  char32_t code;
  std::size_t size;
};
constexpr Decoded kBadByte{U'?', 1};

// 8F and two bytes of A1 to FE.
Decoded three_bytes(const MultiByte& table, Bytes text) {
  constexpr std::uint8_t kFirst = 0xA1;
  constexpr std::uint8_t kLast = 0xFE;
  constexpr std::size_t kWidth = kLast - kFirst + 1;
  const auto fits = [](std::uint8_t byte) { return byte >= kFirst && byte <= kLast; };
  if (text.size() < 3 || !fits(text[1]) || !fits(text[2])) return kBadByte;
  return {table.three[(text[1] - kFirst) * kWidth + (text[2] - kFirst)], 3};
}

// The first character; the text is not empty and begins with a byte above 0x7F.
Decoded decode(const MultiByte& table, Bytes text) {
  constexpr std::uint8_t kThreeBytes = 0x8F;
  const std::uint8_t lead = text[0];
  if (table.katakana && lead >= 0xA1 && lead <= 0xDF) return {0xFF61U + lead - 0xA1U, 1};
  if (table.three != nullptr && lead == kThreeBytes) return three_bytes(table, text);
  const std::uint8_t row = table.rows[lead];
  const std::uint8_t column = text.size() > 1 ? table.columns[text[1]] : kNone;
  if (row == kNone || column == kNone) return kBadByte;
  const char32_t code = table.characters[row * table.width + column];
  return code == kMalformed ? kBadByte : Decoded{code, 2};
}

char32_t gb18030_four(std::uint32_t linear) {
  constexpr std::uint32_t kBmpEnd = 4 * 12600;
  constexpr std::uint32_t kBeyondBmp = 15 * 12600;
  if (linear >= kBeyondBmp) {
    const std::uint32_t code = 0x10000 + linear - kBeyondBmp;
    return code <= 0x10FFFF ? code : U'?';
  }
  if (linear >= kBmpEnd) return U'?';
  const std::span runs(charset_table::kGb18030Runs);
  auto run = std::upper_bound(runs.begin(), runs.end(), linear,
                              [](std::uint32_t at, const Gb18030Run& r) { return at < r.linear; });
  if (run == runs.begin()) return U'?';
  --run;
  const std::uint32_t within = linear - run->linear;
  return within < run->count ? run->code + within : U'?';
}

Decoded decode_gb18030(Bytes text) {
  const auto digit = [&](std::size_t i) { return text[i] >= 0x30 && text[i] <= 0x39; };
  const auto high = [&](std::size_t i) { return text[i] >= 0x81 && text[i] <= 0xFE; };
  if (text.size() < 4 || !high(0) || !digit(1)) return decode(kGb18030, text);
  if (!high(2) || !digit(3)) return kBadByte;
  const std::uint32_t linear = ((text[0] - 0x81U) * 10 + (text[1] - 0x30U)) * 1260 +
                               (text[2] - 0x81U) * 10 + (text[3] - 0x30U);
  return {gb18030_four(linear), 4};
}

template <class Decode>
char* write_all(Bytes text, char* out, Decode decode_one) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] < 0x80) {
      *out++ = static_cast<char>(text[i++]);
      continue;
    }
    const Decoded one = decode_one(text.subspan(i));
    out = put_utf8(out, one.code);
    i += one.size;
  }
  return out;
}

const MultiByte& table_of(Charset charset) {
  switch (charset) {
    case Charset::kBig5:
      return kBig5;
    case Charset::kCp932:
      return kCp932;
    case Charset::kEucjpms:
      return kEucjpms;
    case Charset::kEuckr:
      return kEuckr;
    case Charset::kGb2312:
      return kGb2312;
    case Charset::kSjis:
      return kSjis;
    case Charset::kUjis:
      return kUjis;
    default:
      return kGbk;
  }
}

}  // namespace

char* multi_to_utf8(Charset charset, Bytes text, char* out) {
  if (charset == Charset::kGb18030) return write_all(text, out, decode_gb18030);
  const MultiByte& table = table_of(charset);
  return write_all(text, out, [&](Bytes rest) { return decode(table, rest); });
}

}  // namespace tidemark

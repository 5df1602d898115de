// SPDX-License-Identifier: Apache-2.0
#include "encode/json_text.h"

#include <array>
#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tidemark {
namespace {

constexpr std::size_t kMeasuredFrom = 4096;  // longer texts are measured exactly
constexpr std::size_t kExpansionMax = 6;     // of a control character, as in \u001F

constexpr char kHex[] = "0123456789ABCDEF";

// Bytes that end a run which is copied as it stands.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

std::uint8_t byte_at(const char* p) { return static_cast<std::uint8_t>(*p); }

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0U) == 0x80U; }

// The sequence at the start of a text that begins with a byte >= 0x80.
struct Sequence {
  std::uint8_t size;  // bytes consumed: of a malformed one its maximal subpart
  bool valid;
};

// Range of the second byte of a sequence (Unicode, table 3-7).
bool second_fits(std::uint8_t lead, std::uint8_t second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return is_continuation(second);
  }
}

Sequence sequence_at(const char* p, const char* end) {
  const std::uint8_t lead = byte_at(p);
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::uint8_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (p + 1 == end || !second_fits(lead, byte_at(p + 1))) return {1, false};
  for (std::uint8_t i = 2; i < wanted; ++i) {
    if (p + i == end || !is_continuation(byte_at(p + i))) return {i, false};
  }
  return {wanted, true};
}

char* write_unit_escape(char* out, unsigned unit) {
  *out++ = '\\';
  *out++ = 'u';
  *out++ = kHex[(unit >> 12U) & 0xFU];
  *out++ = kHex[(unit >> 8U) & 0xFU];
  *out++ = kHex[(unit >> 4U) & 0xFU];
  *out++ = kHex[unit & 0xFU];
  return out;
}

char* write_surrogates(char* out, const char* p) {
  const unsigned code = ((byte_at(p) & 0x07U) << 18U) | ((byte_at(p + 1) & 0x3FU) << 12U) |
                        ((byte_at(p + 2) & 0x3FU) << 6U) | (byte_at(p + 3) & 0x3FU);
  const unsigned offset = code - 0x10000U;
  out = write_unit_escape(out, 0xD800U + (offset >> 10U));
  return write_unit_escape(out, 0xDC00U + (offset & 0x3FFU));
}

char* write_escape(char* out, char c) {
  char letter = 0;
  switch (c) {
    case '"':
    case '\\':
      letter = c;
      break;
    case '\b':
      letter = 'b';
      break;
    case '\f':
      letter = 'f';
      break;
    case '\n':
      letter = 'n';
      break;
    case '\r':
      letter = 'r';
      break;
    case '\t':
      letter = 't';
      break;
    default:
      return write_unit_escape(out, static_cast<unsigned char>(c));
  }
  *out++ = '\\';
  *out++ = letter;
  return out;
}

// Writes what is not plain at `p` and following non-ASCII; advances `p`.
char* write_special(char* out, const char*& p, const char* end) {
  if (byte_at(p) < 0x80) return write_escape(out, *p++);
  do {
    const Sequence sequence = sequence_at(p, end);
    if (!sequence.valid) {
      out = write_literal(out, "\xEF\xBF\xBD");
    } else if (sequence.size == 4) {
      out = write_surrogates(out, p);
    } else {
      for (unsigned i = 0; i < sequence.size; ++i) *out++ = p[i];
    }
    p += sequence.size;
  } while (p != end && byte_at(p) >= 0x80);
  return out;
}

#ifdef __SSE2__
// Bit i is set where byte i is not plain.
unsigned special_mask(__m128i block) {
  const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
  // Signed: control characters and bytes >= 0x80 are both below 0x20.
  const __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), low)));
}
#endif

// Bit 7 of each byte that is not plain in eight bytes; exact up to the lowest such byte.
std::uint64_t special_bits(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const auto zero_bytes = [](std::uint64_t x) { return (x - kOnes) & ~x & kHighs; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return control | (word & kHighs) | zero_bytes(word ^ (kOnes * '"')) |
         zero_bytes(word ^ (kOnes * '\\'));
}

// Copies plain bytes up to the first special one or the end; advances `p`.
char* copy_plain(char* out, const char*& p, const char* end) {
#ifdef __SSE2__
  while (end - p >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    const unsigned mask = special_mask(block);
    if (mask != 0) {
      const int run = std::countr_zero(mask);
      p += run;
      return out + run;
    }
    p += 16;
    out += 16;
  }
#endif
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    std::memcpy(out, &word, 8);
    const std::uint64_t bits = special_bits(word);
    if (bits != 0) {
      const int run = std::countr_zero(bits) / 8;
      p += run;
      return out + run;
    }
    p += 8;
    out += 8;
  }
  while (p != end && kPlain[byte_at(p)]) *out++ = *p++;
  return out;
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Two characters for each 12 bits.
constexpr auto kBase64Pairs = [] {
  struct {
    char text[4096][2];
  } table{};
  for (unsigned i = 0; i < 4096; ++i) {
    table.text[i][0] = kBase64[i >> 6U];
    table.text[i][1] = kBase64[i & 63U];
  }
  return table;
}();

constexpr std::array<std::uint64_t, 20> kPowers = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& p : powers) {
    p = power;
    power *= 10;
  }
  return powers;
}();

unsigned digits_of(std::uint64_t value) {
  const auto bits = static_cast<unsigned>(std::bit_width(value | 1));
  const unsigned guess = (bits * 1233U) >> 12U;  // floor(bits * log10(2)), 1 .. 64 bits
  return guess + (value >= kPowers[guess] ? 1 : 0);
}

}  // namespace

char* write_uint(char* out, std::uint64_t value) {
  if (value < 10) {
    *out = static_cast<char>('0' + value);
    return out + 1;
  }
  const unsigned digits = digits_of(value);
  char* p = out + digits;
  while (value >= 100) {
    const std::uint64_t rest = value / 100;
    p -= 2;
    std::memcpy(p, json_detail::kPairs.text + 2 * (value - rest * 100), 2);
    value = rest;
  }
  if (value >= 10) {
    std::memcpy(out, json_detail::kPairs.text + 2 * value, 2);
  } else {
    *out = static_cast<char>('0' + value);
  }
  return out + digits;
}

char* write_string(char* out, std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  *out++ = '"';
  while (true) {
    out = copy_plain(out, p, end);
    if (p == end) break;
    out = write_special(out, p, end);
  }
  *out++ = '"';
  return out;
}

std::size_t string_size_max(std::string_view text) {
  if (text.size() < kMeasuredFrom) return 2 + kExpansionMax * text.size();
  std::size_t size = 2;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    // A stray byte >= 0x80 grows to the three bytes of U+FFFD, a sequence of four bytes to twelve.
    size += kPlain[byte] ? 1 : byte < 0x80 ? kExpansionMax : 3;
  }
  return size;
}

char* write_base64(char* out, const std::uint8_t* bytes, std::size_t size) {
  const std::uint8_t* const whole = bytes + size / 3 * 3;
  for (; bytes != whole; bytes += 3) {
    const unsigned bits = (unsigned{bytes[0]} << 16U) | (unsigned{bytes[1]} << 8U) | bytes[2];
    std::memcpy(out, kBase64Pairs.text[bits >> 12U], 2);
    std::memcpy(out + 2, kBase64Pairs.text[bits & 0xFFFU], 2);
    out += 4;
  }
  const std::size_t left = size % 3;
  if (left == 0) return out;
  const unsigned bits = (unsigned{bytes[0]} << 16U) | (left == 2 ? unsigned{bytes[1]} << 8U : 0U);
  std::memcpy(out, kBase64Pairs.text[bits >> 12U], 2);
  out[2] = left == 2 ? kBase64[(bits >> 6U) & 63U] : '=';
  out[3] = '=';
  return out + 4;
}

void append_string(std::string& out, std::string_view text) {
  const std::size_t at = out.size();
  out.resize(at + string_size_max(text) + kWriteSlack);
  const char* const end = write_string(out.data() + at, text);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

std::string json_string(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

}  // namespace tidemark

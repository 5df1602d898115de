// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/inet.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "base/bytes.h"

namespace tidemark {
namespace {

constexpr std::size_t kWords = 8;
constexpr std::size_t kTextMax = 45;

char* write_number(char* out, unsigned value, int base) {
  return std::to_chars(out, out + 5, value, base).ptr;
}

char* write_inet4(char* out, const std::uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) {
    if (i != 0) *out++ = '.';
    out = write_number(out, bytes[i], 10);
  }
  return out;
}

struct Gap {
  std::size_t at = kWords;
  std::size_t size = 0;
};

// The first of the longest runs of zero words.
Gap longest_gap(const std::array<unsigned, kWords>& words) {
  Gap best;
  for (std::size_t at = 0; at < kWords; ++at) {
    std::size_t size = 0;
    while (at + size < kWords && words[at + size] == 0) ++size;
    if (size > best.size) best = {at, size};
    at += size;
  }
  return best;
}

char* write_inet6(char* out, const std::uint8_t* bytes) {
  std::array<unsigned, kWords> words{};
  for (std::size_t i = 0; i < kWords; ++i) words[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
  const Gap gap = longest_gap(words);
  const bool embeds_inet4 = gap.at == 0 && (gap.size == 6 || (gap.size == 5 && words[5] == 0xFFFF));
  for (std::size_t i = 0; i < kWords;) {
    if (i == gap.at) {
      if (i == 0) *out++ = ':';
      *out++ = ':';
      i += gap.size;
      continue;
    }
    if (i == 6 && embeds_inet4) return write_inet4(out, bytes + 12);
    out = write_number(out, words[i], 16);
    if (++i != kWords) *out++ = ':';
  }
  return out;
}

}  // namespace

std::string_view inet_text(std::string_view bytes, Arena& arena) {
  const std::uint8_t* const raw = as_bytes(bytes).data();
  char* const start = arena.allocate(kTextMax);
  char* const end = bytes.size() == 4 ? write_inet4(start, raw) : write_inet6(start, raw);
  const auto size = static_cast<std::size_t>(end - start);
  arena.shrink_last(kTextMax - size);
  return {start, size};
}

}  // namespace tidemark

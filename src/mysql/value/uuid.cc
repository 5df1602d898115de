// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/uuid.h"

#include <cstdint>

namespace tidemark {

std::string_view uuid_text(std::string_view bytes, Arena& arena) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kSize = 36;
  char* const start = arena.allocate(kSize);
  char* out = start;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    *out++ = kHex[byte >> 4];
    *out++ = kHex[byte & 0x0F];
  }
  return {start, kSize};
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Bytes as hexadecimal digits: written in lower case, read in either.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

// Writes two digits a byte at `out`; the new end.
inline char* write_hex(char* out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    *out++ = kDigits[byte >> 4U];
    *out++ = kDigits[byte & 15U];
  }
  return out;
}
std::string to_hex(std::string_view bytes);

// Nothing when it is not that.
constexpr std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace tidemark

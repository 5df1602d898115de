// SPDX-License-Identifier: Apache-2.0
// Unchecked writers of JSON scalars: each writes at `out`, returns the new end, and needs the room
// its comment states plus kWriteSlack bytes behind it, which it may scribble over. Callers size a
// row once, write it through these, and cut the buffer at the end.
// Source:  Jackson's escaping as Kafka Connect's JsonConverter uses it: short escapes, \u00XX in
//          upper case, characters beyond the BMP as two surrogate escapes, everything else as UTF-8
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tidemark {

inline constexpr std::size_t kWriteSlack = 32;
inline constexpr std::size_t kIntegerSizeMax = 20;

namespace json_detail {
inline constexpr auto kPairs = [] {
  struct {
    char text[200];
  } table{};
  for (int i = 0; i < 100; ++i) {
    table.text[2 * i] = static_cast<char>('0' + i / 10);
    table.text[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return table;
}();
}  // namespace json_detail

// `size` bytes; text in the reader's memory must have 16 readable bytes from its start.
inline char* write_padded(char* out, const char* text, std::size_t size) {
  std::memcpy(out, text, 16);
  if (size > 16) [[unlikely]]
    std::memcpy(out + 16, text + 16, size - 16);
  return out + size;
}

inline char* write_text(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// A literal, its length known to the compiler.
template <std::size_t N>
inline char* write_literal(char* out, const char (&text)[N]) {
  std::memcpy(out, text, N - 1);
  return out + (N - 1);
}

// Two digits, 0 <= value < 100.
inline char* write_2(char* out, unsigned value) {
  std::memcpy(out, json_detail::kPairs.text + 2 * value, 2);
  return out + 2;
}
// Four digits, 0 <= value < 10000.
inline char* write_4(char* out, unsigned value) {
  return write_2(write_2(out, value / 100), value % 100);
}
// Decimal digits, at most kIntegerSizeMax bytes.
char* write_uint(char* out, std::uint64_t value);
inline char* write_int(char* out, std::int64_t value) {
  if (value < 0) {
    *out++ = '-';
    return write_uint(out, ~static_cast<std::uint64_t>(value) + 1);
  }
  return write_uint(out, static_cast<std::uint64_t>(value));
}

// A quoted JSON string of UTF-8 text; malformed UTF-8 becomes U+FFFD, one for each maximal subpart.
// Needs string_size_max(text) bytes.
char* write_string(char* out, std::string_view text);
// Upper bound; texts beyond a few KiB are measured, so that they do not reserve six times their
// size.
std::size_t string_size_max(std::string_view text);

// Standard Base64 with padding, no quotes.
char* write_base64(char* out, const std::uint8_t* bytes, std::size_t size);
inline std::size_t base64_size(std::size_t size) { return (size + 2) / 3 * 4; }

// For code that runs once per table version.
void append_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

}  // namespace tidemark

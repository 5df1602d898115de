// SPDX-License-Identifier: Apache-2.0
// Code points as UTF-8, and as Java's variant of it.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

inline constexpr int kUtf8SizeMax = 4;

// Writes up to kUtf8SizeMax bytes; surrogates in the general form, which is no UTF-8.
constexpr char* put_utf8(char* out, char32_t code) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
    return out;
  }
  if (code < 0x800) {
    *out++ = static_cast<char>(0xC0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      *out++ = static_cast<char>(0xE0 | (code >> 12));
    } else {
      *out++ = static_cast<char>(0xF0 | (code >> 18));
      *out++ = static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    }
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  }
  *out++ = static_cast<char>(0x80 | (code & 0x3F));
  return out;
}
inline void append_utf8(std::string& out, char32_t code) {
  char bytes[kUtf8SizeMax];
  out.append(bytes, put_utf8(bytes, code));
}

// UTF-8 text as java.io.DataInput's modified UTF-8: NUL takes two bytes, what lies beyond 16 bits is two surrogates
// of three bytes each.
void append_modified_utf8(std::string& out, std::string_view text);

}  // namespace tidemark

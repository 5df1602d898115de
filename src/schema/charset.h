// SPDX-License-Identifier: Apache-2.0
// The charsets of MySQL and MariaDB (information_schema.CHARACTER_SETS), by name.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark {

enum class Charset : std::uint8_t {
  kNone,  // no character column
  kUtf8,  // utf8mb3 and utf8mb4
  kBinary,
  kAscii,
  // One unit is two or four bytes.
  kUcs2,
  kUtf16,
  kUtf16le,
  kUtf32,
  // One byte each.
  kArmscii8,
  kCp1250,
  kCp1251,
  kCp1256,
  kCp1257,
  kCp850,
  kCp852,
  kCp866,
  kDec8,
  kGeostd8,
  kGreek,
  kHebrew,
  kHp8,
  kKeybcs2,
  kKoi8r,
  kKoi8u,
  kLatin1,
  kLatin2,
  kLatin5,
  kLatin7,
  kMacce,
  kMacroman,
  kSwe7,
  kTis620,
  // ASCII and sequences of several bytes.
  kBig5,
  kCp932,
  kEucjpms,
  kEuckr,
  kGb18030,
  kGb2312,
  kGbk,
  kSjis,
  kUjis,
  kOther,  // a name that neither server had when this was written: not decoded
};

Charset charset_of(std::string_view name);  // kNone for an empty name
std::string_view to_string(Charset charset);  // "utf8", "latin1", "none", "other"
// The server's texts about columns (COLUMN_TYPE, COLUMN_DEFAULT) know the BMP only; a column of these
// charsets may hold more.
bool has_supplementary(std::string_view charset_name);

}  // namespace tidemark

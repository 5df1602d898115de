// SPDX-License-Identifier: Apache-2.0
#include "schema/charset.h"

#include <array>
#include <cstddef>

namespace tidemark {
namespace {

constexpr std::size_t kCount = static_cast<std::size_t>(Charset::kOther) + 1;

// In the order of the enumeration.
constexpr std::array<std::string_view, kCount> kNames{
    "none",    "utf8",   "binary",   "ascii",   "ucs2",   "utf16", "utf16le", "utf32",   "armscii8",
    "cp1250",  "cp1251", "cp1256",   "cp1257",  "cp850",  "cp852", "cp866",   "dec8",    "geostd8",
    "greek",   "hebrew", "hp8",      "keybcs2", "koi8r",  "koi8u", "latin1",  "latin2",  "latin5",
    "latin7",  "macce",  "macroman", "swe7",    "tis620", "big5",  "cp932",   "eucjpms", "euckr",
    "gb18030", "gb2312", "gbk",      "sjis",    "ujis",   "other"};
static_assert(kNames.back() == "other");

}  // namespace

Charset charset_of(std::string_view name) {
  if (name.empty()) return Charset::kNone;
  if (name == "utf8mb4" || name == "utf8mb3") return Charset::kUtf8;
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Charset>(i);
  }
  return Charset::kOther;
}

std::string_view to_string(Charset charset) { return kNames[static_cast<std::size_t>(charset)]; }

bool has_supplementary(std::string_view charset_name) {
  return charset_name == "utf8mb4" || charset_name == "utf16" || charset_name == "utf16le" ||
         charset_name == "utf32" || charset_name == "gb18030";
}

}  // namespace tidemark

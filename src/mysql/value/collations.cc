// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/collations.h"

#include <array>

#include "mysql/value/charset.h"

namespace tidemark {
namespace {

constexpr std::uint32_t kPlainIds =
    1024;  // ids of MySQL, and of MariaDB before its NOPAD collations

constexpr std::array<Charset, kPlainIds> kCharsets = [] {
  std::array<Charset, kPlainIds> out{};
  out.fill(Charset::kOther);
  for (const auto& range : charset_table::kCollations) {
    for (std::size_t id = range.first; id <= range.last; ++id) out[id] = range.charset;
  }
  return out;
}();

}  // namespace

// MariaDB: a NOPAD collation has the id of its padded twin and 1024; collations of UCA 14.0.0 have 256 ids
// a charset from 2048 on.
Charset charset_of_collation(std::uint32_t collation) {
  constexpr std::uint32_t kUca1400 = 2048;
  constexpr std::array kUca1400Charsets{Charset::kUtf8, Charset::kUtf8, Charset::kUcs2,
                                        Charset::kUtf16, Charset::kUtf32};
  if (collation < kUca1400) return kCharsets[collation % kPlainIds];
  const std::uint32_t block = (collation - kUca1400) / 256;
  return block < kUca1400Charsets.size() ? kUca1400Charsets[block] : Charset::kOther;
}

}  // namespace tidemark

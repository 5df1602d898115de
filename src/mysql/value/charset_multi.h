// SPDX-License-Identifier: Apache-2.0
// Charsets whose characters are ASCII or sequences of two to four bytes.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "schema/charset.h"

namespace tidemark {

// Bytes of UTF-8 for each byte of text, at most: a half-width katakana has one byte in sjis.
inline constexpr std::size_t kMultiGrowth = 3;

// Writes UTF-8 at `out` and returns its end. charset: kBig5 to kUjis.
char* multi_to_utf8(Charset charset, Bytes text, char* out);

}  // namespace tidemark

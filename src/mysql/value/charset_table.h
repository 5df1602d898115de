// SPDX-License-Identifier: Apache-2.0
// What the generated charset tables are made of.
#pragma once

#include <cstdint>

#include "schema/charset.h"

namespace tidemark::charset_table {

struct ByteRange {
  std::uint8_t first;
  std::uint8_t last;
};

// `count` four-byte sequences of gb18030 from the linear-th on, and as many characters from `code` on.
struct Gb18030Run {
  std::uint16_t linear;
  char16_t code;
  std::uint16_t count;
};

struct CollationRange {
  std::uint16_t first;
  std::uint16_t last;
  Charset charset;
};

}  // namespace tidemark::charset_table

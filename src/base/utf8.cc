// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

namespace tidemark {

void append_modified_utf8(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[i + at]); };
    if (byte(0) == 0) {
      out.append("\xC0\x80", 2);
    } else if (byte(0) >= 0xF0 && i + 3 < text.size()) {
      const char32_t code = ((byte(0) & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U |
                             (byte(2) & 0x3FU) << 6U | (byte(3) & 0x3FU)) -
                            0x10000U;
      append_utf8(out, 0xD800U + (code >> 10U));
      append_utf8(out, 0xDC00U + (code & 0x3FFU));
      i += 3;
    } else {
      out += text[i];
    }
  }
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// DECIMAL as Kafka Connect's logical Decimal in JSON: Base64 of the unscaled value, two's
// complement, big-endian, as few bytes as hold it (0 -> AA==, -1 -> /w==, 128 -> AIA=).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemark {

inline constexpr std::size_t kDecimal64SizeMax = 14;  // 8 bytes, quotes included
inline constexpr std::size_t kDecimalTextSizeMax = 46;  // 65 digits: 28 bytes, with room to spare

// Unchecked: sizes above plus kWriteSlack. Quotes included.
char* write_decimal64(char* out, std::int64_t unscaled);
// Plain notation with all its digits ("-0.50"), at most 76 digits; the point is passed over.
char* write_decimal_text(char* out, std::string_view text);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The server's binary DECIMAL.
// Layout:  docs/formats/decimal.md (server: strings/decimal.cc, decimal2bin)
// Limits:  1 <= precision <= 65, scale <= 30, scale <= precision
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

inline constexpr unsigned kDecimalPrecisionMax = 65;
inline constexpr unsigned kDecimalScaleMax = 30;
inline constexpr unsigned kDecimal64PrecisionMax = 18;
// Sign, every digit, a zero before the point, the point.
inline constexpr std::size_t kDecimalTextMax = kDecimalPrecisionMax + 3;

struct DecimalType {
  std::uint8_t precision = 0;
  std::uint8_t scale = 0;

  bool valid() const {
    return precision >= 1 && precision <= kDecimalPrecisionMax && scale <= kDecimalScaleMax &&
           scale <= precision;
  }
  // Size on the wire.
  std::size_t bytes() const;
  bool operator==(const DecimalType&) const = default;
};

// Reads type.bytes() bytes at `p`. False: a digit group holds more than its digits can.
// Needs precision <= kDecimal64PrecisionMax; yields the unscaled value.
bool decode_decimal64(const std::uint8_t* p, DecimalType type, std::int64_t* out);
// Plain notation with all digits of the scale, "-0.50", into `out` of kDecimalTextMax characters.
bool decode_decimal_text(const std::uint8_t* p, DecimalType type, char* out, std::size_t* size);

// The same values from the server's text ("-0.50", "000012" of a ZEROFILL column, "7").
bool parse_decimal64(std::string_view text, unsigned scale, std::int64_t* out);
// Without the leading zeros that ZEROFILL adds; a view into `text`. False: not a decimal number.
bool trim_decimal_text(std::string_view text, std::string_view* out);

// Unscaled value as plain notation with all digits of the scale.
void append_decimal64(std::string& out, std::int64_t unscaled, unsigned scale);

}  // namespace tidemark

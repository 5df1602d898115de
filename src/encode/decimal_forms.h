// SPDX-License-Identifier: Apache-2.0
// DECIMAL in the forms other than Base64: plain text, the nearest double, and the number that Kafka
// Connect's decimal.format=NUMERIC writes (java.math.BigDecimal.toString).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemark {

// Room for the plain text of a DECIMAL(65,30), quotes and an exponent.
inline constexpr std::size_t kDecimalFormSizeMax = 80;

// Unchecked: kDecimalFormSizeMax. "-0.05" for -5 at scale 2, no quotes.
char* write_plain_decimal(char* out, std::int64_t unscaled, unsigned scale);
// `plain` has all its fraction digits and no exponent.
double nearest_double(std::string_view plain);
// As BigDecimal.toString: plain, but with an exponent below 10^-6 ("1E-10", "0E-7").
char* write_decimal_number(char* out, std::string_view plain);
// Base64 of the unscaled value, quoted; at most kDecimal64SizeMax bytes.
char* write_unsigned_decimal(char* out, std::uint64_t value);

}  // namespace tidemark

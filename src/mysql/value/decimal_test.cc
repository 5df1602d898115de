// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/decimal.h"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <random>
#include <vector>

namespace tidemark {
namespace {

// The slow reference: digits as text to the server's bytes.
std::vector<std::uint8_t> encode(const std::string& integer, const std::string& fraction,
                                 bool negative) {
  constexpr std::array<std::size_t, 10> kBytes{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
  std::vector<std::string> groups;
  const std::size_t lead = integer.size() % 9;
  if (lead != 0) groups.push_back(integer.substr(0, lead));
  for (std::size_t i = lead; i < integer.size(); i += 9) groups.push_back(integer.substr(i, 9));
  for (std::size_t i = 0; i < fraction.size(); i += 9) groups.push_back(fraction.substr(i, 9));
  std::vector<std::uint8_t> out;
  for (const std::string& group : groups) {
    std::uint32_t value = 0;
    std::from_chars(group.data(), group.data() + group.size(), value);
    for (std::size_t i = kBytes[group.size()]; i-- > 0;) {
      out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  out[0] = static_cast<std::uint8_t>(out[0] ^ 0x80);
  if (negative) {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(~byte);
  }
  return out;
}

std::string plain(const std::string& integer, const std::string& fraction, bool negative) {
  std::string digits = integer.substr(std::min(integer.find_first_not_of('0'), integer.size()));
  if (digits.empty()) digits = "0";
  return (negative ? "-" : "") + digits + (fraction.empty() ? "" : "." + fraction);
}

TEST(Decimal, EveryPrecisionAndScaleReadsBack) {
  std::mt19937 random(7);
  const auto digits = [&](std::size_t count) {
    std::string out;
    const auto style = random() % 4;
    for (std::size_t i = 0; i < count; ++i) {
      out += style == 0 ? '9' : style == 1 ? '0' : static_cast<char>('0' + random() % 10);
    }
    return out;
  };
  for (std::uint8_t precision = 1; precision <= kDecimalPrecisionMax; ++precision) {
    for (std::uint8_t scale = 0; scale <= std::min<unsigned>(precision, kDecimalScaleMax);
         ++scale) {
      for (int round = 0; round < 8; ++round) {
        const std::string integer = digits(static_cast<std::size_t>(precision - scale));
        const std::string fraction = digits(scale);
        const bool zero = (integer + fraction).find_first_not_of('0') == std::string::npos;
        const bool negative = !zero && round % 2 == 1;
        const DecimalType type{precision, scale};
        const std::vector<std::uint8_t> bytes = encode(integer, fraction, negative);
        ASSERT_EQ(bytes.size(), type.bytes());
        const std::string expected = plain(integer, fraction, negative);
        std::array<char, kDecimalTextMax> text;
        std::size_t size = 0;
        ASSERT_TRUE(decode_decimal_text(bytes.data(), type, text.data(), &size));
        ASSERT_EQ(std::string(text.data(), size), expected);
        if (precision > kDecimal64PrecisionMax) continue;
        std::int64_t unscaled = 0;
        ASSERT_TRUE(decode_decimal64(bytes.data(), type, &unscaled));
        std::string back;
        append_decimal64(back, unscaled, scale);
        ASSERT_EQ(back, expected);
        std::int64_t parsed = 0;
        ASSERT_TRUE(parse_decimal64(expected, scale, &parsed));
        ASSERT_EQ(parsed, unscaled);
      }
    }
  }
}

TEST(Decimal, GroupBeyondItsDigitsIsRefused) {
  std::int64_t value = 0;
  std::array<char, kDecimalTextMax> text;
  std::size_t size = 0;
  const std::array<std::uint8_t, 4> ten_digits{0xBB, 0x9A, 0xCA, 0x00};  // 1,000,000,000 in nine
  EXPECT_FALSE(decode_decimal64(ten_digits.data(), {9, 0}, &value));
  EXPECT_FALSE(decode_decimal_text(ten_digits.data(), {9, 0}, text.data(), &size));
  const std::array<std::uint8_t, 1> hundred{0x80 + 100};  // in two
  EXPECT_FALSE(decode_decimal64(hundred.data(), {2, 0}, &value));
}

TEST(Decimal, TypesOutsideTheServersLimitsAreInvalid) {
  EXPECT_FALSE((DecimalType{0, 0}.valid()));
  EXPECT_FALSE((DecimalType{66, 0}.valid()));
  EXPECT_FALSE((DecimalType{65, 31}.valid()));
  EXPECT_FALSE((DecimalType{5, 6}.valid()));
  EXPECT_TRUE((DecimalType{65, 30}.valid()));
}

TEST(Decimal, ServerTextLosesZerofillOnly) {
  const auto trimmed = [](std::string_view text) {
    std::string_view out;
    return trim_decimal_text(text, &out) ? std::string(out) : "refused";
  };
  EXPECT_EQ(trimmed("000012.50"), "12.50");
  EXPECT_EQ(trimmed("0000.50"), "0.50");
  EXPECT_EQ(trimmed("0000"), "0");
  EXPECT_EQ(trimmed("-0.50"), "-0.50");
  EXPECT_EQ(trimmed("7"), "7");
  for (const std::string_view bad : {"", "-", ".5", "5.", "1e5", "1.2.3", "+1", "1 ", "--1"}) {
    EXPECT_EQ(trimmed(bad), "refused") << bad;
  }
}

TEST(Decimal, TextIsScaledUpButNeverRounded) {
  std::int64_t value = 0;
  EXPECT_TRUE(parse_decimal64("1.5", 3, &value));
  EXPECT_EQ(value, 1500);
  EXPECT_TRUE(parse_decimal64("-0.001", 3, &value));
  EXPECT_EQ(value, -1);
  EXPECT_FALSE(parse_decimal64("0.0001", 3, &value));
  EXPECT_FALSE(parse_decimal64("9999999999999999999", 0, &value));
  EXPECT_TRUE(parse_decimal64("999999999999999999", 0, &value));
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "encode/decimal_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

#include "encode/json_text.h"

namespace tidemark {
namespace {

std::string of(std::int64_t unscaled) {
  char buffer[kDecimal64SizeMax + kWriteSlack];
  return {buffer, write_decimal64(buffer, unscaled)};
}
std::string of(std::string_view text) {
  char buffer[kDecimalTextSizeMax + kWriteSlack];
  return {buffer, write_decimal_text(buffer, text)};
}

TEST(Decimal, TakesAsFewBytesAsHoldTheSign) {
  EXPECT_EQ(of(0), R"("AA==")");
  EXPECT_EQ(of(1), R"("AQ==")");
  EXPECT_EQ(of(-1), R"("/w==")");
  EXPECT_EQ(of(127), R"("fw==")");
  EXPECT_EQ(of(128), R"("AIA=")");
  EXPECT_EQ(of(-128), R"("gA==")");
  EXPECT_EQ(of(-129), R"("/38=")");
  EXPECT_EQ(of(255), R"("AP8=")");
  EXPECT_EQ(of(1234), R"("BNI=")");
  EXPECT_EQ(of(std::numeric_limits<std::int64_t>::max()), R"("f/////////8=")");
  EXPECT_EQ(of(std::numeric_limits<std::int64_t>::min()), R"("gAAAAAAAAAA=")");
}

TEST(Decimal, TextPassesOverThePoint) {
  EXPECT_EQ(of("12.34"), R"("BNI=")");
  EXPECT_EQ(of("-0.50"), of(-50));
  EXPECT_EQ(of("0.00"), R"("AA==")");
  EXPECT_EQ(of("-0.00"), R"("AA==")");
  EXPECT_EQ(of("18446744073709551615"), R"("AP//////////")");
  EXPECT_EQ(of("18446744073709551616"), R"("AQAAAAAAAAAA")");
  EXPECT_EQ(of("-9223372036854775809"), R"("/3//////////")");
}

TEST(Decimal, TextAndNumberAgree) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
    ASSERT_EQ(of(std::to_string(value)), of(value)) << value;
  }
}

// 10^65 - 1 = in two's complement, by Python's int.to_bytes.
TEST(Decimal, HoldsSixtyFiveDigits) {
  const std::string nines(65, '9');
  EXPECT_EQ(of(nines), "\"APMWJxx/w5CKi+9GTjlF73olNgn//////////w==\"");
  EXPECT_EQ(of("-" + nines.substr(0, 35) + "." + nines.substr(35)),
            "\"/wzp2OOAPG91dBC5sca6EIXayfYAAAAAAAAAAQ==\"");
  EXPECT_LE(of(nines).size(), kDecimalTextSizeMax);
}

}  // namespace
}  // namespace tidemark

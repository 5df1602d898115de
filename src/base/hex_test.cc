// SPDX-License-Identifier: Apache-2.0
#include "base/hex.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark {
namespace {

std::string every_byte() {
  std::string out;
  for (int byte = 0; byte < 256; ++byte) out += static_cast<char>(byte);
  return out;
}

TEST(Hex, IsTwoSmallDigitsForAByte) {
  EXPECT_EQ(to_hex(""), "");
  EXPECT_EQ(to_hex(std::string_view("\x00\x0a\x7f\xff", 4)), "000a7fff");
}

TEST(Hex, IsReadBackInEitherCase) {
  EXPECT_EQ(from_hex(to_hex(every_byte())), every_byte());
  EXPECT_EQ(from_hex("aBFf"), "\xab\xff");
  EXPECT_EQ(from_hex(""), "");
}

TEST(Hex, IsNothingWhereADigitIsNone) {
  for (const std::string_view text :
       {"0", "0g", "g0", " 0", "-1", "0:", "0@", "0`", "0G", "00\xff"})
    EXPECT_FALSE(from_hex(text)) << text;
}

TEST(Hex, IsWrittenInPlace) {
  std::string out = "....";
  EXPECT_EQ(write_hex(out.data() + 1, "\x1f"), out.data() + 3);
  EXPECT_EQ(out, ".1f.");
}

}  // namespace
}  // namespace tidemark

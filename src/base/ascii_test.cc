// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Ascii, ChangesTheCaseOfLettersAlone) {
  EXPECT_EQ(lower("@AMZ[`az{ 09_\xC3\x84"), "@amz[`az{ 09_\xC3\x84");
  EXPECT_EQ(upper("@AZ[`amz{ 09_\xC3\xA4"), "@AZ[`AMZ{ 09_\xC3\xA4");
}

TEST(Ascii, ComparesLettersWhateverTheirCase) {
  EXPECT_TRUE(same_letters("", ""));
  EXPECT_TRUE(same_letters("SET_x1", "set_X1"));
  EXPECT_FALSE(same_letters("set", "sets"));
  EXPECT_FALSE(same_letters("sets", "set"));
  EXPECT_FALSE(same_letters("[", "{")) << "32 apart, and no letters";
  EXPECT_FALSE(same_letters("\xC3\x84", "\xC3\xA4")) << "letters, but not of ASCII";
}

TEST(Ascii, TrimsWhatIsBlankAtTheEnds) {
  EXPECT_EQ(trim(" \t\r\n\f\v\x01 a b\n "), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\xC2\xA0"), "\xC2\xA0") << "no blank of ASCII";
}

}  // namespace
}  // namespace tidemark

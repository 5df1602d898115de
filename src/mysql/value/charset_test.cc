// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/charset.h"

#include <gtest/gtest.h>

#include <string>

#include "mysql/value/enum_set.h"

namespace tidemark {
namespace {

TEST(Charset, AsciiIsFoundAtEveryPlaceAndLength) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'a');
    EXPECT_TRUE(is_ascii(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\x80';
      EXPECT_FALSE(is_ascii(text)) << size << " at " << at;
      text[at] = 'a';
    }
  }
}

TEST(Charset, AsciiTextIsNotCopied) {
  Arena arena;
  const std::string text = "plain";
  EXPECT_EQ(latin1_to_utf8(text, arena).data(), text.data());
  EXPECT_EQ(ascii_to_utf8(text, arena).data(), text.data());
}

TEST(Charset, Latin1IsWindows1252WithItsGapsAsControls) {
  Arena arena;
  EXPECT_EQ(latin1_to_utf8("a\x80z", arena), "a\u20ACz");
  EXPECT_EQ(latin1_to_utf8("\x81\x8D\x8F\x90\x9D", arena), "\u0081\u008D\u008F\u0090\u009D");
  EXPECT_EQ(latin1_to_utf8("\xA0\xE4\xFF", arena), "\u00A0\u00E4\u00FF");
  EXPECT_EQ(ascii_to_utf8("a\x80z", arena), "a?z");
}

TEST(Charset, TextsOfOneRowStayApart) {
  Arena arena;
  const std::string_view first = latin1_to_utf8("\xE4", arena);
  const std::string_view second = latin1_to_utf8(std::string(9000, '\xF6'), arena);
  const std::string_view third = latin1_to_utf8("\xFC", arena);
  EXPECT_EQ(first, "ä");
  EXPECT_EQ(second.size(), 18'000U);
  EXPECT_EQ(third, "ü");
}

TEST(EnumSet, MembersAndTheirLimits) {
  const std::vector<std::string> members{"a", "b", "c"};
  Arena arena;
  std::string_view text;
  EXPECT_TRUE(enum_text(members, 0, &text));
  EXPECT_EQ(text, "");
  EXPECT_TRUE(enum_text(members, 3, &text));
  EXPECT_EQ(text, "c");
  EXPECT_FALSE(enum_text(members, 4, &text));
  EXPECT_TRUE(set_text(members, 0, arena, &text));
  EXPECT_EQ(text, "");
  EXPECT_TRUE(set_text(members, 5, arena, &text));
  EXPECT_EQ(text, "a,c");
  EXPECT_FALSE(set_text(members, 8, arena, &text));
  EXPECT_FALSE(set_text({}, 1, arena, &text));
  const std::vector<std::string> all(64, "x");
  EXPECT_TRUE(set_text(all, ~std::uint64_t{0}, arena, &text));
  EXPECT_EQ(text.size(), 127U);
}

}  // namespace
}  // namespace tidemark

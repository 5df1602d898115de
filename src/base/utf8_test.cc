// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tidemark {
namespace {

using namespace std::string_view_literals;

std::string encoded(std::initializer_list<char32_t> codes) {
  std::string out;
  for (const char32_t code : codes) append_utf8(out, code);
  return out;
}

TEST(Utf8, TakesOneToFourBytes) {
  EXPECT_EQ(encoded({0, 0x7F}), "\x00\x7F"sv);
  EXPECT_EQ(encoded({0x80, 0x7FF}), "\xC2\x80\xDF\xBF");
  EXPECT_EQ(encoded({0x800, 0xFFFF}), "\xE0\xA0\x80\xEF\xBF\xBF");
  EXPECT_EQ(encoded({0x10000, 0x10FFFF}), "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
}

TEST(ModifiedUtf8, HasSurrogatesAndNoNul) {
  std::string out = "x";
  append_modified_utf8(out, "a\x00\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"sv);
  EXPECT_EQ(out, "xa\xC0\x80\xC3\xA9\xE2\x82\xAC\xED\xA0\xBD\xED\xB8\x80");
}

TEST(ModifiedUtf8, LeavesWhatIsCutOffAsItIs) {
  std::string out;
  append_modified_utf8(out, "\xF0\x9F\x98");
  EXPECT_EQ(out, "\xF0\x9F\x98");
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "config/java_properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs parsed(std::string_view text) {
  const auto properties = parse_java_properties(text);
  EXPECT_TRUE(properties) << text;
  Pairs out;
  if (!properties) return out;
  for (const FileProperty& p : *properties) out.emplace_back(p.name, p.value);
  return out;
}

TEST(JavaProperties, FollowsTheTable) {
  const std::pair<std::string_view, Pairs> cases[] = {
      {"", {}},
      {"a=b", {{"a", "b"}}},
      {"a:b\nc d", {{"a", "b"}, {"c", "d"}}},
      {"  a \t=  b ", {{"a", "b "}}},  // blanks at the end stay
      {"a", {{"a", ""}}},
      {"a=", {{"a", ""}}},
      {"=b", {{"", "b"}}},
      {"a==b", {{"a", "=b"}}},
      {"a = = b", {{"a", "= b"}}},
      {"# x=y\n  ! z\n\n a=b # kept", {{"a", "b # kept"}}},
      {"a\\=b\\:c\\ d=e", {{"a=b:c d", "e"}}},
      {"a=b\\\n   c\\\r\n\td", {{"a", "bcd"}}},
      {"a=b\\\\\nc=d", {{"a", "b\\"}, {"c", "d"}}},  // an escaped backslash continues nothing
      {"a\\\nb=c", {{"ab", "c"}}},
      {"a \\\n = b", {{"a", "b"}}},
      {"a=\\t\\n\\r\\f\\q\\\"", {{"a", "\t\n\r\fq\""}}},
      {"a=\\u00e9\\uD83D\\uDE00", {{"a", "\xC3\xA9\xF0\x9F\x98\x80"}}},
      {"a=\xC3\xA9", {{"a", "\xC3\xA9"}}},
      {"a=1\ra=2", {{"a", "1"}, {"a", "2"}}},
      {"\xEF\xBB\xBF"
       "a=b",
       {{"a", "b"}}},
      {"a=b\\", {{"a", "b"}}},
      {"# ends in a comment\\\na=b", {{"a", "b"}}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parsed(text), expected) << text;
}

TEST(JavaProperties, CountsLines) {
  const auto properties = parse_java_properties("# one\na=b\\\n  c\r\n\nd=e");
  ASSERT_TRUE(properties);
  ASSERT_EQ(properties->size(), 2U);
  EXPECT_EQ((*properties)[0].line, 2U);
  EXPECT_EQ((*properties)[1].line, 5U);
}

TEST(JavaProperties, RefusesMalformedEscapesByLine) {
  for (const std::string_view text : {"a=b\nc=\\u12", "a=b\nc=\\u12x4", "a=b\nc=\\uD83D",
                                      "a=b\nc=\\uDE00", "a=b\nc=\\uD83D\\u0041"}) {
    const auto properties = parse_java_properties(text);
    ASSERT_FALSE(properties) << text;
    EXPECT_THAT(properties.error().message(), testing::HasSubstr("line 2"));
  }
}

}  // namespace
}  // namespace tidemark

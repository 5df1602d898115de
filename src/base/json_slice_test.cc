// SPDX-License-Identifier: Apache-2.0
#include "base/json_slice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemark {
namespace {

std::vector<std::string> members(std::string_view json) {
  std::vector<std::string> out;
  JsonMembers all(json);
  while (const auto member = all.next()) {
    out.push_back(std::string(member->first) + "=" + std::string(member->second));
  }
  if (all.failed()) out.emplace_back("failed");
  return out;
}

using List = std::vector<std::string>;

TEST(JsonSlice, CutsMembers) {
  EXPECT_EQ(members("{}"), List());
  EXPECT_EQ(members(R"({"a":1})"), List({"\"a\"=1"}));
  EXPECT_EQ(members(R"({"a\"}":"x\\","b":{"c":["}",{}]},"d":null})"),
            List({"\"a\\\"}\"=\"x\\\\\"", R"("b"={"c":["}",{}]})", "\"d\"=null"}));
}

TEST(JsonSlice, FailsOnWhatIsNoObject) {
  for (const std::string_view json : {"", "{", "[1]", "{\"a\"}", "{\"a\":}", "{\"a\":1",
                                      "{\"a\":1}x", "{\"a\":\"x}", "{\"a\":{}"}) {
    ASSERT_FALSE(members(json).empty()) << json;
    EXPECT_EQ(members(json).back(), "failed") << json;
  }
}

TEST(JsonSlice, CutsItems) {
  JsonItems items(R"([1,"],",{"a":[2]},[]])");
  for (const std::string_view item : {"1", "\"],\"", R"({"a":[2]})", "[]"})
    EXPECT_EQ(items.next(), item);
  EXPECT_FALSE(items.next());
  EXPECT_FALSE(items.failed());
  for (const std::string_view json : {"", "[", "[1", "[1,", "[1]x", "[,]", "{}"}) {
    JsonItems broken(json);
    while (broken.next()) {
    }
    EXPECT_TRUE(broken.failed()) << json;
  }
}

TEST(JsonSlice, ReadsTexts) {
  EXPECT_EQ(unquoted_json(R"("a\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00")"),
            "a\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(unquoted_json(R"("\uD83Dx")"), "\xEF\xBF\xBDx");
  EXPECT_EQ(unquoted_json("1"), "");
}

}  // namespace
}  // namespace tidemark

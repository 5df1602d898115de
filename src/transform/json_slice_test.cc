// SPDX-License-Identifier: Apache-2.0
#include "transform/json_slice.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tidemark::transform {
namespace {

std::vector<std::string> members(std::string_view json) {
  std::vector<std::string> out;
  Members all(json);
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

TEST(JsonSlice, CutsTheFieldsOfASchema) {
  SchemaParts parts;
  parts.add("a", Schema::simple(SchemaType::kInt32, false));
  parts.add("b\"", Schema::simple(SchemaType::kString, true));
  const SchemaPtr schema = Schema::make(std::move(parts));
  std::array<std::string_view, 2> both;
  ASSERT_TRUE(cut_fields(R"({"a":-1,"b\"":"x,y"})", *schema, both));
  EXPECT_EQ(both[0], "-1");
  EXPECT_EQ(both[1], "\"x,y\"");
  std::array<std::string_view, 1> first;
  EXPECT_TRUE(cut_fields(R"({"a":-1,"b\"":"x,y"})", *schema, first));
  EXPECT_FALSE(cut_fields(R"({"b\"":"x","a":1})", *schema, both)) << "another order";
  EXPECT_FALSE(cut_fields(R"({"a":1})", *schema, both));
  EXPECT_FALSE(cut_fields(R"({"a":1,"b\"":"x","c":2})", *schema, both));
  EXPECT_FALSE(cut_fields(R"({"a":1,"b\"":"x"}x)", *schema, both));
}

TEST(JsonSlice, ReadsTexts) {
  EXPECT_EQ(unquoted(R"("a\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00")"),
            "a\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(unquoted(R"("\uD83Dx")"), "\xEF\xBF\xBDx");
  EXPECT_EQ(unquoted("1"), "");
}

TEST(Schema, PrintsAsItParses) {
  const std::string text =
      R"({"type":"struct","fields":[{"type":"array","items":{"type":"int8","optional":true},)"
      R"("optional":false,"field":"l"},{"type":"map","keys":{"type":"string","optional":false},)"
      R"("values":{"type":"boolean","optional":false},"optional":true,"field":"m"},)"
      R"({"type":"bytes","optional":true,"name":"n.D","version":1,"doc":"d\"","parameters":{"scale":"2"},)"
      R"("default":"AA==","field":"d\"x"}],"optional":false,"name":"p.Envelope","version":2})";
  const auto schema = Schema::parse(text);
  ASSERT_TRUE(schema);
  EXPECT_EQ((*schema)->text(), text);
  EXPECT_TRUE((*schema)->is_envelope());
  EXPECT_TRUE((*schema)->has_defaults());
  EXPECT_EQ((*schema)->index_of("d\"x"), 2U);
  EXPECT_EQ((*schema)->index_of("x"), std::nullopt);
}

TEST(Schema, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "1", "{}", R"({"type":"int"})", R"({"type":"array","optional":true})",
        R"({"type":"struct","fields":[{"type":"int8","optional":true}],"optional":true})",
        R"({"type":"int8","colour":1})"}) {
    EXPECT_FALSE(Schema::parse(text)) << text;
  }
}

}  // namespace
}  // namespace tidemark::transform

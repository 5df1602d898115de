// SPDX-License-Identifier: Apache-2.0
#include "encode/adjusted_name.h"

#include <gtest/gtest.h>

#include "encode/topic.h"

namespace tidemark {
namespace {

TEST(AdjustedName, FitsAvro) {
  const auto schema = [](std::string_view name) {
    return adjusted_schema_name(name, NameAdjustment::kAvro);
  };
  const auto field = [](std::string_view name) {
    return adjusted_field_name(name, NameAdjustment::kAvro);
  };
  EXPECT_EQ(schema("my-p.d.w-t.Value"), "my_p.d.w_t.Value");
  EXPECT_EQ(schema("1p.d"), "_1p.d");
  EXPECT_EQ(field("a-b"), "a_b");
  EXPECT_EQ(field("1x"), "_1x");
  EXPECT_EQ(field("a.b"), "a_b");
  EXPECT_EQ(field("\xC3\xBC"), "_");
  EXPECT_EQ(field("\xF0\x9F\x98\x80"), "__") << "two units";
}

TEST(AdjustedName, KeepsNamesApartInUnicode) {
  const auto schema = [](std::string_view name) {
    return adjusted_schema_name(name, NameAdjustment::kAvroUnicode);
  };
  const auto field = [](std::string_view name) {
    return adjusted_field_name(name, NameAdjustment::kAvroUnicode);
  };
  EXPECT_EQ(schema("my-p.d.w-t.Value"), "my_u002dp.d.w_u002dt.Value");
  EXPECT_EQ(field("a-b"), "a_u002db");
  EXPECT_EQ(field("1x"), "_u0031x");
  EXPECT_EQ(field("e_n"), "e_u005fn");
  EXPECT_EQ(field("\xC3\xBC"), "_u00fc");
  EXPECT_EQ(field("\xC5\x82"), "_u142") << "three digits stay three";
}

TEST(AdjustedName, IsItselfWithoutAdjustment) {
  EXPECT_EQ(adjusted_schema_name("my-p.d", NameAdjustment::kNone), "my-p.d");
  EXPECT_EQ(adjusted_field_name("a-b", NameAdjustment::kNone), "a-b");
}

TEST(TopicNaming, EscapesInUnicode) {
  const TopicNaming naming{.unicode = true};
  EXPECT_EQ(topic_name("p", ".", naming, {"my_db", "a b"}), "p.my_u005fdb.a_u0020b");
}

TEST(TopicNaming, RefusesNamesThatNoTopicCanHave) {
  TopicNaming naming;
  naming.rename = RegexReplacement::compile(".*", "a b").value();
  EXPECT_FALSE(topic_name("p", ".", naming, {"d", "t"}));
  naming.rename = RegexReplacement::compile(".*", "all").value();
  EXPECT_EQ(topic_name("p", ".", naming, {"d", "t"}), "all");
  EXPECT_EQ(key_field_of("p", ".", naming, {"d", "a b"}), "p.d.a b") << "as it would have been";
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "transform/cut_fields.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace tidemark::transform {
namespace {

TEST(CutFields, TakesTheFieldsOfASchema) {
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

}  // namespace
}  // namespace tidemark::transform

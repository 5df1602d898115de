// SPDX-License-Identifier: Apache-2.0
#include "transform/schema.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace tidemark::transform {
namespace {

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

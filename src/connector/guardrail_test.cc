// SPDX-License-Identifier: Apache-2.0
#include "connector/guardrail.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Guardrail, LetsAnyNumberPassWithoutALimit) {
  EXPECT_TRUE(check_guardrail({.fail_above_max = true}, 1'000'000));
}

TEST(Guardrail, CountsUpToTheLimit) {
  const CaptureSettings settings{.tables_max = 2, .fail_above_max = true};
  EXPECT_TRUE(check_guardrail(settings, 2));
  const Status above = check_guardrail(settings, 3);
  ASSERT_FALSE(above);
  EXPECT_EQ(above.error().kind(), ErrorKind::kRejected);
  EXPECT_EQ(above.error().message(),
            "3 tables are captured, and guardrail.collections.max allows 2");
}

TEST(Guardrail, OnlyWarnsWhereThatIsAskedFor) {
  EXPECT_TRUE(check_guardrail({.tables_max = 2}, 3));
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "change/position.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Position, OrdersByFileThenByte) {
  const Position early{.file = "binlog.000042", .pos = 900};
  EXPECT_LT(early, (Position{.file = "binlog.000042", .pos = 901}));
  EXPECT_LT(early, (Position{.file = "binlog.000043", .pos = 4}));
  EXPECT_EQ(early, (Position{.file = "binlog.000042", .pos = 900}));
  EXPECT_EQ(early.text(), "binlog.000042:900");
}

TEST(Position, OrdersFilesByNumberPastSixDigits) {
  EXPECT_TRUE(compare_files("binlog.999999", "binlog.1000000") < 0);
  EXPECT_TRUE(compare_files("binlog.1000000", "binlog.999999") > 0);
  EXPECT_TRUE(compare_files("binlog.0000007", "binlog.000007") == 0);
}

TEST(Position, OrdersFilesOfOtherBasesAsText) {
  EXPECT_TRUE(compare_files("a.000009", "b.000001") < 0);
  EXPECT_TRUE(compare_files("binlog", "binlog.000001") < 0);
  EXPECT_TRUE(compare_files("host.domain", "host.domain") == 0);
  EXPECT_TRUE(compare_files("binlog.99999999999999999999", "binlog.1") >
              0);  // too wide for a number
}

TEST(Position, WithoutFileIsEmpty) {
  EXPECT_TRUE(Position{}.empty());
  EXPECT_FALSE((Position{.file = "binlog.000001", .pos = 0}).empty());
}

}  // namespace
}  // namespace tidemark

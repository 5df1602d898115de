// SPDX-License-Identifier: Apache-2.0
#include "schema/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using ::testing::ElementsAre;

TEST(Members, AreReadAsTheServerPrintsThem) {
  EXPECT_THAT(*parse_members("enum('a','it''s',',','')"), ElementsAre("a", "it's", ",", ""));
  EXPECT_THAT(*parse_members(R"(set('a\\b','c\nd','\r','\\'''))"),
              ElementsAre("a\\b", "c\nd", "\r", "\\'"));
  EXPECT_THAT(*parse_members(R"(enum('x\0y'))"), ElementsAre(std::string("x\0y", 3)));
}

TEST(Members, AreNoneWhereTheTextHasAnotherForm) {
  EXPECT_FALSE(parse_members("int"));
  EXPECT_FALSE(parse_members("int(10)"));
  EXPECT_FALSE(parse_members("enum('a'"));
  EXPECT_FALSE(parse_members("enum('a"));
  EXPECT_FALSE(parse_members("enum('a\\"));
  EXPECT_FALSE(parse_members("enum('a';'b')"));
}

}  // namespace
}  // namespace tidemark

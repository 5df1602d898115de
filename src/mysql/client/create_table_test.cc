// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/create_table.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

// As MySQL 9.7.4 prints it.
constexpr std::string_view kTable = R"(CREATE TABLE `t` (
  `id` int NOT NULL,
  `e` enum('?',' DEFAULT 0x41','a\\','q''q"`') DEFAULT 0xF09F8C8A COMMENT 'c DEFAULT 0x42',
  `v` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT 0xF09F8C8A5C3F0A2778,
  `p` varchar(9) DEFAULT 'a?' COMMENT ' DEFAULT 0x43',
  `n` varchar(9) COMMENT ' DEFAULT 0x44',
  `a``b` varchar(9) NOT NULL DEFAULT 0x7A,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB)";

TEST(CreateTable, ReadsDefaultsPrintedAsBytes) {
  EXPECT_EQ(hex_default(kTable, "e"), "🌊");
  EXPECT_EQ(hex_default(kTable, "v"), "🌊\\?\n'x");
  EXPECT_EQ(hex_default(kTable, "a`b"), "z");
}

TEST(CreateTable, LeavesOtherDefaultsAlone) {
  EXPECT_EQ(hex_default(kTable, "id"), std::nullopt);
  EXPECT_EQ(hex_default(kTable, "p"), std::nullopt) << "a plain text";
  EXPECT_EQ(hex_default(kTable, "n"), std::nullopt) << "only in its comment";
  EXPECT_EQ(hex_default(kTable, "gone"), std::nullopt);
  EXPECT_EQ(hex_default("CREATE TABLE `t` (\n  `x` char(1) DEFAULT 'open", "x"), std::nullopt);
  EXPECT_EQ(hex_default("CREATE TABLE `t` (\n  `x` char(1) CHARACTER SET 'a\\", "x"), std::nullopt);
}

}  // namespace
}  // namespace tidemark

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

// As MariaDB prints defaults of binary columns: 10.11 the first three, 11.8 the last.
constexpr std::string_view kMariaDb =
    "CREATE TABLE `t` (\n  `b` varbinary(4) DEFAULT '\xfb\\0''\\\\\\n\\r\x1a',\n"
    "  `y` binary(4) NOT NULL DEFAULT 'ab\\0\\0' COMMENT 'x',\n"
    "  `f` varbinary(9) DEFAULT concat('a','b'),\n  `x` binary(2) DEFAULT x'fb00',\n) "
    "ENGINE=InnoDB";

std::optional<std::string> bytes(std::string_view table, std::string_view column) {
  const auto literal = default_literal(table, column);
  return literal ? literal_bytes(*literal) : std::nullopt;
}

TEST(CreateTable, ReadsDefaultsPrintedAsBytes) {
  EXPECT_EQ(bytes(kTable, "e"), "🌊");
  EXPECT_EQ(bytes(kTable, "v"), "🌊\\?\n'x");
  EXPECT_EQ(bytes(kTable, "a`b"), "z");
  EXPECT_EQ(bytes(kMariaDb, "x"), std::string("\xfb\0", 2));
}

TEST(CreateTable, ReadsDefaultsBetweenQuotes) {
  EXPECT_EQ(bytes(kTable, "p"), "a?");
  EXPECT_EQ(bytes(kMariaDb, "b"), std::string("\xfb\0'\\\n\r\x1a", 7));
  EXPECT_EQ(bytes(kMariaDb, "y"), std::string("ab\0\0", 4));
}

TEST(CreateTable, LeavesOtherDefaultsAlone) {
  EXPECT_EQ(default_literal(kTable, "id"), std::nullopt);
  EXPECT_EQ(default_literal(kTable, "n"), std::nullopt) << "only in its comment";
  EXPECT_EQ(default_literal(kTable, "gone"), std::nullopt);
  EXPECT_EQ(default_literal(kMariaDb, "f"), std::nullopt) << "an expression";
  EXPECT_EQ(bytes("CREATE TABLE `t` (\n  `x` char(1) DEFAULT 'open", "x"), std::nullopt);
  EXPECT_EQ(bytes("CREATE TABLE `t` (\n  `x` char(1) CHARACTER SET 'a\\", "x"), std::nullopt);
  EXPECT_EQ(literal_bytes("0x616"), std::nullopt);
  EXPECT_EQ(literal_bytes("x'6z'"), std::nullopt);
  EXPECT_EQ(literal_bytes("'a' 'b'"), std::nullopt);
  EXPECT_EQ(literal_bytes("'a\\'"), std::nullopt);
  EXPECT_EQ(literal_bytes("'"), std::nullopt);
}

}  // namespace
}  // namespace tidemark

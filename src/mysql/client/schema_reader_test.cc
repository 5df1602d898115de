// SPDX-License-Identifier: Apache-2.0
// Rows are those of information_schema on MySQL 9.7 and MariaDB 10.11.
#include "mysql/client/schema_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TableDef table_with(std::vector<std::string> columns) {
  TableDef table;
  for (std::string& name : columns) {
    ColumnDef column;
    column.name = std::move(name);
    table.columns.push_back(std::move(column));
  }
  return table;
}

TEST(SchemaReader, ReadsAnUnsignedAutoIncrement) {
  const ColumnDef column = column_from({.name = "id",
                                        .data_type = "int",
                                        .column_type = "int unsigned",
                                        .nullable = "NO",
                                        .precision = "10",
                                        .scale = "0",
                                        .extra = "auto_increment"},
                                       false);
  EXPECT_TRUE(column.is_unsigned);
  EXPECT_TRUE(column.auto_increment);
  EXPECT_FALSE(column.nullable);
  EXPECT_EQ(column.kind, ColumnKind::kUint);
  EXPECT_EQ(column.length, 0U);
  EXPECT_EQ(column.precision, 0U);
  EXPECT_EQ(column.default_text, std::nullopt);
}

TEST(SchemaReader, ReadsDisplayLengthBitsDigitsAndFractions) {
  EXPECT_EQ(column_from({.data_type = "tinyint", .column_type = "tinyint(1)"}, false).length, 1U);
  EXPECT_EQ(
      column_from({.data_type = "bit", .column_type = "bit(5)", .precision = "5"}, false).length,
      5U);
  const ColumnDef decimal = column_from(
      {.data_type = "decimal", .column_type = "decimal(20,4)", .precision = "20", .scale = "4"},
      false);
  EXPECT_EQ(decimal.precision, 20U);
  EXPECT_EQ(decimal.scale, 4U);
  EXPECT_EQ(decimal.kind, ColumnKind::kDecimalText);
  const ColumnDef time =
      column_from({.data_type = "time", .column_type = "time(3)", .fraction_digits = "3"}, false);
  EXPECT_EQ(time.fraction_digits, 3U);
  EXPECT_EQ(time.length, 0U);
}

TEST(SchemaReader, ReadsStringsWithTheirCharset) {
  const ColumnDef column = column_from({.data_type = "char",
                                        .column_type = "char(3)",
                                        .nullable = "YES",
                                        .default_text = "x'y",
                                        .characters = "3",
                                        .octets = "12",
                                        .charset = "utf8mb4",
                                        .collation = "utf8mb4_bin"},
                                       false);
  EXPECT_EQ(column.length, 3U);
  EXPECT_EQ(column.octets, 12U);
  EXPECT_EQ(column.charset, Charset::kUtf8);
  EXPECT_EQ(column.collation_name, "utf8mb4_bin");
  EXPECT_EQ(column.default_text, "x'y");
  EXPECT_FALSE(column.default_is_expression);
  EXPECT_EQ(column.kind, ColumnKind::kString);
  EXPECT_EQ(column_from({.data_type = "longblob", .characters = "4294967295"}, false).length,
            4294967295U);
}

TEST(SchemaReader, ReadsMembersThatLookLikeOptions) {
  const ColumnDef column = column_from(
      {.data_type = "enum", .column_type = "enum('a','x unsigned')", .charset = "utf8mb4"}, false);
  EXPECT_THAT(column.members, ElementsAre("a", "x unsigned"));
  EXPECT_FALSE(column.is_unsigned);
}

TEST(SchemaReader, ReadsGeneratedInvisibleAndComputedDefaults) {
  EXPECT_TRUE(column_from({.data_type = "int", .extra = "VIRTUAL GENERATED"}, false).generated);
  EXPECT_TRUE(
      column_from({.data_type = "int", .extra = "STORED GENERATED INVISIBLE"}, false).invisible);
  const ColumnDef stamp = column_from({.data_type = "datetime",
                                       .default_text = "CURRENT_TIMESTAMP",
                                       .extra = "DEFAULT_GENERATED on update CURRENT_TIMESTAMP"},
                                      false);
  EXPECT_TRUE(stamp.default_is_expression);
  EXPECT_FALSE(stamp.generated);
}

TEST(SchemaReader, ReadsDefaultsAsMariaDbPrintsThem) {
  const auto read = [](std::string_view text) {
    return column_from({.data_type = "varchar", .default_text = text}, true);
  };
  EXPECT_EQ(read("NULL").default_text, std::nullopt);
  EXPECT_EQ(read("'it''s'").default_text, "it's");
  EXPECT_EQ(read("''").default_text, "");
  EXPECT_EQ(read("-1.5").default_text, "-1.5");
  EXPECT_FALSE(read("-1.5").default_is_expression);
  EXPECT_TRUE(read("current_timestamp()").default_is_expression);
  EXPECT_EQ(read("'a\\\\b\\n\\0'").default_text, std::string("a\\b\n\0", 5));
  EXPECT_EQ(column_from({.data_type = "varchar", .default_text = "NULL"}, false).default_text,
            "NULL");
  const auto binary = [](std::string_view text) {
    return column_from({.data_type = "binary", .default_text = text}, true);
  };
  EXPECT_EQ(binary("'0x\\0\\0'").default_text, "0x30780000") << "10.11";
  EXPECT_EQ(binary("x'fb00'").default_text, "0xFB00") << "11.8";
  EXPECT_EQ(binary("NULL").default_text, std::nullopt);
  EXPECT_TRUE(binary("concat('a','b')").default_is_expression);
}

TEST(SchemaReader, PrefersThePrimaryKeyInKeyOrder) {
  TableDef table = table_with({"a", "b", "c"});
  ASSERT_TRUE(choose_key(table, {{"u", "b"}, {"PRIMARY", "c"}, {"PRIMARY", "a"}}));
  EXPECT_THAT(table.key_columns, ElementsAre(2, 0));
  EXPECT_TRUE(table.key_is_primary);
  EXPECT_FALSE(table.key_has_prefix);
}

TEST(SchemaReader, TakesTheFirstUniqueKeyThatIsWholeAndNotNull) {
  TableDef table = table_with({"a", "b", "c"});
  ASSERT_TRUE(choose_key(table, {{"nulls", "a", false, true},
                                 {"expression", ""},
                                 {"half", "b"},
                                 {"half", "a", false, true},
                                 {"prefix", "b", true},
                                 {"good", "c"},
                                 {"good", "b"},
                                 {"later", "b"}}));
  EXPECT_THAT(table.key_columns, ElementsAre(2, 1));
  EXPECT_FALSE(table.key_is_primary);
}

TEST(SchemaReader, APrimaryKeyOnAPrefixIsMarked) {
  TableDef table = table_with({"t"});
  ASSERT_TRUE(choose_key(table, {{"PRIMARY", "t", true}}));
  EXPECT_TRUE(table.key_has_prefix);
}

TEST(SchemaReader, ATableMayHaveNoKey) {
  TableDef table = table_with({"a"});
  table.key_columns = {0};
  ASSERT_TRUE(choose_key(table, {{"u", "a", false, true}}));
  EXPECT_THAT(table.key_columns, IsEmpty());
  EXPECT_FALSE(table.key_is_primary);
}

TEST(SchemaReader, NoticesAKeyThatDoesNotFitTheColumns) {
  TableDef table = table_with({"a"});
  EXPECT_FALSE(choose_key(table, {{"PRIMARY", "dropped"}}));
}

TEST(SchemaReader, AsksForTheOrderOfIndexesOnlyWhereItMatters) {
  EXPECT_FALSE(key_needs_order({}));
  EXPECT_FALSE(key_needs_order({{"u", "a"}}));
  EXPECT_FALSE(key_needs_order({{"u", "a"}, {"v", "b", false, true}}));
  EXPECT_FALSE(key_needs_order({{"u", "a"}, {"v", "b"}, {"PRIMARY", "c"}}));
  EXPECT_TRUE(key_needs_order({{"u", "a"}, {"v", "b"}}));
}

TEST(TableSelection, AsksOncePerDatabaseAndThousandNames) {
  EXPECT_THAT(TableSelection::of({}).conditions(), IsEmpty());
  EXPECT_THAT(
      TableSelection::of({{"b", "x"}, {"a", "y"}, {"b", "z"}}).conditions(),
      ElementsAre("TABLE_SCHEMA = _utf8mb4 X'61' AND TABLE_NAME IN (_utf8mb4 X'79')",
                  "TABLE_SCHEMA = _utf8mb4 X'62' AND TABLE_NAME IN (_utf8mb4 X'78', _utf8mb4 "
                  "X'7A')"));
  std::vector<TableId> many;
  for (int i = 0; i < 2'001; ++i) many.push_back({"a", std::to_string(i)});
  EXPECT_EQ(TableSelection::of(many).conditions().size(), 3U);
  EXPECT_THAT(TableSelection::in_databases({"a"}).conditions(),
              ElementsAre("TABLE_SCHEMA = _utf8mb4 X'61'"));
}

TEST(TableSelection, LeavesTheServersOwnDatabasesOut) {
  EXPECT_EQ(TableSelection::all().conditions().size(), 1U);
  EXPECT_TRUE(is_system_database("sys"));
  EXPECT_TRUE(is_system_database("INFORMATION_SCHEMA"));
  EXPECT_FALSE(is_system_database("system"));
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What texts become is compared with the binlog's values in mysql/binlog/golden_test.cc.
#include "mysql/value/text_cell.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

ColumnDef column(std::string type, ColumnKind kind) {
  ColumnDef out;
  out.name = "c`1";
  out.column_type = std::move(type);
  out.kind = kind;
  return out;
}

TEST(TextCell, OnlyRoundedTypesAreSelectedByExpression) {
  EXPECT_EQ(select_expression(column("int", ColumnKind::kInt)), "`c``1`");
  EXPECT_EQ(select_expression(column("float", ColumnKind::kFloat)), "(`c``1` * 1e0)");
  EXPECT_EQ(select_expression(column("double", ColumnKind::kDouble)), "`c``1`");
  EXPECT_EQ(select_expression(column("double(10,3)", ColumnKind::kDouble)), "(`c``1` * 1e0)");
}

TEST(TextCell, TextOfAnotherTypeIsCorruptAndNotQuoted) {
  const std::pair<ColumnKind, std::string_view> cells[] = {
      {ColumnKind::kInt, "12x"},        {ColumnKind::kInt, ""},
      {ColumnKind::kUint, "-1"},        {ColumnKind::kUint, "18446744073709551616"},
      {ColumnKind::kDouble, "one"},     {ColumnKind::kFloat, "1.5 "},
      {ColumnKind::kDecimal64, "1e5"},  {ColumnKind::kDecimalText, "x"},
      {ColumnKind::kDate, "yesterday"}, {ColumnKind::kDatetime, "2024-01-01"},
      {ColumnKind::kTime, "noon"},      {ColumnKind::kTimestamp, "2024-13-01 00:00:00"},
      {ColumnKind::kBit, ""},           {ColumnKind::kBit, "123456789"},
      {ColumnKind::kUnsupported, "x"}};
  for (const auto& [kind, text] : cells) {
    const Result<Value> value = decode_text_cell(column("its type", kind), text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().kind(), ErrorKind::kCorrupt);
    EXPECT_TRUE(text.size() < 3 || value.error().text().find(text) == std::string::npos) << text;
  }
}

TEST(TextCell, UnselectedColumnsAreNullAndUnsupportedOnesRefused) {
  TableDef table;
  table.id = {"d", "t"};
  table.columns = {column("int", ColumnKind::kInt), column("varchar(9)", ColumnKind::kString),
                   column("point", ColumnKind::kUnsupported)};
  const auto shared = std::make_shared<const TableDef>(table);
  const auto plan = TextRowPlan::compile(shared, {1});
  ASSERT_TRUE(plan);
  RowScratch scratch;
  const char* const cells[] = {"text"};
  const unsigned long lengths[] = {4};
  const auto row = plan->decode(cells, lengths, scratch);
  ASSERT_TRUE(row);
  EXPECT_TRUE((*row)[0].null);
  EXPECT_EQ((*row)[1].text(), "text");
  EXPECT_TRUE((*row)[2].null);
  const auto refused = TextRowPlan::compile(shared, {0, 2});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(refused.error().message().find("point"), std::string::npos);
}

}  // namespace
}  // namespace tidemark

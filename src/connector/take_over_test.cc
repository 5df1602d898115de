// SPDX-License-Identifier: Apache-2.0
#include "connector/take_over.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

JavaCell cell(JavaCell::Kind kind, std::string text, std::string name = "X") {
  return {.kind = kind, .text = std::move(text), .class_name = std::move(name)};
}
JavaCell integer(std::string digits) {
  return cell(JavaCell::Kind::kInteger, std::move(digits), "java.lang.Long");
}

ColumnDef column(std::string name, std::string type, ColumnKind kind) {
  ColumnDef out;
  out.name = std::move(name);
  out.data_type = type.substr(0, type.find_first_of("( "));
  out.column_type = std::move(type);
  out.kind = kind;
  out.nullable = false;
  return out;
}

class TakeOver : public testing::Test {
 protected:
  // A table shop.orders with these key columns.
  void key(std::vector<ColumnDef> columns) {
    auto def = std::make_shared<TableDef>();
    def->id = {"shop", "orders"};
    for (std::uint32_t i = 0; i < columns.size(); ++i) def->key_columns.push_back(i);
    def->key_is_primary = true;
    def->columns = std::move(columns);
    table_ = std::move(def);
  }
  TakenOverSnapshot of(std::optional<JavaKey> cursor, std::optional<JavaKey> maximum,
                       TakeOverOptions options = {}, std::string surrogate = {}) {
    auto out = take_over(
        {.tables = {{"shop.orders", "(a > 1)", std::move(surrogate), "sig-1"},
                    {"shop.other", "", "", "sig-2"}},
         .cursor = std::move(cursor),
         .maximum = std::move(maximum)},
        [&](const TableId& id) { return id == TableId{"shop", "orders"} ? table_ : TablePtr(); },
        options);
    EXPECT_TRUE(out) << out.error().text();
    return out ? *std::move(out) : TakenOverSnapshot{};
  }

  TablePtr table_;
};

TEST_F(TakeOver, GoesOnBehindTheCursorUpToTheMaximum) {
  key({column("id", "int", ColumnKind::kInt)});
  const TakenOverSnapshot out = of(JavaKey{integer("-5")}, JavaKey{integer("90")});
  EXPECT_FALSE(out.started_over);
  ASSERT_EQ(out.state.tables.size(), 2U);
  const TableSnapshotState& first = out.state.tables[0];
  EXPECT_EQ(first.table, "orders");
  EXPECT_EQ(first.condition, "(a > 1)");
  EXPECT_EQ(first.signal_id, "sig-1");
  EXPECT_TRUE(first.started);
  ASSERT_EQ(first.stripes.size(), 1U);
  EXPECT_EQ(first.stripes[0].cursor.at(0).i64, -5);
  EXPECT_EQ(first.stripes[0].upper.at(0).i64, 90);
  EXPECT_EQ(first.maximum, first.stripes[0].upper);
  EXPECT_FALSE(out.state.tables[1].started);
}

TEST_F(TakeOver, BeginsATableOfWhichNothingCame) {
  key({column("id", "int", ColumnKind::kInt)});
  const TakenOverSnapshot out = of(std::nullopt, JavaKey{integer("9")});
  EXPECT_FALSE(out.started_over);
  EXPECT_FALSE(out.state.tables[0].started);
}

TEST_F(TakeOver, ConvertsWhatIsTheSameInBoth) {
  ColumnDef wide = column("u", "bigint unsigned", ColumnKind::kUint);
  wide.is_unsigned = true;
  ColumnDef price = column("p", "decimal(5,2)", ColumnKind::kDecimal64);
  price.scale = 2;
  key({wide, price, column("d", "date", ColumnKind::kDate),
       column("b", "varbinary(9)", ColumnKind::kBinary)});
  const JavaKey java{integer("18446744073709551615"), cell(JavaCell::Kind::kDecimal, "12.50"),
                     cell(JavaCell::Kind::kDate, "2024-01-02"),
                     cell(JavaCell::Kind::kBytes, "\x01")};
  const TakenOverSnapshot out = of(java, java);
  EXPECT_FALSE(out.started_over) << *out.started_over;
  const KeyTuple& cursor = out.state.tables[0].stripes.at(0).cursor;
  EXPECT_EQ(cursor[0].u64, 18446744073709551615U);
  EXPECT_EQ(cursor[1].text, "12.50");
  EXPECT_EQ(cursor[2].text, "2024-01-02");
  EXPECT_EQ(cursor[3].text, "\x01");
}

TEST_F(TakeOver, StartsOverWhereKeysDoNotSayTheSame) {
  key({column("id", "int", ColumnKind::kInt)});
  const auto over = [&](const TakenOverSnapshot& out) {
    EXPECT_FALSE(out.state.tables[0].started);
    EXPECT_TRUE(out.started_over);
    return out.started_over.value_or("");
  };
  const JavaKey one{integer("1")};
  EXPECT_NE(over(of(JavaKey{integer("1"), integer("2")}, one)).find("2 columns"),
            std::string::npos);
  EXPECT_NE(over(of(JavaKey{cell(JavaCell::Kind::kText, "1", "java.lang.String")}, one))
                .find("java.lang.String for column `id`"),
            std::string::npos);
  EXPECT_NE(over(of(JavaKey{JavaCell{}}, one)).find("null"), std::string::npos);
  over(of(JavaKey{integer("99999999999999999999")}, one));
  over(of(one, one, {.operations_skipped = false, .message_keys = true}));
  over(of(one, one, {}, "id"));
  key({column("t", "timestamp", ColumnKind::kTimestamp)});
  const JavaKey moment{cell(JavaCell::Kind::kOther, "", "java.sql.Timestamp")};
  EXPECT_NE(over(of(moment, moment)).find("java.sql.Timestamp"), std::string::npos);
  ColumnDef size = column("e", "enum('s','m')", ColumnKind::kEnum);
  size.members = {"s", "m"};
  key({size});
  over(of(JavaKey{cell(JavaCell::Kind::kText, "s")}, JavaKey{cell(JavaCell::Kind::kText, "m")}));
}

TEST_F(TakeOver, RefusesANameThatIsNoTable) {
  EXPECT_FALSE(take_over({.tables = {{"orders", "", "", ""}}, .cursor = {}, .maximum = {}},
                         [](const TableId&) { return TablePtr(); }, {}));
}

}  // namespace
}  // namespace tidemark

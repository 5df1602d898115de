// SPDX-License-Identifier: Apache-2.0
// Texts of COLUMN_DEFAULT are as MySQL 9.7 prints them.
#include "encode/column_default.h"

#include <gtest/gtest.h>

#include <string>

#include "encode/table_encoder.h"

namespace tidemark {
namespace {

ColumnDef column_of(std::string data_type, ColumnKind kind, std::string text) {
  ColumnDef c;
  c.name = "c";
  c.data_type = data_type;
  c.column_type = std::move(data_type);
  c.kind = kind;
  c.default_text = std::move(text);
  return c;
}

std::string json_of(const ColumnDef& column) {
  const auto format = cell_format_of(column, {});
  EXPECT_TRUE(format.has_value());
  return default_json(column, *format).value_or("(none)");
}
std::string json(std::string data_type, ColumnKind kind, std::string text) {
  return json_of(column_of(std::move(data_type), kind, std::move(text)));
}

TEST(ColumnDefault, OfNumbers) {
  EXPECT_EQ(json("int", ColumnKind::kInt, "-3"), "-3");
  EXPECT_EQ(json("int", ColumnKind::kUint, "00007"), "7");
  EXPECT_EQ(json("bigint", ColumnKind::kInt, "9007199254740993"), "9007199254740993");
  EXPECT_EQ(json("bigint", ColumnKind::kUint, "18446744073709551615"), "-1");
  EXPECT_EQ(json("float", ColumnKind::kFloat, "1.5"), "1.5");
  EXPECT_EQ(json("double", ColumnKind::kDouble, "1e20"), "1.0E20");
  EXPECT_EQ(json("double", ColumnKind::kDouble, "0.0000001"), "1.0E-7");
  EXPECT_EQ(json("year", ColumnKind::kYear, "2020"), "2020");
  EXPECT_EQ(json("year", ColumnKind::kYear, "0000"), "0");
  EXPECT_EQ(json("int", ColumnKind::kInt, "seven"), "(none)");
}

TEST(ColumnDefault, OfDecimalsHasTheirScale) {
  ColumnDef column = column_of("decimal", ColumnKind::kDecimal64, "3.10");
  column.precision = 5;
  column.scale = 2;
  EXPECT_EQ(json_of(column), R"("ATY=")");
  column.default_text = "-0.5";
  EXPECT_EQ(json_of(column), R"("zg==")");
  column.default_text = "7";
  EXPECT_EQ(json_of(column), R"("Arw=")");
  column.default_text = "1.234";
  EXPECT_EQ(json_of(column), "(none)");
  column.default_text = "1-2";
  EXPECT_EQ(json_of(column), "(none)");
  ColumnDef wide = column_of("decimal", ColumnKind::kDecimalText, "-1.5000000000");
  wide.precision = 40;
  wide.scale = 10;
  EXPECT_EQ(json_of(wide), R"("/IHuKgA=")");
}

TEST(ColumnDefault, OfTextsIsVerbatim) {
  EXPECT_EQ(json("varchar", ColumnKind::kString, R"(it's \ "x")"), R"("it's \\ \"x\"")");
  EXPECT_EQ(json("varchar", ColumnKind::kString, ""), R"("")");
  EXPECT_EQ(json("varchar", ColumnKind::kString, "CURRENT_TIMESTAMP"), R"("CURRENT_TIMESTAMP")");
  EXPECT_EQ(json("enum", ColumnKind::kEnum, "b,c"), R"("b,c")");
  EXPECT_EQ(json("set", ColumnKind::kSet, "x,y"), R"("x,y")");
}

TEST(ColumnDefault, OfBytesIsReadFromHex) {
  EXPECT_EQ(json("varbinary", ColumnKind::kBinary, "0xFF00"), R"("/wA=")");
  EXPECT_EQ(json("varbinary", ColumnKind::kBinary, ""), R"("")");
  EXPECT_EQ(json("varbinary", ColumnKind::kBinary, "0xZZ"), R"("MHhaWg==")");
  ColumnDef padded = column_of("binary", ColumnKind::kBinary, "0x6162");
  padded.length = 4;
  EXPECT_EQ(json_of(padded), R"("YWIAAA==")");
}

TEST(ColumnDefault, OfBits) {
  ColumnDef column = column_of("bit", ColumnKind::kBit, "b'101'");
  column.length = 10;
  EXPECT_EQ(json_of(column), R"("BQA=")");
  column.length = 1;
  column.default_text = "b'1'";
  EXPECT_EQ(json_of(column), "true");
  column.default_text = "b'2'";
  EXPECT_EQ(json_of(column), "(none)");
  column.default_text = "1";
  EXPECT_EQ(json_of(column), "(none)");
}

TEST(ColumnDefault, OfDatesAndTimes) {
  EXPECT_EQ(json("date", ColumnKind::kDate, "2024-02-29"), "19782");
  EXPECT_EQ(json("date", ColumnKind::kDate, "2024-02-"), "(none)");
  EXPECT_EQ(json("time", ColumnKind::kTime, "-01:02:03"), "-3723000000");
  EXPECT_EQ(json("time", ColumnKind::kTime, "101:02:03.500"), "363723500000");
  EXPECT_EQ(json("time", ColumnKind::kTime, "01:02"), "(none)");
  EXPECT_EQ(json("datetime", ColumnKind::kDatetime, "2024-02-29 01:02:03"), "1709168523000");
  ColumnDef micro = column_of("datetime", ColumnKind::kDatetime, "2024-02-29 01:02:03.500000");
  micro.fraction_digits = 6;
  EXPECT_EQ(json_of(micro), "1709168523500000");
  ColumnDef stamp = column_of("timestamp", ColumnKind::kTimestamp, "2024-02-29 01:02:03.50");
  stamp.fraction_digits = 2;
  EXPECT_EQ(json_of(stamp), R"("2024-02-29T01:02:03.50Z")");
}

TEST(ColumnDefault, OfZeroDatesIsTheEpochWhereNullIsNotAllowed) {
  ColumnDef day = column_of("date", ColumnKind::kDate, "0000-00-00");
  EXPECT_EQ(json_of(day), "(none)");
  day.nullable = false;
  EXPECT_EQ(json_of(day), "0");
  day.default_text = "2024-00-00";
  EXPECT_EQ(json_of(day), "0");
  ColumnDef stamp = column_of("timestamp", ColumnKind::kTimestamp, "0000-00-00 00:00:00");
  EXPECT_EQ(json_of(stamp), "(none)");
  stamp.nullable = false;
  EXPECT_EQ(json_of(stamp), R"("1970-01-01T00:00:00Z")");
}

TEST(ColumnDefault, OfTheCurrentTimeIsTheEpoch) {
  ColumnDef moment = column_of("datetime", ColumnKind::kDatetime, "CURRENT_TIMESTAMP(3)");
  moment.default_is_expression = true;
  EXPECT_EQ(json_of(moment), "0");
  ColumnDef stamp = column_of("timestamp", ColumnKind::kTimestamp, "CURRENT_TIMESTAMP");
  stamp.default_is_expression = true;
  EXPECT_EQ(json_of(stamp), "(none)");
  stamp.nullable = false;
  EXPECT_EQ(json_of(stamp), R"("1970-01-01T00:00:00Z")");
}

TEST(ColumnDefault, OfExpressionsIsLeftOut) {
  ColumnDef column = column_of("varchar", ColumnKind::kString, "uuid()");
  column.default_is_expression = true;
  EXPECT_EQ(json_of(column), "(none)");
  ColumnDef now = column_of("datetime", ColumnKind::kDatetime, "now()");
  now.default_is_expression = true;
  EXPECT_EQ(json_of(now), "(none)");
  ColumnDef none = column_of("int", ColumnKind::kInt, "");
  none.default_text.reset();
  EXPECT_EQ(json_of(none), "(none)");
}

// The row with `value` in its only column.
std::string row(ColumnDef column, const Value& value, bool replace) {
  TopicRegistry topics;
  EncoderContext context;
  context.topics = &topics;
  context.settings.replace_null_with_default = replace;
  TableDef table;
  table.id = {"d", "t"};
  table.columns = {std::move(column)};
  const auto encoder = TableEncoder::compile(context, std::make_shared<const TableDef>(table));
  EXPECT_TRUE(encoder.has_value());
  std::string out;
  (*encoder)->encode_row({&value, 1}, out);
  return out;
}

TEST(NullCell, ShowsTheDefaultUnlessToldNotTo) {
  const ColumnDef column = column_of("varchar", ColumnKind::kString, "x");
  EXPECT_EQ(row(column, Value::of_null(), true), R"({"c":"x"})");
  EXPECT_EQ(row(column, Value::of_null(), false), R"({"c":null})");
}

TEST(NullCell, ShowsTheDefaultOfARequiredColumnEitherWay) {
  ColumnDef column = column_of("date", ColumnKind::kDate, "2024-02-29");
  column.nullable = false;
  const Value zero = Value::of_civil({}, 0);
  EXPECT_EQ(row(column, zero, true), R"({"c":19782})");
  EXPECT_EQ(row(column, zero, false), R"({"c":19782})");
}

TEST(ColumnSchema, CarriesTheDefaultBehindTheParameters) {
  ColumnDef column = column_of("enum", ColumnKind::kEnum, "b");
  column.members = {"a", "b"};
  TopicRegistry topics;
  EncoderContext context;
  context.topics = &topics;
  TableDef table;
  table.id = {"d", "t"};
  table.columns = {column};
  const auto encoder = TableEncoder::compile(context, std::make_shared<const TableDef>(table));
  ASSERT_TRUE(encoder.has_value());
  EXPECT_NE((*encoder)->envelope_schema().find(
                R"({"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,)"
                R"("parameters":{"allowed":"a,b"},"default":"b","field":"c"})"),
            std::string_view::npos);
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "encode/converter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "encode/encoder_fixture.h"

namespace tidemark {
namespace {

using fixture::column;
using fixture::datetime;
using fixture::Encoded;
using fixture::list;
using fixture::not_null;
using fixture::varchar;
using fixture::with_default;
using testing::HasSubstr;

using Type = ColumnConverter::Type;

EncoderContext by(ColumnConverter converter) {
  EncoderContext out;
  converter.name = "mine";
  out.rules.converters = {std::move(converter)};
  return out;
}
ColumnDef tiny(std::string type) {
  return column("c", ColumnKind::kInt, "tinyint", std::move(type));
}
Value zero_date() { return Value::of_civil({}, 0); }

TEST(TinyIntOneToBoolean, TakesTinyIntOfOne) {
  const EncoderContext context = by({.name = "mine", .type = Type::kTinyIntOneToBoolean});
  const Encoded flag({tiny("tinyint(1)")}, context);
  EXPECT_EQ(flag.schema(), R"({"type":"boolean","optional":true,"field":"c"})");
  EXPECT_EQ(flag.cell(Value::of_int(2)), "true");
  EXPECT_EQ(flag.cell(Value::of_int(0)), "false");
  EXPECT_EQ(flag.cell(Value::of_int(-1)), "false");
  EXPECT_EQ(flag.cell(Value::of_null()), "null");
  EXPECT_EQ(Encoded({tiny("tinyint")}, context).cell(Value::of_int(2)), "2");
  EXPECT_EQ(
      Encoded({tiny("tinyint")},
              by({.name = "mine", .type = Type::kTinyIntOneToBoolean, .length_checker = false}))
          .cell(Value::of_int(2)),
      "true");
  EXPECT_EQ(
      Encoded({tiny("tinyint(1)")},
              by({.name = "mine", .type = Type::kTinyIntOneToBoolean, .selector = list("other")}))
          .cell(Value::of_int(2)),
      "2");
  EXPECT_THAT(Encoded({with_default(tiny("tinyint(1)"), "1")}, context).schema(),
              HasSubstr(R"("default":true)"));
}

TEST(TinyIntOneToBoolean, ConvertsKeysToo) {
  const Encoded table({not_null(tiny("tinyint(1)"))},
                      by({.name = "mine", .type = Type::kTinyIntOneToBoolean}), {0});
  EXPECT_EQ(table.key({Value::of_int(1)}), R"({"c":true})");
}

TEST(JdbcSinkDataTypes, ConvertsWhatItsSelectorsName) {
  ColumnDef bit = column("b", ColumnKind::kBit, "bit", "bit(1)");
  bit.length = 1;
  ColumnConverter converter{.name = "mine", .type = Type::kJdbcSinkDataTypes};
  converter.selector = list("d.t.b");
  converter.selector_real = list("d.t.f");
  converter.selector_string = list("d.t.s");
  const std::vector<ColumnDef> columns{bit, column("f", ColumnKind::kFloat, "float"), varchar("s"),
                                       tiny("tinyint(1)")};
  const Encoded table(columns, by(converter));
  EXPECT_EQ(
      table.row({Value::of_uint(1), Value::of_float(0.1F), Value::of_text("x"), Value::of_int(1)}),
      R"({"b":1,"f":0.10000000149011612,"s":"x","c":1})");
  EXPECT_THAT(table.schema(), HasSubstr(R"({"type":"int16","optional":true,"field":"b"})"));
  EXPECT_THAT(table.schema(), HasSubstr(R"({"type":"double","optional":true,"field":"f"})"));
  EXPECT_THAT(table.schema(),
              HasSubstr(R"("parameters":{"__debezium.source.column.character_set":"utf8mb4"})"));
  converter.real_as_double = false;
  EXPECT_THAT(Encoded({column("f", ColumnKind::kDouble, "double")}, by(converter)).schema(),
              HasSubstr(R"("type":"float")"));
}

TEST(JdbcSinkDataTypes, RefusesTypesItCannotConvert) {
  ColumnConverter converter{.name = "mine", .type = Type::kJdbcSinkDataTypes};
  converter.selector = list(".*");
  EXPECT_THAT(Encoded({varchar("s")}, by(converter)).error(), HasSubstr("mine.selector.boolean"));
}

TEST(ZeroDateFallback, MakesColumnsNullableByDefault) {
  const EncoderContext context = by({.name = "mine", .type = Type::kZeroDateFallback});
  const Encoded date({not_null(with_default(column("c", ColumnKind::kDate, "date"), "0000-00-00"))},
                     context);
  EXPECT_EQ(date.schema(), R"({"type":"int32","optional":true,"name":"io.debezium.time.Date",)"
                           R"("version":1,"field":"c"})");
  EXPECT_EQ(date.cell(zero_date()), "null");
  EXPECT_EQ(date.cell(Value::of_civil({2024, 2, 29, 0, 0, 0}, 0)), "19782");
}

TEST(ZeroDateFallback, ShowsItsFallbackForNullAndInTheSchema) {
  ColumnConverter converter{.name = "mine", .type = Type::kZeroDateFallback};
  converter.fallback_date = "1900-01-01";
  converter.fallback_datetime = "1970-01-01 00:00:01";
  converter.fallback_timestamp = "1970-01-01T01:00:00+01:00";
  converter.column_fallbacks["d.t.own"] = "2000-01-01 00:00:00";
  const std::vector<ColumnDef> columns{not_null(column("d", ColumnKind::kDate, "date")),
                                       datetime("c", 6), datetime("own", 0),
                                       column("s", ColumnKind::kTimestamp, "timestamp")};
  const Encoded table(columns, by(converter));
  EXPECT_EQ(table.row({zero_date(), zero_date(), zero_date(), Value::of_null()}),
            R"({"d":-25567,"c":1000,"own":946684800000,"s":"1970-01-01T00:00:00Z"})");
  EXPECT_THAT(table.schema(),
              HasSubstr(R"({"type":"int32","optional":false,)"
                        R"("name":"io.debezium.time.Date","version":1,"field":"d"})"));
  EXPECT_THAT(table.schema(), HasSubstr(R"("name":"io.debezium.time.Timestamp","version":1,)"
                                        R"("default":1000,"field":"c"})"));
  EXPECT_EQ(table.row({Value::of_civil({24, 2, 29, 0, 0, 0}, 0),
                       Value::of_civil({1970, 1, 1, 0, 0, 0}, 1999), zero_date(),
                       Value::of_int(120'000)}),
            R"({"d":-710703,"c":1,"own":946684800000,"s":"1970-01-01T00:00:00.12Z"})");
}

TEST(ZeroDateFallback, AppliesToItsTypesAndRefusesWhatIsNone) {
  const EncoderContext dates =
      by({.name = "mine", .type = Type::kZeroDateFallback, .datetimes = false});
  EXPECT_EQ(Encoded({not_null(datetime("c", 0))}, dates).cell(zero_date()), "0");
  ColumnConverter wrong{.name = "mine", .type = Type::kZeroDateFallback};
  for (const char* const text : {"2024-02-30", "2024-02-29 01:02:03", "never"}) {
    wrong.fallback_date = text;
    EXPECT_THAT(Encoded({column("c", ColumnKind::kDate, "date")}, by(wrong)).error(),
                HasSubstr("which is no date"))
        << text;
  }
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Cells, schemas and defaults under each handling mode; expectations are those of Debezium's converters.
#include <gtest/gtest.h>

#include "encode/encoder_fixture.h"

namespace tidemark {
namespace {

using fixture::column;
using fixture::datetime;
using fixture::decimal;
using fixture::Encoded;
using fixture::not_null;
using fixture::with_default;

EncoderContext modes(CellModes cells) {
  EncoderContext out;
  out.settings.cells = cells;
  return out;
}
Value civil(Civil parts, std::uint32_t micros = 0) { return Value::of_civil(parts, micros); }

constexpr Civil kLeap{2024, 2, 29, 1, 2, 3};
constexpr std::int64_t kHour = 3'600'000'000;

std::string member(std::string_view type, std::string_view name = "") {
  std::string out = R"({"type":")" + std::string(type) + R"(","optional":true)";
  if (!name.empty()) out += R"(,"name":")" + std::string(name) + R"(","version":1)";
  return out + R"(,"field":"c"})";
}

TEST(DecimalMode, StringHasAllDigitsOfTheScale) {
  const auto context = modes({.decimal = DecimalMode::kString});
  const Encoded small({decimal("c", 5, 2)}, context);
  EXPECT_EQ(small.schema(), member("string"));
  EXPECT_EQ(small.cell(Value::of_int(310)), R"("3.10")");
  EXPECT_EQ(small.cell(Value::of_int(-5)), R"("-0.05")");
  EXPECT_EQ(small.cell(Value::of_int(0)), R"("0.00")");
  EXPECT_EQ(small.cell(Value::of_null()), "null");
  EXPECT_EQ(Encoded({decimal("c", 5, 0)}, context).cell(Value::of_int(-12345)), R"("-12345")");
  EXPECT_EQ(Encoded({decimal("c", 18, 18)}, context).cell(Value::of_int(1)),
            R"("0.000000000000000001")");
  const Encoded wide({decimal("c", 40, 10)}, context);
  EXPECT_EQ(wide.cell(Value::of_text("-123456789012345678901.0000001000")),
            R"("-123456789012345678901.0000001000")");
}

TEST(DecimalMode, DoubleIsTheNearestOne) {
  const auto context = modes({.decimal = DecimalMode::kDouble});
  const Encoded small({decimal("c", 18, 4)}, context);
  EXPECT_EQ(small.schema(), member("double"));
  EXPECT_EQ(small.cell(Value::of_int(123400)), "12.34");
  EXPECT_EQ(small.cell(Value::of_int(999'999'999'999'999'999)), "1.0E14");
  EXPECT_EQ(small.cell(Value::of_int(-1)), "-1.0E-4");
  EXPECT_EQ(Encoded({decimal("c", 65, 0)}, context).cell(Value::of_text("9007199254740993")),
            "9.007199254740992E15");
}

TEST(DecimalMode, NumericFormatIsBigDecimalsText) {
  const auto context = modes({.decimal_numbers = true});
  const Encoded small({decimal("c", 5, 2)}, context);
  EXPECT_EQ(
      small.schema(),
      R"({"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal",)"
      R"("version":1,"parameters":{"scale":"2","connect.decimal.precision":"5"},"field":"c"})");
  EXPECT_EQ(small.cell(Value::of_int(310)), "3.10");
  EXPECT_EQ(small.cell(Value::of_int(-1)), "-0.01");
  const Encoded tiny({decimal("c", 18, 10)}, context);
  EXPECT_EQ(tiny.cell(Value::of_int(1)), "1E-10");
  EXPECT_EQ(tiny.cell(Value::of_int(-123)), "-1.23E-8");
  EXPECT_EQ(tiny.cell(Value::of_int(0)), "0E-10");
  EXPECT_EQ(tiny.cell(Value::of_int(10000)), "0.0000010000");
  EXPECT_EQ(tiny.cell(Value::of_int(9999)), "9.999E-7");
  EXPECT_EQ(Encoded({decimal("c", 30, 30)}, context)
                .cell(Value::of_text("0.000000000000000000000000000012")),
            "1.2E-29");
  EXPECT_EQ(Encoded({decimal("c", 5, 0)}, context).cell(Value::of_int(0)), "0");
}

TEST(DecimalMode, OfKeysIsTheirOwnConverters) {
  EncoderContext context;
  context.settings.decimal_numbers_in_key = true;
  const Encoded table({not_null(decimal("c", 5, 2))}, context, {0});
  EXPECT_EQ(table.key({Value::of_int(310)}), R"({"c":3.10})");
  EXPECT_EQ(table.row({Value::of_int(310)}), R"({"c":"ATY="})");
}

TEST(BigintMode, PreciseIsADecimalOfTwentyDigits) {
  ColumnDef big = column("c", ColumnKind::kUint, "bigint", "bigint unsigned");
  big.is_unsigned = true;
  const Encoded table({big}, modes({.bigint_unsigned = BigintMode::kPrecise}));
  EXPECT_EQ(table.schema(),
            R"({"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal",)"
            R"("version":1,"parameters":{"scale":"0","connect.decimal.precision":"20"},)"
            R"("field":"c"})");
  EXPECT_EQ(table.cell(Value::of_uint(~std::uint64_t{0})), R"("AP//////////")");
  EXPECT_EQ(table.cell(Value::of_uint(1)), R"("AQ==")");
  EXPECT_EQ(table.cell(Value::of_uint(128)), R"("AIA=")");
  const Encoded numbers({big},
                        modes({.decimal_numbers = true, .bigint_unsigned = BigintMode::kPrecise}));
  EXPECT_EQ(numbers.cell(Value::of_uint(~std::uint64_t{0})), "18446744073709551615");
  ColumnDef plain = column("c", ColumnKind::kUint, "int", "int unsigned");
  plain.is_unsigned = true;
  EXPECT_EQ(Encoded({plain}, modes({.bigint_unsigned = BigintMode::kPrecise})).schema(),
            member("int64"))
      << "INT UNSIGNED fits as it is";
}

TEST(BinaryMode, TextsAreStringsToTheSchema) {
  const ColumnDef blob = column("c", ColumnKind::kBinary, "blob");
  const Value bytes = Value::of_text("\xFB\xFF\xFE\x01");
  const auto table = [&](BinaryMode mode) { return Encoded({blob}, modes({.binary = mode})); };
  EXPECT_EQ(table(BinaryMode::kBytes).schema(), member("bytes"));
  EXPECT_EQ(table(BinaryMode::kBytes).cell(bytes), R"("+//+AQ==")");
  EXPECT_EQ(table(BinaryMode::kBase64).schema(), member("string"));
  EXPECT_EQ(table(BinaryMode::kBase64).cell(bytes), R"("+//+AQ==")");
  EXPECT_EQ(table(BinaryMode::kBase64UrlSafe).cell(bytes), R"("-__-AQ==")");
  EXPECT_EQ(table(BinaryMode::kHex).schema(), member("string"));
  EXPECT_EQ(table(BinaryMode::kHex).cell(bytes), R"("fbfffe01")");
  EXPECT_EQ(table(BinaryMode::kHex).cell(Value::of_text("")), R"("")");
  const std::string large(100'000, '\xAB');
  EXPECT_EQ(table(BinaryMode::kHex).cell(Value::of_text(large)).size(), 200'002U);
}

TEST(TimeMode, ConnectHasItsOwnTypes) {
  const auto context = modes({.time = TimeMode::kConnect});
  const Encoded date({column("c", ColumnKind::kDate, "date")}, context);
  EXPECT_EQ(date.schema(), member("int32", "org.apache.kafka.connect.data.Date"));
  EXPECT_EQ(date.cell(civil(kLeap)), "19782");
  const Encoded time({column("c", ColumnKind::kTime, "time")}, context);
  EXPECT_EQ(time.schema(), member("int32", "org.apache.kafka.connect.data.Time"));
  EXPECT_EQ(time.cell(Value::of_int(kHour + 1'999)), "3600001");
  EXPECT_EQ(time.cell(Value::of_int(24 * kHour)), "86400000");
  const Encoded clock({datetime("c", 6)}, context);
  EXPECT_EQ(clock.schema(), member("int64", "org.apache.kafka.connect.data.Timestamp"));
  EXPECT_EQ(clock.cell(civil(kLeap, 123'999)), "1709168523123");
  EXPECT_EQ(clock.cell(civil({1969, 12, 31, 23, 59, 59}, 999'999)), "-1");
}

TEST(TimeMode, IsoStringTrimsFractions) {
  const auto context = modes({.time = TimeMode::kIsoString});
  const Encoded date({column("c", ColumnKind::kDate, "date")}, context);
  EXPECT_EQ(date.schema(), member("string", "io.debezium.time.IsoDate"));
  EXPECT_EQ(date.cell(civil(kLeap)), R"("2024-02-29Z")");
  EXPECT_EQ(date.cell(civil({24, 2, 29, 0, 0, 0})), R"("2024-02-29Z")") << "the year is adjusted";
  const Encoded time({column("c", ColumnKind::kTime, "time")}, context);
  EXPECT_EQ(time.schema(), member("string", "io.debezium.time.IsoTime"));
  EXPECT_EQ(time.cell(Value::of_int(kHour + 123'000'000)), R"("01:02:03Z")");
  EXPECT_EQ(time.cell(Value::of_int(500'000)), R"("00:00:00.5Z")");
  EXPECT_EQ(time.cell(Value::of_int(24 * kHour)), R"("00:00:00Z")");
  const Encoded clock({datetime("c", 3)}, context);
  EXPECT_EQ(clock.schema(), member("string", "io.debezium.time.IsoTimestamp"));
  EXPECT_EQ(clock.cell(civil(kLeap, 120'000)), R"("2024-02-29T01:02:03.12Z")");
  EXPECT_EQ(clock.cell(civil({2024, 2, 29, 0, 0, 0})), R"("2024-02-29T00:00:00Z")");
}

TEST(TimeMode, MicrosecondsAndNanosecondsWhateverTheDigits) {
  const auto micros = modes({.time = TimeMode::kMicroseconds});
  EXPECT_EQ(Encoded({datetime("c", 0)}, micros).schema(),
            member("int64", "io.debezium.time.MicroTimestamp"));
  EXPECT_EQ(Encoded({datetime("c", 0)}, micros).cell(civil(kLeap)), "1709168523000000");
  EXPECT_EQ(Encoded({column("c", ColumnKind::kTime, "time")}, micros).schema(),
            member("int64", "io.debezium.time.MicroTime"));
  const auto nanos = modes({.time = TimeMode::kNanoseconds});
  const Encoded clock({datetime("c", 6)}, nanos);
  EXPECT_EQ(clock.schema(), member("int64", "io.debezium.time.NanoTimestamp"));
  EXPECT_EQ(clock.cell(civil(kLeap, 1)), "1709168523000001000");
  EXPECT_EQ(clock.cell(civil({2262, 4, 11, 23, 47, 16}, 854'775)), "9223372036854775000");
  EXPECT_EQ(clock.cell(civil({1677, 9, 21, 0, 12, 43}, 145'225)), "-9223372036854775000");
  const Encoded time({column("c", ColumnKind::kTime, "time")}, nanos);
  EXPECT_EQ(time.schema(), member("int64", "io.debezium.time.NanoTime"));
  EXPECT_EQ(time.cell(Value::of_int(-3'020'399'000'000)), "-3020399000000000");
}

TEST(TimeMode, LeavesTimestampAndYearAlone) {
  for (const TimeMode mode : {TimeMode::kConnect, TimeMode::kIsoString, TimeMode::kMicroseconds,
                              TimeMode::kNanoseconds}) {
    const Encoded stamp({column("c", ColumnKind::kTimestamp, "timestamp")}, modes({.time = mode}));
    EXPECT_EQ(stamp.schema(), member("string", "io.debezium.time.ZonedTimestamp"));
    EXPECT_EQ(stamp.cell(Value::of_int(1'709'168'523'000'000)), R"("2024-02-29T01:02:03Z")");
    const Encoded year({column("c", ColumnKind::kYear, "year")}, modes({.time = mode}));
    EXPECT_EQ(year.schema(), member("int32", "io.debezium.time.Year"));
  }
}

// Zero dates of NOT NULL columns, and defaults.
TEST(TimeMode, FallbacksAndDefaultsHaveTheForm) {
  const Value zero = civil({});
  const auto iso = modes({.time = TimeMode::kIsoString});
  EXPECT_EQ(Encoded({not_null(column("c", ColumnKind::kDate, "date"))}, iso).cell(zero),
            R"("1970-01-01Z")");
  EXPECT_EQ(Encoded({not_null(datetime("c", 0))}, iso).cell(zero), R"("1970-01-01T00:00:00Z")");
  const auto schema = [](ColumnDef column, std::string text, const EncoderContext& context) {
    const std::string whole =
        Encoded({with_default(std::move(column), std::move(text))}, context).schema();
    const std::size_t at = whole.find(R"("default":)");
    return at == std::string::npos ? "" : whole.substr(at + 10, whole.find(',', at) - at - 10);
  };
  EXPECT_EQ(schema(column("c", ColumnKind::kDate, "date"), "2024-02-29", iso), R"("2024-02-29Z")");
  EXPECT_EQ(schema(datetime("c", 0), "CURRENT_TIMESTAMP", iso), R"("1970-01-01T00:00:00Z")");
  EXPECT_EQ(schema(column("c", ColumnKind::kTime, "time"), "25:00:00", iso), "")
      << "no value of the form";
  EXPECT_EQ(schema(decimal("c", 5, 2), "3.1", modes({.decimal = DecimalMode::kString})),
            R"("3.10")");
  EXPECT_EQ(schema(decimal("c", 40, 2), "3", modes({.decimal = DecimalMode::kString})),
            R"("3.00")");
  EXPECT_EQ(schema(decimal("c", 5, 2), "3.1", modes({.decimal = DecimalMode::kDouble})), "3.1");
  EXPECT_EQ(schema(decimal("c", 5, 2), "3.1", modes({.decimal_numbers = true})), "3.10");
  EXPECT_EQ(schema(column("c", ColumnKind::kBinary, "varbinary"), "0x6162",
                   modes({.binary = BinaryMode::kHex})),
            R"("6162")");
}

TEST(Misfit, IsNullAndNamedUnlessTheFormSaysEverything) {
  const auto connect = modes({.time = TimeMode::kConnect});
  const ColumnDef time = column("c", ColumnKind::kTime, "time");
  const Encoded nullable({time}, connect);
  ASSERT_TRUE(nullable.encoder().may_misfit());
  const Value before_midnight = Value::of_int(-1);
  EXPECT_EQ(nullable.cell(before_midnight), "null");
  EXPECT_EQ(nullable.cell(Value::of_int(24 * kHour + 1)), "null");
  const auto misfit = nullable.encoder().check_fit({&before_midnight, 1});
  ASSERT_TRUE(misfit);
  EXPECT_EQ(misfit->column->name, "c");
  EXPECT_FALSE(misfit->required);
  const Value noon = Value::of_int(12 * kHour);
  const Value null = Value::of_null();
  EXPECT_FALSE(nullable.encoder().check_fit({&noon, 1}));
  EXPECT_FALSE(nullable.encoder().check_fit({&null, 1}));
  EXPECT_TRUE(
      Encoded({not_null(time)}, connect).encoder().check_fit({&before_midnight, 1})->required);
  EXPECT_FALSE(Encoded({not_null(with_default(time, "01:00:00"))}, connect)
                   .encoder()
                   .check_fit({&before_midnight, 1})
                   ->required);
  EXPECT_FALSE(Encoded({time}).encoder().may_misfit());
  const Encoded nanos({datetime("c", 0)}, modes({.time = TimeMode::kNanoseconds}));
  const Value far = civil({9999, 12, 31, 0, 0, 0});
  const Value zero = civil({});
  EXPECT_EQ(nanos.cell(far), "null");
  EXPECT_TRUE(nanos.encoder().check_fit({&far, 1}));
  EXPECT_FALSE(nanos.encoder().check_fit({&zero, 1})) << "a zero date is null as ever";
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Each column type through a whole encoder: schema, value, null.
#include "encode/cell.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "encode/table_encoder.h"

namespace tidemark {
namespace {

// A nullable column c; `declare` refines it.
ColumnDef column_of(std::string data_type, ColumnKind kind) {
  ColumnDef c;
  c.name = "c";
  c.data_type = data_type;
  c.column_type = std::move(data_type);
  c.kind = kind;
  return c;
}

class OneColumn {
 public:
  explicit OneColumn(ColumnDef column, EncodeSettings settings = {}) {
    context_.settings = settings;
    context_.topic_prefix = "p";
    context_.topics = &topics_;
    TableDef table;
    table.id = {"d", "t"};
    table.columns = {std::move(column)};
    auto encoder =
        TableEncoder::compile(context_, std::make_shared<const TableDef>(std::move(table)));
    EXPECT_TRUE(encoder.has_value());
    encoder_ = std::move(*encoder);
  }
  // The text between `{"c":` and `}`.
  std::string json(const Value& value) const {
    std::string out;
    encoder_->encode_row({&value, 1}, out);
    EXPECT_TRUE(out.starts_with(R"({"c":)") && out.ends_with('}')) << out;
    return out.substr(5, out.size() - 6);
  }
  // The column's schema without `"field":"c"`.
  std::string schema() const {
    const std::string_view text = encoder_->envelope_schema();
    constexpr std::string_view kFrom = R"("fields":[{"type":"struct","fields":[)";
    const std::size_t from = text.find(kFrom) + kFrom.size();
    const std::size_t to = text.find(R"(,"field":"c"})", from);
    return std::string(text.substr(from, to - from));
  }

 private:
  TopicRegistry topics_;
  EncoderContext context_;
  std::unique_ptr<TableEncoder> encoder_;
};

struct TypeCase {
  std::string name;
  ColumnDef column;
  std::string schema;  // of a nullable column
  std::string fallback;  // of a NOT NULL one without value
  std::vector<std::pair<Value, std::string>> values;
};
void PrintTo(const TypeCase& type, std::ostream* out) { *out << type.name; }

ColumnDef with(ColumnDef column, const std::function<void(ColumnDef&)>& change) {
  change(column);
  return column;
}
ColumnDef unsigned_of(std::string type) {
  return with(column_of(std::move(type), ColumnKind::kUint), [](ColumnDef& c) {
    c.is_unsigned = true;
    c.column_type += " unsigned";
  });
}
ColumnDef fractional(std::string type, ColumnKind kind, std::uint32_t digits) {
  return with(column_of(std::move(type), kind), [&](ColumnDef& c) { c.fraction_digits = digits; });
}
ColumnDef bits(std::uint32_t length) {
  return with(column_of("bit", ColumnKind::kBit), [&](ColumnDef& c) { c.length = length; });
}
ColumnDef members(std::string type, ColumnKind kind) {
  return with(column_of(std::move(type), kind),
              [](ColumnDef& c) { c.members = {"a", "b,c", "d'e", ""}; });
}
ColumnDef decimal(std::uint32_t precision, std::uint32_t scale) {
  const ColumnKind kind = precision <= 18 ? ColumnKind::kDecimal64 : ColumnKind::kDecimalText;
  return with(column_of("decimal", kind), [&](ColumnDef& c) {
    c.precision = precision;
    c.scale = scale;
  });
}

std::string plain(std::string_view type) {
  return R"({"type":")" + std::string(type) + R"(","optional":true)";
}
std::string logical(std::string_view type, std::string_view name,
                    std::string_view parameters = "") {
  std::string out = plain(type) + R"(,"name":")" + std::string(name) + R"(","version":1)";
  if (!parameters.empty()) out += R"(,"parameters":{)" + std::string(parameters) + "}";
  return out;
}

constexpr std::int64_t kMin64 = std::numeric_limits<std::int64_t>::min();
constexpr std::uint64_t kMax64 = std::numeric_limits<std::uint64_t>::max();

Value date(int year, int month, int day) {
  return Value::of_civil({.year = static_cast<std::int16_t>(year),
                          .month = static_cast<std::uint8_t>(month),
                          .day = static_cast<std::uint8_t>(day)},
                         0);
}
Value clock(Civil civil, std::uint32_t micros) { return Value::of_civil(civil, micros); }

std::vector<TypeCase> types() {
  const auto i = [](std::int64_t v) { return Value::of_int(v); };
  const auto u = [](std::uint64_t v) { return Value::of_uint(v); };
  const auto t = [](std::string_view v) { return Value::of_text(v); };
  const Civil leap{2024, 2, 29, 1, 2, 3};
  const Civil before_epoch{1969, 12, 31, 23, 59, 59};
  return {
      {"TinyInt", column_of("tinyint", ColumnKind::kInt), plain("int16"), "0", {{i(-128), "-128"}}},
      {"TinyIntUnsigned", unsigned_of("tinyint"), plain("int16"), "0", {{u(255), "255"}}},
      {"SmallInt",
       column_of("smallint", ColumnKind::kInt),
       plain("int16"),
       "0",
       {{i(-32768), "-32768"}}},
      {"SmallIntUnsigned", unsigned_of("smallint"), plain("int32"), "0", {{u(65535), "65535"}}},
      {"MediumInt",
       column_of("mediumint", ColumnKind::kInt),
       plain("int32"),
       "0",
       {{i(-8388608), "-8388608"}}},
      {"MediumIntUnsigned",
       unsigned_of("mediumint"),
       plain("int32"),
       "0",
       {{u(16777215), "16777215"}}},
      {"Int",
       column_of("int", ColumnKind::kInt),
       plain("int32"),
       "0",
       {{i(0), "0"}, {i(-2147483648LL), "-2147483648"}}},
      {"IntUnsigned", unsigned_of("int"), plain("int64"), "0", {{u(4294967295U), "4294967295"}}},
      {"BigInt",
       column_of("bigint", ColumnKind::kInt),
       plain("int64"),
       "0",
       {{i(kMin64), "-9223372036854775808"}, {i(9007199254740993), "9007199254740993"}}},
      {"BigIntUnsigned",
       unsigned_of("bigint"),
       plain("int64"),
       "0",
       {{u(kMax64), "-1"}, {u(1ULL << 63U), "-9223372036854775808"}, {u(7), "7"}}},
      {"Float",
       column_of("float", ColumnKind::kFloat),
       plain("float"),
       "0.0",
       {{Value::of_float(16777216.0F), "1.6777216E7"}, {Value::of_float(0.1F), "0.1"}}},
      {"FloatWithScale",
       with(column_of("float", ColumnKind::kFloat),
            [](ColumnDef& c) { c.column_type = "float(10,2)"; }),
       plain("double"),
       "0.0",
       {{Value::of_float(12345.67F), "12345.669921875"}}},
      {"Double",
       column_of("double", ColumnKind::kDouble),
       plain("double"),
       "0.0",
       {{Value::of_double(-0.0), "-0.0"}, {Value::of_double(1e10), "1.0E10"}}},
      {"Decimal",
       decimal(5, 2),
       logical("bytes", "org.apache.kafka.connect.data.Decimal",
               R"("scale":"2","connect.decimal.precision":"5")"),
       R"("AA==")",
       {{i(1234), R"("BNI=")"}, {i(-1), R"("/w==")"}}},
      {"LongDecimal",
       decimal(20, 0),
       logical("bytes", "org.apache.kafka.connect.data.Decimal",
               R"("scale":"0","connect.decimal.precision":"20")"),
       R"("AA==")",
       {{t("18446744073709551615"), R"("AP//////////")"}, {t("-1"), R"("/w==")"}}},
      {"Varchar",
       column_of("varchar", ColumnKind::kString),
       plain("string"),
       R"("")",
       {{t(""), R"("")"}, {t("\xF0\x9F\x98\x80\n"), R"("\uD83D\uDE00\n")"}}},
      {"Text",
       column_of("longtext", ColumnKind::kString),
       plain("string"),
       R"("")",
       {{t("caf\xC3\xA9"), "\"caf\xC3\xA9\""}}},
      {"Json",
       column_of("json", ColumnKind::kJson),
       logical("string", "io.debezium.data.Json"),
       R"("{}")",
       {{t(R"({"a": [1, 2.50]})"), R"("{\"a\": [1, 2.50]}")"}}},
      {"Enum",
       members("enum", ColumnKind::kEnum),
       logical("string", "io.debezium.data.Enum", R"("allowed":"a,b,c,d'e,")"),
       R"("")",
       {{t("b,c"), R"("b,c")"}, {t(""), R"("")"}}},
      {"Set",
       members("set", ColumnKind::kSet),
       logical("string", "io.debezium.data.EnumSet", R"("allowed":"a,b,c,d'e,")"),
       R"("")",
       {{t("a,d'e"), R"("a,d'e")"}}},
      {"Binary",
       column_of("varbinary", ColumnKind::kBinary),
       plain("bytes"),
       R"("")",
       {{t(""), R"("")"}, {t(std::string_view("\0\xFF", 2)), R"("AP8=")"}}},
      {"Blob",
       column_of("blob", ColumnKind::kBinary),
       plain("bytes"),
       R"("")",
       {{t("foobar"), R"("Zm9vYmFy")"}}},
      {"Bit", bits(1), plain("boolean"), "false", {{u(0), "false"}, {u(1), "true"}}},
      {"Bits",
       bits(10),
       logical("bytes", "io.debezium.data.Bits", R"("length":"10")"),
       R"("")",
       {{u(0b1000000001), R"("AQI=")"}, {u(5), R"("BQA=")"}}},
      {"AllBits",
       bits(64),
       logical("bytes", "io.debezium.data.Bits", R"("length":"64")"),
       R"("")",
       {{u(kMax64), R"("//////////8=")"}}},
      {"Date",
       column_of("date", ColumnKind::kDate),
       logical("int32", "io.debezium.time.Date"),
       "0",
       {{date(1970, 1, 1), "0"},
        {date(1969, 12, 31), "-1"},
        {date(2024, 2, 29), "19782"},
        {date(9999, 12, 31), "2932896"},
        {date(1000, 1, 1), "-354285"}}},
      {"Time",
       fractional("time", ColumnKind::kTime, 6),
       logical("int64", "io.debezium.time.MicroTime"),
       "0",
       {{i(-3723000000), "-3723000000"}, {i(3020399000000), "3020399000000"}}},
      {"Datetime",
       fractional("datetime", ColumnKind::kDatetime, 0),
       logical("int64", "io.debezium.time.Timestamp"),
       "0",
       {{clock(leap, 0), "1709168523000"}, {clock(before_epoch, 0), "-1000"}}},
      {"Datetime3",
       fractional("datetime", ColumnKind::kDatetime, 3),
       logical("int64", "io.debezium.time.Timestamp"),
       "0",
       {{clock(leap, 120000), "1709168523120"}, {clock(before_epoch, 999000), "-1"}}},
      {"Datetime6",
       fractional("datetime", ColumnKind::kDatetime, 6),
       logical("int64", "io.debezium.time.MicroTimestamp"),
       "0",
       {{clock(leap, 120001), "1709168523120001"}, {clock(before_epoch, 999999), "-1"}}},
      {"Datetime4",
       fractional("datetime", ColumnKind::kDatetime, 4),
       logical("int64", "io.debezium.time.MicroTimestamp"),
       "0",
       {{clock(leap, 100), "1709168523000100"}}},
      {"Timestamp",
       fractional("timestamp", ColumnKind::kTimestamp, 0),
       logical("string", "io.debezium.time.ZonedTimestamp"),
       R"("1970-01-01T00:00:00Z")",
       {{i(1'000'000), R"("1970-01-01T00:00:01Z")"},
        {i(2147483647'000'000), R"("2038-01-19T03:14:07Z")"}}},
      {"Timestamp3",
       fractional("timestamp", ColumnKind::kTimestamp, 3),
       logical("string", "io.debezium.time.ZonedTimestamp"),
       R"("1970-01-01T00:00:00Z")",
       {{i(1709168523'120'000), R"("2024-02-29T01:02:03.120Z")"},
        {i(1709168523'000'000), R"("2024-02-29T01:02:03.000Z")"}}},
      {"Timestamp6",
       fractional("timestamp", ColumnKind::kTimestamp, 6),
       logical("string", "io.debezium.time.ZonedTimestamp"),
       R"("1970-01-01T00:00:00Z")",
       {{i(1709168523'000'001), R"("2024-02-29T01:02:03.000001Z")"}}},
      {"Timestamp1",
       fractional("timestamp", ColumnKind::kTimestamp, 1),
       logical("string", "io.debezium.time.ZonedTimestamp"),
       R"("1970-01-01T00:00:00Z")",
       {{i(1709168523'500'000), R"("2024-02-29T01:02:03.5Z")"}}},
      {"Year",
       column_of("year", ColumnKind::kYear),
       logical("int32", "io.debezium.time.Year"),
       "0",
       {{i(0), "0"}, {i(1901), "1901"}, {i(2155), "2155"}}},
  };
}

class CellType : public testing::TestWithParam<TypeCase> {};

TEST_P(CellType, HasItsSchema) {
  ColumnDef column = GetParam().column;
  EXPECT_EQ(OneColumn(column).schema(), GetParam().schema);
  column.nullable = false;
  std::string required = GetParam().schema;
  required.replace(required.find("true"), 4, "false");
  EXPECT_EQ(OneColumn(column).schema(), required);
}

TEST_P(CellType, PrintsItsValues) {
  const OneColumn column(GetParam().column);
  for (const auto& [value, json] : GetParam().values) EXPECT_EQ(column.json(value), json);
}

TEST_P(CellType, PrintsNullOrTheFallbackOfItsType) {
  ColumnDef column = GetParam().column;
  EXPECT_EQ(OneColumn(column).json(Value::of_null()), "null");
  column.nullable = false;
  EXPECT_EQ(OneColumn(column).json(Value::of_null()), GetParam().fallback);
}

INSTANTIATE_TEST_SUITE_P(All, CellType, testing::ValuesIn(types()),
                         [](const auto& type) { return type.param.name; });

TEST(ZeroDate, IsNullOrTheEpochWhereNullIsNotAllowed) {
  for (const auto kind : {ColumnKind::kDate, ColumnKind::kDatetime}) {
    ColumnDef column = column_of(kind == ColumnKind::kDate ? "date" : "datetime", kind);
    const OneColumn nullable(column);
    column.nullable = false;
    const OneColumn required(column);
    for (const Value& value : {date(0, 0, 0), date(0, 5, 6), date(2024, 0, 6), date(2024, 5, 0),
                               date(2024, 2, 31), date(2023, 2, 29), date(2024, 4, 31)}) {
      EXPECT_EQ(nullable.json(value), "null");
      EXPECT_EQ(required.json(value), "0");
    }
  }
}

TEST(ZeroTimestamp, IsNullOrTheEpochText) {
  ColumnDef column = fractional("timestamp", ColumnKind::kTimestamp, 3);
  EXPECT_EQ(OneColumn(column).json(Value::of_int(0)), "null");
  column.nullable = false;
  EXPECT_EQ(OneColumn(column).json(Value::of_int(0)), R"("1970-01-01T00:00:00Z")");
}

TEST(TimeAdjuster, MovesTwoDigitYearsOnlyWhenSwitchedOn) {
  const ColumnDef column = column_of("date", ColumnKind::kDate);
  const OneColumn on(column);
  const OneColumn off(column, {.cells = {.adjust_years = false}});
  EXPECT_EQ(on.json(date(1, 1, 1)), "11323");    // 2001-01-01
  EXPECT_EQ(on.json(date(69, 1, 1)), "36160");   // 2069-01-01
  EXPECT_EQ(on.json(date(70, 1, 1)), "0");       // 1970-01-01
  EXPECT_EQ(on.json(date(99, 12, 31)), "10956"); // 1999-12-31
  EXPECT_EQ(on.json(date(100, 1, 1)), "-683003");
  EXPECT_EQ(off.json(date(1, 1, 1)), "-719162");
  EXPECT_EQ(off.json(date(100, 1, 1)), "-683003");
  const ColumnDef datetime = fractional("datetime", ColumnKind::kDatetime, 6);
  EXPECT_EQ(OneColumn(datetime).json(clock({70, 1, 1, 0, 0, 1}, 5)), "1000005");
  EXPECT_EQ(
      OneColumn(datetime, {.cells = {.adjust_years = false}}).json(clock({1, 1, 1, 0, 0, 0}, 0)),
      "-62135596800000000");
}

TEST(CivilDays, CountEveryDayOfTheCalendarOnce) {
  std::int64_t expected = days_from_civil(1, 1, 1);
  for (int year = 1; year <= 2400; ++year) {
    for (unsigned month = 1; month <= 12; ++month) {
      for (unsigned day = 1; day <= 31; ++day) {
        const Civil civil{static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month),
                          static_cast<std::uint8_t>(day)};
        if (!is_calendar_date(civil)) continue;
        ASSERT_EQ(epoch_day(civil), expected++);
      }
    }
  }
  EXPECT_EQ(expected, days_from_civil(2401, 1, 1));
}

TEST(FieldName, IsEscaped) {
  ColumnDef column = column_of("int", ColumnKind::kInt);
  column.name = "say \"hi\"\xC3\xBC";
  TopicRegistry topics;
  EncoderContext context;
  context.topics = &topics;
  TableDef table;
  table.id = {"d", "t"};
  table.columns = {column};
  const auto encoder = TableEncoder::compile(context, std::make_shared<const TableDef>(table));
  ASSERT_TRUE(encoder.has_value());
  std::string out;
  const Value value = Value::of_int(1);
  (*encoder)->encode_row({&value, 1}, out);
  EXPECT_EQ(out, "{\"say \\\"hi\\\"\xC3\xBC\":1}");
  EXPECT_NE((*encoder)->envelope_schema().find("\"field\":\"say \\\"hi\\\"\xC3\xBC\"}"),
            std::string_view::npos);
}

TEST(Cell, SpatialColumns) {
  const std::string point =
      std::string("\0\0\0\0\1\1\0\0\0", 9) + std::string(8, '\0') + std::string(8, '\0');
  ColumnDef column = column_of("point", ColumnKind::kPoint);
  column.nullable = false;
  EXPECT_EQ(OneColumn(column).json(Value::of_text(point)),
            R"({"x":0.0,"y":0.0,"wkb":"AQEAAAAAAAAAAAAAAAAAAAAAAAAA","srid":null})");
  EXPECT_EQ(OneColumn(column).schema(),
            R"({"type":"struct","fields":[{"type":"double","optional":false,"field":"x"},)"
            R"({"type":"double","optional":false,"field":"y"},)"
            R"({"type":"bytes","optional":true,"field":"wkb"},)"
            R"({"type":"int32","optional":true,"field":"srid"}],"optional":false,)"
            R"x("name":"io.debezium.data.geometry.Point","version":1,"doc":"Geometry (POINT)")x");
  column = column_of("polygon", ColumnKind::kGeometry);
  column.nullable = false;
  EXPECT_EQ(OneColumn(column).schema(),
            R"({"type":"struct","fields":[{"type":"bytes","optional":false,"field":"wkb"},)"
            R"({"type":"int32","optional":true,"field":"srid"}],"optional":true,)"
            R"("name":"io.debezium.data.geometry.Geometry","version":1,"doc":"Geometry")");
  EXPECT_EQ(OneColumn(column).json(Value::of_null()), R"({"wkb":"AQcAAAAAAAAA","srid":null})");
}

TEST(Cell, VectorAndTextsOfMariaDb) {
  const ColumnDef vector = column_of("vector", ColumnKind::kVector);
  EXPECT_EQ(OneColumn(vector).json(Value::of_text(std::string_view("\0\0\x80\x3F", 4))), "[1.0]");
  EXPECT_EQ(OneColumn(vector).schema(),
            R"({"type":"array","items":{"type":"float","optional":false},"optional":true,)"
            R"("name":"io.debezium.data.FloatVector","version":1)");
  const ColumnDef uuid = column_of("uuid", ColumnKind::kUuid);
  EXPECT_EQ(OneColumn(uuid).schema(),
            R"({"type":"string","optional":true,"name":"io.debezium.data.Uuid","version":1)");
  EXPECT_EQ(OneColumn(uuid).json(Value::of_text("123e")), R"("123e")");
  EXPECT_EQ(OneColumn(column_of("inet6", ColumnKind::kInet)).schema(),
            R"({"type":"string","optional":true)");
}

}  // namespace
}  // namespace tidemark

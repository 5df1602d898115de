// SPDX-License-Identifier: Apache-2.0
// Rules for single columns, through whole encoders.
#include "encode/column_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "encode/encoder_fixture.h"

namespace tidemark {
namespace {

using fixture::column;
using fixture::decimal;
using fixture::Encoded;
using fixture::list;
using fixture::not_null;
using fixture::varchar;
using testing::ElementsAre;
using testing::HasSubstr;

using Action = ColumnMapping::Action;

ColumnDef id() { return not_null(column("id", ColumnKind::kInt, "int")); }

EncoderContext rules(RecordRules rules) {
  EncoderContext out;
  out.rules = std::move(rules);
  return out;
}
EncoderContext mapped(Action action, std::string_view columns, std::uint32_t chars = 0,
                      std::string algorithm = "SHA-256") {
  return rules({.mappings = {{.action = action,
                              .columns = list(columns),
                              .chars = chars,
                              .algorithm = std::move(algorithm),
                              .salt = "salt",
                              .property = "the.rule"}}});
}
Regex key(std::string_view pattern) {
  return Regex::compile(pattern, RegexCase::kInsensitive).value();
}

TEST(ColumnList, LeavesColumnsOutOfRowsButNotOfKeys) {
  const std::vector<ColumnDef> columns{id(), varchar("a"), varchar("b")};
  const std::vector<Value> row{Value::of_int(1), Value::of_text("x"), Value::of_text("y")};
  const Encoded excluded(columns, rules({.column_exclude = list("d\\.t\\.(id|A)")}), {0});
  EXPECT_EQ(excluded.row(row), R"({"b":"y"})");
  EXPECT_EQ(excluded.key(row), R"({"id":1})");
  EXPECT_THAT(excluded.encoder().needed_columns(), ElementsAre(1, 0, 1));
  const Encoded included(columns, rules({.column_include = list("d.t.a")}));
  EXPECT_EQ(included.row(row), R"({"a":"x"})");
  EXPECT_THAT(included.encoder().needed_columns(), ElementsAre(0, 1, 0));
  EXPECT_EQ(Encoded(columns, rules({.column_include = list("nothing")})).row(row), "{}");
}

TEST(ColumnList, KeepsAwayTypesThatRecordsCannotCarry) {
  const std::vector<ColumnDef> columns{id(), column("g", ColumnKind::kUnsupported, "geometry")};
  EXPECT_THAT(Encoded(columns).error(), HasSubstr("column.exclude.list"));
  EXPECT_EQ(Encoded(columns, rules({.column_exclude = list("d.t.g")})).error(), "");
}

TEST(Mask, ShowsAsterisksForWhateverStandsThere) {
  const Encoded table({id(), varchar("a")}, mapped(Action::kMask, "d.t.a", 3), {0});
  EXPECT_EQ(table.row({Value::of_int(1), Value::of_text("secret")}), R"({"id":1,"a":"***"})");
  EXPECT_EQ(table.row({Value::of_int(1), Value::of_null()}), R"({"id":1,"a":"***"})");
  EXPECT_THAT(table.schema(),
              HasSubstr(R"({"type":"string","optional":true,"parameters":{"masked":"true"},)"));
  EXPECT_EQ(Encoded({varchar("a")}, mapped(Action::kMask, "d.t.a", 0)).cell(Value::of_text("x")),
            R"("")");
}

TEST(Mask, LeavesKeysReadable) {
  const Encoded table({not_null(varchar("a"))}, mapped(Action::kMask, ".*", 3), {0});
  EXPECT_EQ(table.key({Value::of_text("x")}), R"({"a":"x"})");
  EXPECT_EQ(table.row({Value::of_text("x")}), R"({"a":"***"})");
}

TEST(Mask, TellsOfNumbersItDoesNotHide) {
  const Encoded table({id()}, mapped(Action::kMask, ".*", 3));
  EXPECT_EQ(table.cell(Value::of_int(7)), "7");
  EXPECT_THAT(table.encoder().notes(), ElementsAre(HasSubstr("NOT masked")));
  EXPECT_THAT(table.encoder().notes()[0], HasSubstr("the.rule matches d.t.id of type int"));
  EXPECT_TRUE(Encoded({varchar("a")}, mapped(Action::kMask, ".*", 3)).encoder().notes().empty());
}

// Values as Debezium's own test of MaskStrings has them.
TEST(Hash, IsDebeziumsInBothVersions) {
  const ColumnDef wide = varchar("c", 100);
  const Encoded v1({wide}, mapped(Action::kHash, "d.t.c"));
  EXPECT_EQ(v1.cell(Value::of_text("hello")),
            R"("af5843a0f0e728ab0332c8888b6e1190bfb79e584f0d40538de8f10df6ef29c6")");
  EXPECT_EQ(v1.cell(Value::of_text("world")),
            R"("4588e1f2dcdc7fefc1515d3acd5acb9033478eace68286f383c337b9ff4464a3")");
  EXPECT_EQ(v1.cell(Value::of_null()), "null");
  EXPECT_THAT(v1.schema(), HasSubstr(R"("parameters":{"masked":"true"})"));
  // printf 'salthello' | sha256sum
  const Encoded v2({wide}, mapped(Action::kHashV2, "d.t.c"));
  EXPECT_EQ(v2.cell(Value::of_text("hello")),
            R"("cd31b3b98ece60cb739c0bf770b2de892ae0ad133f645513c3d83f08757a843a")");
}

TEST(Hash, IsCutToTheColumnsLength) {
  EXPECT_EQ(Encoded({varchar("c", 6)}, mapped(Action::kHash, ".*")).cell(Value::of_text("hello")),
            R"("af5843")");
  const ColumnDef text = column("c", ColumnKind::kString, "text");
  EXPECT_EQ(Encoded({text}, mapped(Action::kHash, ".*")).cell(Value::of_text("hello")).size(), 66U);
}

TEST(Hash, RefusesAlgorithmsItDoesNotKnow) {
  EXPECT_THAT(Encoded({varchar("c")}, mapped(Action::kHash, ".*", 0, "CRC32")).error(),
              HasSubstr("unknown hash algorithm CRC32"));
}

TEST(Truncate, CutsTextAsJavaCountsIt) {
  const Encoded table({varchar("c")}, mapped(Action::kTruncate, "d.t.c", 3));
  EXPECT_EQ(table.cell(Value::of_text("abc")), R"("abc")");
  EXPECT_EQ(table.cell(Value::of_text("\xC3\xA4\xC3\xB6\xC3\xBC!")),
            "\"\xC3\xA4\xC3\xB6\xC3\xBC\"");
  EXPECT_EQ(table.cell(Value::of_text("a\xF0\x9F\x98\x80z")), R"("a\uD83D\uDE00")");
  EXPECT_EQ(table.cell(Value::of_text("ab\xF0\x9F\x98\x80")), R"("ab")") << "no half characters";
  EXPECT_THAT(table.schema(), HasSubstr(R"("parameters":{"truncateLength":"3"})"));
  EXPECT_EQ(table.cell(Value::of_null()), "null");
}

TEST(Truncate, CutsBytesAndOtherTexts) {
  const ColumnDef blob = column("c", ColumnKind::kBinary, "blob");
  EXPECT_EQ(Encoded({blob}, mapped(Action::kTruncate, ".*", 2)).cell(Value::of_text("abc")),
            R"("YWI=")");
  EncoderContext hex = mapped(Action::kTruncate, ".*", 3);
  hex.settings.cells.binary = BinaryMode::kHex;
  EXPECT_EQ(Encoded({blob}, hex).cell(Value::of_text("abc")), R"("616")");
  const ColumnDef stamp = column("c", ColumnKind::kTimestamp, "timestamp");
  EXPECT_EQ(Encoded({stamp}, mapped(Action::kTruncate, ".*", 4)).cell(Value::of_int(1'000'000)),
            R"("1970")");
  EXPECT_EQ(Encoded({id()}, mapped(Action::kTruncate, ".*", 1)).cell(Value::of_int(123)), "123");
}

TEST(Truncate, IsNotDeclaredWhereNothingIsLongEnough) {
  const Encoded table({varchar("c", 3)}, mapped(Action::kTruncate, ".*", 3));
  EXPECT_EQ(table.schema(), R"({"type":"string","optional":true,"field":"c"})");
}

TEST(Propagate, TellsTheSourceType) {
  const Encoded table({column("n", ColumnKind::kUint, "int", "int unsigned"), decimal("v", 5, 2)},
                      mapped(Action::kPropagateType, "d.t.*"));
  EXPECT_THAT(table.schema(),
              HasSubstr(R"("parameters":{"__debezium.source.column.type":"INT UNSIGNED",)"
                        R"("__debezium.source.column.name":"n"},"field":"n")"));
  EXPECT_THAT(table.schema(),
              HasSubstr(R"("parameters":{"scale":"2","connect.decimal.precision":"5",)"
                        R"("__debezium.source.column.type":"DECIMAL",)"
                        R"("__debezium.source.column.length":"5",)"
                        R"("__debezium.source.column.scale":"2",)"
                        R"("__debezium.source.column.name":"v"})"));
  const Encoded by_type({id(), varchar("c")}, mapped(Action::kPropagateTypeOf, "d\\.t\\.varchar"));
  EXPECT_THAT(by_type.schema(), HasSubstr(R"("__debezium.source.column.length":"20")"));
  EXPECT_THAT(by_type.schema(), testing::Not(HasSubstr(R"(:"INT")")));
}

TEST(Mappings, TheFirstThatMatchesCounts) {
  const Encoded table(
      {varchar("c")},
      rules({.mappings = {{.action = Action::kTruncate, .columns = list("other")},
                          {.action = Action::kMask, .columns = list("d.t.c"), .chars = 2},
                          {.action = Action::kPropagateType, .columns = list(".*")}}}));
  EXPECT_EQ(table.cell(Value::of_text("x")), R"("**")");
  EXPECT_THAT(table.schema(), testing::Not(HasSubstr("source.column")));
}

TEST(MessageKey, TakesColumnsInTheOrderOfTheExpressions) {
  const std::vector<ColumnDef> columns{id(), varchar("a"), varchar("b")};
  const Encoded table(columns, rules({.message_keys = {key("d.t.b"), key("(.*).t.(a|x)")}}), {0});
  const std::vector<Value> row{Value::of_int(1), Value::of_text("x"), Value::of_null()};
  EXPECT_EQ(table.key(row), R"({"b":null,"a":"x"})");
  EXPECT_THAT(std::string(table.encoder().key_schema()),
              HasSubstr(R"({"type":"string","optional":true,"field":"b"})"));
  const std::vector<Value> other_id{Value::of_int(2), Value::of_text("x"), Value::of_null()};
  const std::vector<Value> other_b{Value::of_int(1), Value::of_text("x"), Value::of_text("")};
  EXPECT_FALSE(table.encoder().key_changed(row, other_id));
  EXPECT_TRUE(table.encoder().key_changed(row, other_b)) << "null is not the empty text";
}

TEST(MessageKey, GivesAKeyToTablesWithoutOneAndLeavesOthersTheirs) {
  const EncoderContext context = rules({.message_keys = {key("d\\.t\\.a")}});
  EXPECT_EQ(Encoded({varchar("a")}, context).key({Value::of_text("x")}), R"({"a":"x"})");
  EXPECT_EQ(Encoded({id(), varchar("b")}, context, {0}).key({Value::of_int(1), Value::of_null()}),
            R"({"id":1})");
  EXPECT_FALSE(Encoded({varchar("b")}, context).encoder().has_key());
}

TEST(MessageKey, RefusesAColumnTwice) {
  EXPECT_THAT(Encoded({varchar("a")}, rules({.message_keys = {key("d.t.a"), key(".*a")}})).error(),
              HasSubstr("two members of the key of d.t would have the name a"));
}

TEST(Names, AreAdjustedInKeysRowsAndSchemas) {
  EncoderContext context;
  context.settings.field_names = NameAdjustment::kAvro;
  context.settings.schema_names = NameAdjustment::kAvroUnicode;
  const Encoded table({not_null(varchar("a-b")), varchar("1x")}, context, {0});
  const std::vector<Value> row{Value::of_text("x"), Value::of_text("y")};
  EXPECT_EQ(table.row(row), R"({"a_b":"x","_1x":"y"})");
  EXPECT_EQ(table.key(row), R"({"a_b":"x"})");
  EXPECT_THAT(std::string(table.encoder().key_schema()), HasSubstr(R"("name":"p.d.t.Key")"));
  EXPECT_THAT(Encoded({varchar("a-b"), varchar("a_b")}, context).error(),
              HasSubstr("two members of the row of d.t would have the name a_b"));
}

TEST(Names, TheTablesFieldStandsLastInKeys) {
  EncoderContext context;
  context.topic_naming.rename = RegexReplacement::compile("(.*)\\.t", "$1.all").value();
  context.topic_naming.key_field = true;
  const Encoded table({id()}, context, {0});
  EXPECT_EQ(table.encoder().topic()->name, "p.d.all");
  EXPECT_EQ(table.key({Value::of_int(1)}), R"({"id":1,"__dbz__physicalTableIdentifier":"p.d.t"})");
  EXPECT_THAT(std::string(table.encoder().key_schema()),
              HasSubstr(R"({"type":"string","optional":false,)"
                        R"("field":"__dbz__physicalTableIdentifier"}],"optional":false,)"
                        R"("name":"p.d.all.Key")"));
  const Encoded keyless({varchar("a")}, context);
  EXPECT_EQ(keyless.key({Value::of_text("x")}), R"({"__dbz__physicalTableIdentifier":"p.d.t"})");
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "transform/condition.h"

#include <gmock/gmock.h>

#include "transform/operand.h"

namespace tidemark::transform {
namespace {

using testing::HasSubstr;

constexpr std::string_view kRow =
    R"({"type":"struct","fields":[)"
    R"({"type":"int32","optional":false,"field":"n"},)"
    R"({"type":"string","optional":true,"field":"s"},)"
    R"({"type":"boolean","optional":true,"field":"b"},)"
    R"({"type":"double","optional":true,"field":"d"},)"
    R"({"type":"float","optional":true,"field":"f"},)"
    R"({"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal","version":1,)"
    R"("parameters":{"scale":"2"},"field":"price"},)"
    R"({"type":"bytes","optional":true,"field":"blob"},)"
    R"({"type":"int32","optional":true,"default":7,"field":"with-default"},)"
    R"({"type":"int64","optional":true,"field":"large"})"
    R"(],"optional":true,"name":"p.Value","field":)";

class Script : public testing::Test {
 protected:
  Script() {
    const std::string row(kRow);
    schema_ = Schema::parse(R"({"type":"struct","fields":[)" + row + R"("before"},)" + row +
                            R"("after"},{"type":"string","optional":false,"field":"op"}],)" +
                            R"("optional":false,"name":"p.Envelope"})")
                  .value();
    key_ = Schema::parse(R"({"type":"struct","fields":[{"type":"int32","optional":false,)"
                         R"("field":"id"}],"optional":false,"name":"p.Key"})")
               .value();
    message_.topic = "p.shop.t";
    message_.value = {schema_.get(), json_};
    message_.key = {key_.get(), R"({"id":5})"};
    message_.arena = &arena_;
  }

  // "true", "false", or the error.
  std::string of(std::string_view script) {
    const auto compiled = Condition::compile(script, Condition::Goal::kBoolean);
    if (!compiled) return "compile: " + compiled.error().message();
    const auto out = compiled->test(message_);
    return out ? (*out ? "true" : "false") : "run: " + out.error().message();
  }

  // 12.50 is 0x04E2.
  const std::string json_ =
      R"({"before":null,"after":{"n":3,"s":"u\"\u0001x","b":true,"d":2.5,"f":3.1,"price":"BOI=",)"
      R"("blob":"AAE=","with-default":null,"large":9007199254740993},"op":"u"})";
  SchemaPtr schema_;
  SchemaPtr key_;
  Arena arena_;
  Message message_;
};

TEST_F(Script, ComparesFieldsWithLiterals) {
  EXPECT_EQ(of("value.op == 'u' && value.after.n > 2"), "true");
  EXPECT_EQ(of("value.op == \"u\" && value.after.n > 3"), "false");
  EXPECT_EQ(of("value.op != 'u' || key.id <= 5"), "true");
  EXPECT_EQ(of("!(value.op == 'u')"), "false");
  EXPECT_EQ(of("topic == 'p.shop.t'"), "true");
  EXPECT_EQ(of("value['op'] == 'u' && value.after.'with-default' == 7"), "true");
  EXPECT_EQ(of("value.after.s == 'u\"\\u0001x'"), "compile: column 22: an unknown escape");
  EXPECT_EQ(of(" value . after . n\n>= 3 "), "true");
  EXPECT_EQ(of("2 < value.after.n"), "true");
  EXPECT_EQ(of("true"), "true");
  EXPECT_EQ(of("value.after.b"), "true");
  EXPECT_EQ(of("value.after.n > 2 ? value.op == 'u' : false"), "true");
}

TEST_F(Script, BindsAsGroovyDoes) {
  EXPECT_EQ(of("true || true && false"), "true");
  EXPECT_EQ(of("(true || true) && false"), "false");
  EXPECT_EQ(of("!false && false"), "false");
  EXPECT_EQ(of("1 < 2 == true"), "true");
}

TEST_F(Script, StopsAtWhatDecides) {
  EXPECT_EQ(of("value.op == 'u' || value.before.n > 1"), "true");
  EXPECT_EQ(of("value.op == 'c' && value.before.n > 1"), "false");
}

TEST_F(Script, ComparesNumbersByValue) {
  EXPECT_EQ(of("value.after.price == 12.5"), "true");
  EXPECT_EQ(of("value.after.price == 12.50"), "true");
  EXPECT_EQ(of("value.after.price > 12.499999999999999999999"), "true");
  EXPECT_EQ(of("value.after.price < -1e3"), "false");
  EXPECT_EQ(of("value.after.d == 2.5"), "true");
  EXPECT_EQ(of("value.after.f == 3.1"), "false") << "a float is not the decimal";
  EXPECT_EQ(of("value.after.f == 3.1f"), "true");
  EXPECT_EQ(of("value.after.large == 9007199254740993"), "true");
  EXPECT_EQ(of("value.after.large == 9007199254740992"), "false");
  EXPECT_EQ(of("value.after.large < 99999999999999999999999"), "true");
  EXPECT_EQ(of("value.after.n == 3.0"), "true");
  EXPECT_EQ(of("value.after.n == -3"), "false");
}

TEST_F(Script, ComparesOtherKindsAsGroovyDoes) {
  EXPECT_EQ(of("value.after.n == '3'"), "false") << "the code of '3' is 51";
  EXPECT_EQ(of("value.after.n < '3'"), "true");
  EXPECT_EQ(of("value.op == 117"), "true");
  EXPECT_EQ(of("value.after.n == 'three'"), "false");
  EXPECT_EQ(of("value.after.n < 'three'"), "run: column 1: a number and a text cannot be ordered");
  EXPECT_EQ(of("value.after.b == 'true'"), "false");
  EXPECT_EQ(of("value.after.b > false"), "true");
  EXPECT_EQ(of("value.after.blob == 'AAE='"), "false");
  EXPECT_EQ(of("value.after == 1"), "false");
  EXPECT_EQ(of("'a' < 'b' && 'a' < 'aa' && 'B' < 'a'"), "true");
  EXPECT_EQ(of("'\xF0\x9F\x98\x80' < '\xEF\xBC\xA1'"), "true") << "by UTF-16 units";
}

TEST_F(Script, TreatsNullAsLessThanEverything) {
  EXPECT_EQ(of("value.before == null && value.after != null"), "true");
  EXPECT_EQ(of("value.before?.n == null"), "true");
  EXPECT_EQ(of("value.before?.n < 0 && !(value.before?.n > 0) && value.before?.n <= null"), "true");
  EXPECT_EQ(of("value.before.n == null"), "run: column 1: value.before is null");
  EXPECT_EQ(of("value.after.m == 1"), "run: column 1: value.after has no field m");
}

TEST_F(Script, TakesOperandsAsTrueOrFalse) {
  EXPECT_EQ(of("value.after.n && value.after.s && value.after"), "true");
  EXPECT_EQ(of("!value.before && !0 && !'' && !0.0"), "true");
  EXPECT_EQ(of("value.after.n"), "run: column 1: the result is a number, not true or false");
}

TEST_F(Script, RefusesTheRestWithItsPlace) {
  EXPECT_EQ(of("value.op =~ 'u'"), "compile: column 10: the operator '=~' is not understood");
  EXPECT_EQ(of("value.op in ['u']"), "compile: column 10: the operator 'in ' is not understood");
  EXPECT_EQ(of("value.op.equals('u')"), "compile: column 16: methods cannot be called");
  EXPECT_EQ(of("header.x == 1"), "compile: column 1: the name 'header' is not understood");
  EXPECT_EQ(of("value.op == "), "compile: column 13: the script ends, where a value was expected");
  EXPECT_EQ(of("(value.op == 'u'"), "compile: column 17: ')' was expected");
  EXPECT_EQ(of("\"$x\" == 'u'"),
            "compile: column 2: '$' in a text: write the text in single quotes");
  EXPECT_EQ(of("'u"), "compile: column 3: the text has no end");
  EXPECT_EQ(of("value.class == null"),
            "compile: column 6: 'class' is the Java class in Groovy, not a field");
  EXPECT_EQ(of("010 == 8"), "compile: column 1: octal numbers are not understood");
  EXPECT_EQ(of("1 + 1 == 2"), "compile: column 3: '+' is not understood here");
  EXPECT_EQ(of("'text'"), "compile: column 1: the result is a text, not true or false");
  EXPECT_EQ(of("value.op == 'u';"), "compile: column 16: ';' is not understood here");
  EXPECT_THAT(of(std::string(1000, '(') + "true"), HasSubstr("nested deeper"));
  EXPECT_THAT(of(std::string(1000, '!') + "true"), HasSubstr("nested deeper"));
  EXPECT_EQ(of(""), "compile: column 1: the script ends, where a value was expected");
}

TEST_F(Script, YieldsATopic) {
  const auto topic = [&](std::string_view script) -> std::string {
    const auto compiled = Condition::compile(script, Condition::Goal::kText);
    if (!compiled) return "compile: " + compiled.error().message();
    const auto out = compiled->text(message_);
    return out ? out->value_or("(null)") : "run: " + out.error().message();
  };
  EXPECT_EQ(topic("value.op == 'u' ? 'updates' : null"), "updates");
  EXPECT_EQ(topic("value.op == 'c' ? 'a' : value.op == 'd' ? 'b' : null"), "(null)");
  EXPECT_EQ(topic("value.op"), "u");
  EXPECT_EQ(topic("value.after.n"), "run: column 1: the result is a number, not a topic");
  EXPECT_EQ(topic("value.op == 'u'"), "compile: column 1: the result is a boolean, not a topic");
}

}  // namespace
}  // namespace tidemark::transform

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "transform/chain_fixture.h"

namespace tidemark::transform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using SmallTransforms = ChainFixture;
using KafkaTransforms = ChainFixture;
using Filter = ChainFixture;

constexpr auto kUnwrap = "io.debezium.transforms.ExtractNewRecordState";

TEST_F(Filter, KeepsWhatTheConditionHoldsFor) {
  insert({number(1), text("a"), number(2)});
  insert({number(2), text("b"), number(3)});
  remove({number(2), text("b"), number(3)});
  const auto keys = [&](const char* condition, Properties more = {}) {
    Properties chain = {{"f.type", "io.debezium.transforms.Filter"},
                        {"f.language", "jsr223.groovy"},
                        {"f.condition", condition}};
    for (auto& [name, value] : more) chain.emplace_back("f." + name, value);
    std::string out;
    for (const Line& line : run(chain)) out += line.value ? line.value->substr(10, 1) : "T";
    return out.size();
  };
  EXPECT_EQ(keys("value.op == 'c' && value.after.n > 2"), 2U) << "the tombstone is kept";
  EXPECT_EQ(chain_->dropped(), 2U);
  EXPECT_EQ(keys("value.op == 'c' && value.after.n > 2", {{"null.handling.mode", "drop"}}), 1U);
  EXPECT_EQ(keys("value?.op == 'c'", {{"null.handling.mode", "evaluate"}}), 2U);
  EXPECT_EQ(keys("value.op == 'x'", {{"topic.regex", "other"}}), 4U);
}

TEST_F(Filter, FailsWithThePlace) {
  insert({number(1), text("a"), number(2)});
  EXPECT_THAT(failure({{"f.type", "io.debezium.transforms.Filter"},
                       {"f.language", "jsr223.groovy"},
                       {"f.condition", "value.before.n > 1"}}),
              AllOf(HasSubstr("value.before is null"), HasSubstr("transforms.f"),
                    HasSubstr("p.shop.items"), HasSubstr("binlog.000003:1234")));
  EXPECT_THAT(problems({{"f.type", "io.debezium.transforms.Filter"},
                        {"f.language", "jsr223.graal.js"},
                        {"f.condition", "value.op == 'c'"}}),
              ElementsAre("transforms.f.language: is not there yet"));
  EXPECT_THAT(
      problems({{"f.type", "io.debezium.transforms.Filter"},
                {"f.language", "jsr223.groovy"},
                {"f.condition", "value.op ==~ 'c'"}}),
      ElementsAre("transforms.f.condition: column 10: the operator '==~' is not understood"));
}

TEST_F(Filter, HasARouterForATwin) {
  insert({number(1), text("a"), number(2)});
  insert({number(1), text("a"), number(9)});
  const auto lines = run({{"r.type", "io.debezium.transforms.ContentBasedRouter"},
                          {"r.language", "jsr223.groovy"},
                          {"r.topic.expression", "value.after.n > 5 ? 'large' : null"}});
  EXPECT_EQ(lines[0].topic, "p.shop.items");
  EXPECT_EQ(lines[1].topic, "large");
}

TEST_F(SmallTransforms, TurnReadsIntoInserts) {
  change(Op::kRead, {}, {number(1), text("a"), number(2)});
  insert({number(1), text("r"), number(2)});
  const auto lines = run({{"i.type", "io.debezium.connector.mysql.transforms.ReadToInsertEvent"}});
  EXPECT_THAT(*lines[0].value, HasSubstr("\"op\":\"c\""));
  EXPECT_THAT(*lines[1].value, HasSubstr("\"name\":\"r\""));
}

TEST_F(SmallTransforms, MoveHeadersIntoTheValue) {
  update({number(1), text("a"), number(2)}, {number(1), text("b"), number(2)});
  const Properties chain = {
      {"c.type", "io.debezium.transforms.ExtractChangedRecordState"},
      {"c.header.changed.name", "changed"},
      {"h.type", "io.debezium.transforms.HeaderToValue"},
      {"h.headers", "changed,absent"},
      {"h.fields", "what,never"},
      {"h.operation", "move"},
      {"u.type", kUnwrap},
      {"u.add.fields", "what"},
  };
  const auto lines = run(chain);
  EXPECT_EQ(lines[0].value, R"({"id":1,"name":"b","n":2,"__what":["name"]})");
  EXPECT_EQ(lines[0].headers, "{}");
}

TEST_F(SmallTransforms, FilterSchemaChanges) {
  const std::string schema =
      R"({"type":"struct","fields":[{"type":"array","items":{"type":"struct","fields":[)"
      R"({"type":"string","optional":false,"field":"type"}],"optional":false,)"
      R"("name":"io.debezium.connector.schema.Change","version":1},"optional":false,)"
      R"("field":"tableChanges"}],"optional":false,)"
      R"("name":"io.debezium.connector.mysql.SchemaChangeValue","version":1})";
  for (const std::string list : {R"([{"type":"CREATE"}])", R"([{"type":"ALTER"}])", "[]"}) {
    add("p", {"", schema}, "", "{\"tableChanges\":" + list + "}");
  }
  EXPECT_THAT(values({{"s.type", "io.debezium.transforms.SchemaChangeEventFilter"},
                      {"s.schema.change.event.exclude.list", "CREATE,DATABASE"}}),
              ElementsAre(R"({"tableChanges":[{"type":"ALTER"}]})"));
  EXPECT_THAT(problems({{"s.type", "io.debezium.transforms.SchemaChangeEventFilter"},
                        {"s.schema.change.event.exclude.list", "create"}}),
              ElementsAre(HasSubstr("has the unknown item 'create'")));
}

TEST_F(KafkaTransforms, MakeKeysOfValues) {
  insert({number(1), text("a"), number(2)});
  const std::string package = "org.apache.kafka.connect.transforms.";
  const auto lines = run({{"u.type", kUnwrap},
                          {"k.type", package + "ValueToKey"},
                          {"k.fields", "name, n"},
                          {"i.type", package + "InsertField$Value"},
                          {"i.static.field", "origin!"},
                          {"i.static.value", "mysql"},
                          {"i.topic.field", "topic"}});
  EXPECT_EQ(lines[0].key, R"({"name":"a","n":2})");
  EXPECT_EQ(lines[0].value, R"({"id":1,"name":"a","n":2,"topic":"p.shop.items","origin":"mysql"})");
}

TEST_F(KafkaTransforms, ExtractFields) {
  format_.schemas_key = true;
  insert({number(1), text("a"), number(2)});
  const auto lines = run({{"k.type", "org.apache.kafka.connect.transforms.ExtractField$Key"},
                          {"k.field", "id"},
                          {"v.type", "org.apache.kafka.connect.transforms.ExtractField$Value"},
                          {"v.field", "op"}});
  EXPECT_EQ(lines[0].key, R"({"schema":{"type":"int32","optional":false},"payload":1})");
  EXPECT_EQ(lines[0].value, "\"c\"");
  EXPECT_THAT(failure({{"k.type", "org.apache.kafka.connect.transforms.ExtractField$Key"},
                       {"k.field", "nobody"}}),
              HasSubstr("field=nobody"));
}

}  // namespace
}  // namespace tidemark::transform

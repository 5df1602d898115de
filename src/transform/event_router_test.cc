// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "transform/chain_fixture.h"
#include "transform/payload_json.h"

namespace tidemark::transform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EventRouter : public ChainFixture {
 protected:
  // shop.outbox (id, aggregatetype, aggregateid, type, payload, part)
  static TableDef outbox() {
    TableDef table;
    table.id = {"shop", "outbox"};
    table.columns = {column("id", "char", ColumnKind::kString, false),
                     column("aggregatetype", "varchar", ColumnKind::kString, false),
                     column("aggregateid", "varchar", ColumnKind::kString, false),
                     column("type", "varchar", ColumnKind::kString),
                     column("payload", "json", ColumnKind::kJson),
                     column("part", "int", ColumnKind::kInt)};
    table.key_columns = {0};
    table.key_is_primary = true;
    return table;
  }
  static Properties route(Properties more = {}) {
    Properties out = {{"o.type", "io.debezium.transforms.outbox.EventRouter"}};
    for (auto& [name, value] : more) out.emplace_back("o." + name, value);
    return out;
  }
  void event(std::string_view payload, Value part = Value::of_null()) {
    if (encoders_.empty()) use(outbox());
    insert({text("e-1"), text("order"), text("17"), text("Created"),
            payload.empty() ? Value::of_null() : text(payload), part});
  }
};

TEST_F(EventRouter, MakesAnEventOfARow) {
  event(R"({"total": 5})");
  const auto lines = run(route());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].topic, "outbox.event.order");
  EXPECT_EQ(lines[0].key, "\"17\"");
  EXPECT_EQ(lines[0].value, R"("{\"total\": 5}")");
  EXPECT_EQ(lines[0].headers, R"({"id":"e-1"})");
  EXPECT_EQ(lines[0].placement, (Placement{-1, 1'700'000'001'000}));
}

TEST_F(EventRouter, DropsDeletesTombstonesAndUpdates) {
  event("{}");
  const Row row = {text("e-1"), text("order"), text("17"), text("Created"), text("{}"), number(1)};
  update(row, row);
  remove(row);
  EXPECT_EQ(run(route()).size(), 1U);
  EXPECT_EQ(chain_->dropped(), 3U);
  EXPECT_EQ(run(route({{"table.op.invalid.behavior", "error"}})).size(), 1U);
  EXPECT_THAT(failure(route({{"table.op.invalid.behavior", "fatal"}})),
              AllOf(HasSubstr("an update of the outbox table"), HasSubstr("binlog.000003:1234")));
}

TEST_F(EventRouter, PlacesColumns) {
  event("{}", number(3));
  const auto lines =
      run(route({{"table.fields.additional.placement",
                  "type:header:eventType,part:partition,type:envelope:kind,part:envelope"}}));
  EXPECT_EQ(lines[0].headers, R"({"id":"e-1","eventType":"Created"})");
  EXPECT_EQ(lines[0].value, R"({"payload":"{}","kind":"Created","part":3})");
  EXPECT_EQ(lines[0].placement.partition, 3);
  EXPECT_THAT(failure(route({{"table.fields.additional.placement", "nobody:header"}})),
              HasSubstr("the table has no such column"));
  EXPECT_EQ(run(route({{"table.fields.additional.placement", "nobody:header"},
                       {"table.field.additional.missing", "ignore"}}))[0]
                .headers,
            R"({"id":"e-1"})");
}

TEST_F(EventRouter, NamesTheSchemaAfterTheRoute) {
  format_ = {};
  event("{}", number(3));
  const auto lines = run(route({{"table.fields.additional.placement", "type:envelope"},
                                {"table.field.event.schema.version", "part"}}));
  EXPECT_EQ(lines[0].value,
            R"({"schema":{"type":"struct","fields":[{"type":"string","optional":true,)"
            R"("name":"io.debezium.data.Json","version":1,"field":"payload"},)"
            R"({"type":"string","optional":true,"field":"type"}],"optional":false,)"
            R"("name":"p.shop.outbox.order.Value","version":3},)"
            R"("payload":{"payload":"{}","type":"Created"}})");
  EXPECT_EQ(lines[0].key, R"({"schema":{"type":"string","optional":false},"payload":"17"})");
  EXPECT_EQ(lines[0].headers,
            R"({"id":{"schema":{"type":"string","optional":false},"payload":"e-1"}})");
}

TEST_F(EventRouter, ExpandsJson) {
  format_.schemas_value = true;
  event(R"({"a": 1, "b": {"c": [1.5, 2.0]}, "n": null, "e": [], "big": 5000000000})");
  const auto expanded = run(route({{"table.expand.json.payload", "true"}}));
  EXPECT_EQ(
      expanded[0].value,
      R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":true,"field":"a"},)"
      R"({"type":"struct","fields":[{"type":"array","items":{"type":"double","optional":true},)"
      R"("optional":true,"field":"c"}],"optional":true,"name":"payload.b","field":"b"},)"
      R"({"type":"int64","optional":true,"field":"big"}],"optional":true,"name":"payload"},)"
      R"("payload":{"a":1,"b":{"c":[1.5,2.0]},"big":5000000000}})");
}

TEST_F(EventRouter, LeavesWhatIsNoJsonAsItIs) {
  event("plain");
  EXPECT_EQ(run(route({{"table.expand.json.payload", "true"}}))[0].value, "\"plain\"");
}

TEST_F(EventRouter, MakesTombstonesOfEmptyPayloads) {
  event("");
  event("  ");
  EXPECT_THAT(values(route()), ElementsAre("null", "\"  \""));
  EXPECT_THAT(values(route({{"route.tombstone.on.empty.payload", "true"}})),
              ElementsAre("(none)", "(none)"));
}

TEST_F(EventRouter, FailsOnOtherTablesAndPassesOtherRecords) {
  insert({number(1), text("a"), number(2)});
  EXPECT_THAT(failure(route()),
              HasSubstr("route.by.field=aggregatetype: the table has no such column"));
}

TEST_F(EventRouter, RefusesBadOptionsByName) {
  EXPECT_THAT(
      problems(route({{"table.fields.additional.placement", "a:footer"}})),
      ElementsAre("transforms.o.table.fields.additional.placement: has the item 'a:footer'"));
  EXPECT_THAT(problems(route({{"route.topic.replacement", "${nobody}"}})),
              ElementsAre(HasSubstr("transforms.o.route.topic.replacement: ")));
}

std::string expanded(std::string_view text, const PayloadRules& rules = {}) {
  const auto out = expand_payload(text, "payload", rules);
  return out ? out->json : std::string(out.error());
}

TEST(PayloadJson, KeepsOrderAndTypes) {
  EXPECT_EQ(expanded(R"({"z":1,"a":"\ud83d\ude00","b":true,"z":2})"),
            "{\"z\":2,\"a\":\"\\uD83D\\uDE00\",\"b\":true}");
  EXPECT_EQ(expanded("[1,null,3]"), "[1,null,3]");
  EXPECT_EQ(expanded("{}"), "{}");
}

TEST(PayloadJson, GivesNullsAndEmptyArraysWhatTheRulesSay) {
  const PayloadRules all{.null_is_bytes = true, .empty_array_is_strings = true};
  EXPECT_EQ(expanded(R"({"n":null,"e":[]})"), "{}");
  EXPECT_EQ(expanded(R"({"n":null,"e":[]})", all), R"({"n":null,"e":[]})");
}

TEST(PayloadJson, MergesTheObjectsOfAnArray) {
  EXPECT_EQ(expanded(R"({"l":[{"a":1},{"b":"x"}]})"),
            R"({"l":[{"a":1,"b":null},{"a":null,"b":"x"}]})");
  EXPECT_EQ(expanded(R"({"l":[{"a":1},null]})"), R"({"l":[{"a":1},null]})");
  EXPECT_EQ(expanded(R"({"l":[{"a":1},{"b":2},null]})"), "an array mixes types")
      << "what is merged may not be null";
}

TEST(PayloadJson, RefusesWhatHasNoOneType) {
  EXPECT_EQ(expanded(R"({"l":[1,"x"]})"), "an array mixes types");
  EXPECT_EQ(expanded(R"({"l":[1,5000000000]})"), "an array mixes types");
  EXPECT_EQ(expanded(R"({"l":[null]})"), "an array's items have no type");
  EXPECT_THAT(expanded("{\"n\":18446744073709551615}"), HasSubstr("beyond 64 bits"));
  EXPECT_THAT(expanded("{\"n\":"), HasSubstr("not JSON"));
  EXPECT_EQ(expanded("1"), "the text begins neither with { nor with [");
}

}  // namespace
}  // namespace tidemark::transform

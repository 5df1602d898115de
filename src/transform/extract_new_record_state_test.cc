// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "transform/chain_fixture.h"

namespace tidemark::transform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ExtractNewRecordState : public ChainFixture {
 protected:
  static Properties unwrap(Properties more = {}) {
    Properties out = {{"u.type", "io.debezium.transforms.ExtractNewRecordState"}};
    for (auto& [name, value] : more) out.emplace_back("u." + name, value);
    return out;
  }
  void changes() {
    insert({number(1), text("a"), number(2)});
    update({number(1), text("a"), number(2)}, {number(1), text("b"), number(3)});
    remove({number(1), text("b"), number(3)});
  }
};

TEST_F(ExtractNewRecordState, PutsTheRowInThePlaceOfTheEnvelope) {
  changes();
  const auto lines = run(unwrap());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].value, R"({"id":1,"name":"a","n":2})");
  EXPECT_EQ(lines[1].value, R"({"id":1,"name":"b","n":3})");
  EXPECT_EQ(lines[2].value, "null") << "a value, not a tombstone of Kafka's";
  for (const Line& line : lines) {
    EXPECT_EQ(line.key, R"({"id":1})");
    EXPECT_EQ(line.topic, "p.shop.items");
  }
  EXPECT_EQ(chain_->dropped(), 1U);
}

TEST_F(ExtractNewRecordState, TreatsDeletesAsTheModeSays) {
  changes();
  const auto of_mode = [&](const std::string& mode) {
    const auto all = values(unwrap({{"delete.tombstone.handling.mode", mode}}));
    return std::vector<std::string>(all.begin() + 2, all.end());
  };
  EXPECT_THAT(of_mode("drop"), ElementsAre());
  EXPECT_THAT(of_mode("tombstone"), ElementsAre("null"));
  EXPECT_THAT(of_mode("rewrite"), ElementsAre(R"({"id":1,"name":"b","n":3,"__deleted":"true"})"));
  EXPECT_THAT(of_mode("rewrite-with-tombstone"),
              ElementsAre(R"({"id":1,"name":"b","n":3,"__deleted":"true"})", "(none)"));
  EXPECT_THAT(of_mode("delete-to-tombstone"), ElementsAre("(none)"));
  EXPECT_EQ(values(unwrap({{"delete.tombstone.handling.mode", "rewrite"}}))[0],
            R"({"id":1,"name":"a","n":2,"__deleted":"false"})");
}

TEST_F(ExtractNewRecordState, DropsTruncate) {
  change(Op::kTruncate, {}, {});
  EXPECT_THAT(values(unwrap()), ElementsAre());
}

TEST_F(ExtractNewRecordState, AddsFieldsBehindTheRow) {
  insert({number(1), text("a"), number(2)});
  EXPECT_EQ(values(unwrap({{"add.fields", "op, table,source.pos,ts_ms:at,id,snapshot,no_such"},
                           {"delete.tombstone.handling.mode", "rewrite"}}))[0],
            R"({"id":1,"name":"a","n":2,"__deleted":"false","__op":"c","__table":"items",)"
            R"("__source_pos":1234,"__at":1700000001000,"__id":null,"__snapshot":null})");
}

TEST_F(ExtractNewRecordState, AddsHeadersAlsoToTombstones) {
  remove({number(1), text("b"), number(3)});
  const auto lines = run(unwrap({{"add.headers", "op,file"},
                                 {"add.headers.prefix", "h."},
                                 {"delete.tombstone.handling.mode", "rewrite-with-tombstone"}}));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].headers, R"({"h.op":"d","h.file":"binlog.000003"})");
  EXPECT_EQ(lines[1].headers, R"({"h.op":"d"})");
}

TEST_F(ExtractNewRecordState, PrintsSchemasOfWhatItMade) {
  format_ = {};
  insert({number(1), text("a"), number(2)});
  remove({number(1), text("a"), number(2)});
  const auto lines = run(unwrap({{"add.fields", "op"}, {"add.headers", "op"}}));
  const std::string fields =
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},)"
      R"({"type":"string","optional":true,"field":"name"},)"
      R"({"type":"int32","optional":true,"default":7,"field":"n"})";
  EXPECT_EQ(lines[0].value, R"({"schema":)" + fields +
                                R"(,{"type":"string","optional":true,"field":"__op"}],)" +
                                R"("optional":false,"name":"p.shop.items.Value"},)" +
                                R"("payload":{"id":1,"name":"a","n":2,"__op":"c"}})");
  EXPECT_EQ(lines[1].value,
            R"({"schema":)" + fields +
                R"(],"optional":true,"name":"p.shop.items.Value"},"payload":null})");
  EXPECT_EQ(lines[0].headers,
            R"({"__op":{"schema":{"type":"string","optional":true},"payload":"c"}})");
  EXPECT_EQ(lines[0].key,
            R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":false,)"
            R"("field":"id"}],"optional":false,"name":"p.shop.items.Key"},)"
            R"("payload":{"id":1}})");
}

TEST_F(ExtractNewRecordState, RoutesByAColumn) {
  insert({number(1), text("t.\xC3\xBC\n"), number(2)});
  remove({number(1), text("gone"), number(2)});
  insert({number(1), text(" "), number(2)});
  insert({number(1), Value::of_null(), number(2)});
  const auto lines = run(unwrap({{"route.by.field", "name"}}));
  EXPECT_EQ(lines[0].topic, "t.\xC3\xBC\n");
  EXPECT_EQ(lines[1].topic, "gone");
  EXPECT_EQ(lines[2].topic, "p.shop.items");
  EXPECT_EQ(lines[3].topic, "p.shop.items");
  EXPECT_THAT(failure(unwrap({{"route.by.field", "n"}})),
              AllOf(HasSubstr("route.by.field=n"), HasSubstr("transforms.u"),
                    HasSubstr("p.shop.items"), HasSubstr("binlog.000003:1234")));
}

TEST_F(ExtractNewRecordState, LeavesOutWhatAHeaderLists) {
  update({number(1), text("a"), number(2)}, {number(1), text("a"), number(3)});
  const Properties chain = {
      {"c.type", "io.debezium.transforms.ExtractChangedRecordState"},
      {"c.header.changed.name", "changed"},
      {"c.header.unchanged.name", "same"},
      {"u.type", "io.debezium.transforms.ExtractNewRecordState"},
      {"u.drop.fields.header.name", "same"},
      {"u.drop.fields.from.key", "true"},
  };
  const auto compatible = run(chain);
  EXPECT_EQ(compatible[0].value, R"({"id":1,"n":3})") << "id may not be null, and stays";
  EXPECT_EQ(compatible[0].headers, R"({"changed":["n"],"same":["id","name"]})");
  Properties incompatible = chain;
  incompatible.emplace_back("u.drop.fields.keep.schema.compatible", "false");
  const auto all = run(incompatible);
  EXPECT_EQ(all[0].value, R"({"n":3})");
  EXPECT_EQ(all[0].key, "{}");
}

TEST_F(ExtractNewRecordState, FillsDefaultsThatTheEncoderLeftOut) {
  context_.settings.replace_null_with_default = false;
  format_.nulls_replaced = false;
  insert({number(1), Value::of_null(), Value::of_null()});
  EXPECT_EQ(values(unwrap())[0], R"({"id":1,"name":null,"n":7})");
  EXPECT_EQ(values(unwrap({{"replace.null.with.default", "false"}}))[0],
            R"({"id":1,"name":null,"n":null})");
}

TEST_F(ExtractNewRecordState, PassesWhatIsNoEnvelope) {
  add("hb",
      {"{\"type\":\"string\",\"optional\":false}",
       R"({"type":"struct","fields":[{"type":"int64","optional":false,"field":"ts_ms"}],)"
       R"("optional":false,"name":"io.debezium.connector.common.Heartbeat","version":1})"},
      "\"p\"", R"({"ts_ms":1})");
  const auto lines = run(unwrap({{"add.fields", "op"}}));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].value, R"({"ts_ms":1})");
}

TEST_F(ExtractNewRecordState, RefusesBadOptionsByName) {
  EXPECT_THAT(
      problems(unwrap({{"delete.tombstone.handling.mode", "gone"}})),
      ElementsAre("transforms.u.delete.tombstone.handling.mode: is not a value of this option"));
  EXPECT_THAT(problems(unwrap({{"add.fields", "a.b.c"}})),
              ElementsAre("transforms.u.add.fields: has the item 'a.b.c'"));
  EXPECT_THAT(problems(unwrap({{"add.field", "op"}})),
              ElementsAre("transforms.u.add.field: unknown option, did you mean add.fields?"));
}

}  // namespace
}  // namespace tidemark::transform

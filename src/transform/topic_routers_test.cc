// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "transform/chain_fixture.h"
#include "transform/schema_name.h"

namespace tidemark::transform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kRegexRouter = "org.apache.kafka.connect.transforms.RegexRouter";
constexpr auto kLogicalRouter = "io.debezium.transforms.ByLogicalTableRouter";

using RegexRouter = ChainFixture;
using LogicalRouter = ChainFixture;

TEST_F(RegexRouter, RenamesTopicsThatMatchAsAWhole) {
  insert({number(1), text("a"), number(2)});
  const auto topic = [&](const char* regex, const char* replacement) {
    return run({{"r.type", kRegexRouter}, {"r.regex", regex}, {"r.replacement", replacement}})[0]
        .topic;
  };
  EXPECT_EQ(topic("p\\.(.*)\\.(.*)", "$2-of-$1"), "items-of-shop");
  EXPECT_EQ(topic("p", "x"), "p.shop.items");
  EXPECT_EQ(topic("P.*", "x"), "p.shop.items") << "case counts";
}

TEST_F(RegexRouter, RefusesWhatDoesNotCompile) {
  EXPECT_THAT(problems({{"r.type", kRegexRouter}, {"r.regex", "("}, {"r.replacement", "x"}}),
              ElementsAre(HasSubstr("transforms.r.regex: ")));
  EXPECT_THAT(problems({{"r.type", kRegexRouter}, {"r.regex", "a"}, {"r.replacement", "$1"}}),
              ElementsAre(HasSubstr("transforms.r.replacement: ")));
  EXPECT_THAT(
      problems({{"r.type", kRegexRouter}}),
      ElementsAre("transforms.r.regex: is required", "transforms.r.replacement: is required"));
}

TEST_F(LogicalRouter, ChangesTopicSchemaNamesAndKey) {
  format_ = {};
  format_.schemas_headers = false;
  insert({number(1), text("a"), number(2)});
  const auto lines = run({{"l.type", kLogicalRouter},
                          {"l.topic.regex", "p\\.shop\\.(.*)"},
                          {"l.topic.replacement", "all.$1"}});
  EXPECT_EQ(lines[0].topic, "all.items");
  EXPECT_EQ(
      lines[0].key,
      R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},)"
      R"({"type":"string","optional":false,"field":"__dbz__physicalTableIdentifier"}],)"
      R"("optional":false,"name":"all.items.Key"},)"
      R"("payload":{"id":1,"__dbz__physicalTableIdentifier":"p.shop.items"}})");
  EXPECT_THAT(*lines[0].value,
              HasSubstr(R"("optional":true,"name":"all.items.Value","field":"before"})"));
  EXPECT_THAT(*lines[0].value,
              HasSubstr(R"("optional":true,"name":"all.items.Value","field":"after"})"));
  EXPECT_THAT(*lines[0].value,
              HasSubstr(R"("optional":false,"name":"all.items.Envelope","version":2})"));
  EXPECT_THAT(*lines[0].value, HasSubstr(R"("payload":{"before":null,"after":{"id":1,)"));
}

TEST_F(LogicalRouter, MakesTheKeyFieldOfTheOldTopic) {
  remove({number(1), text("a"), number(2)});
  const Properties chain = {{"l.type", "io.debezium.transforms.ToLogicalTopicRouter"},
                            {"l.topic.regex", "p\\.(.*)"},
                            {"l.topic.replacement", "all"},
                            {"l.key.field.regex", "p\\.(.*)\\.items"},
                            {"l.key.field.replacement", "$1"}};
  const auto lines = run(chain);
  EXPECT_EQ(lines[0].key, R"({"id":1,"__dbz__sourceIdentifier":"shop"})");
  EXPECT_EQ(lines[1].key, lines[0].key) << "of the tombstone";
  EXPECT_EQ(lines[1].value, std::nullopt);
  Properties bare = chain;
  bare.emplace_back("l.key.enforce.uniqueness", "false");
  EXPECT_EQ(run(bare)[0].key, R"({"id":1})");
}

TEST_F(LogicalRouter, LeavesOtherTopicsAndNamesWhatIsMissing) {
  insert({number(1), text("a"), number(2)});
  const auto lines =
      run({{"l.type", kLogicalRouter}, {"l.topic.regex", "q.*"}, {"l.topic.replacement", "x"}});
  EXPECT_EQ(lines[0].topic, "p.shop.items");
  EXPECT_EQ(lines[0].key, R"({"id":1})");
  EXPECT_THAT(problems({{"l.type", kLogicalRouter},
                        {"l.topic.regex", "a"},
                        {"l.topic.replacement", "b"},
                        {"l.key.field.regex", "a"}}),
              ElementsAre("transforms.l.key.field.replacement: is required"));
}

TEST(SchemaName, IsAdjustedForAvro) {
  EXPECT_EQ(adjusted_schema_name("my-p.d.w-t.Value", SchemaNameMode::kNone), "my-p.d.w-t.Value");
  EXPECT_EQ(adjusted_schema_name("my-p.d.w-t.Value", SchemaNameMode::kAvro), "my_p.d.w_t.Value");
  EXPECT_EQ(adjusted_schema_name("1x\xC3\xBC", SchemaNameMode::kAvro), "_1x_");
  EXPECT_EQ(adjusted_schema_name("my-p.w_t", SchemaNameMode::kAvroUnicode), "my_u002dp.w_u005ft");
  EXPECT_EQ(adjusted_schema_name("\xC5\x82", SchemaNameMode::kAvroUnicode), "_u142");
}

using Predicates = ChainFixture;

TEST_F(Predicates, ChooseTheRecordsThatATransformSees) {
  insert({number(1), text("a"), number(2)});
  remove({number(1), text("a"), number(2)});
  const auto topics = [&](Properties predicate, bool negate) {
    Properties chain = {
        {"r.type", kRegexRouter}, {"r.regex", ".*"}, {"r.replacement", "x"}, {"r.predicate", "q"}};
    if (negate) chain.emplace_back("r.negate", "true");
    for (auto& [name, value] : predicate) chain.emplace_back("predicates.q." + name, value);
    std::string out;
    for (const Line& line : run(chain)) out += line.topic == "x" ? 'x' : '-';
    return out;
  };
  const std::string package = "org.apache.kafka.connect.transforms.predicates.";
  EXPECT_EQ(topics({{"type", package + "RecordIsTombstone"}}, false), "--x");
  EXPECT_EQ(topics({{"type", package + "RecordIsTombstone"}}, true), "xx-");
  EXPECT_EQ(topics({{"type", package + "TopicNameMatches"}, {"pattern", "p.*"}}, false), "xxx");
  EXPECT_EQ(topics({{"type", package + "TopicNameMatches"}, {"pattern", "p"}}, false), "---");
  EXPECT_EQ(topics({{"type", package + "HasHeaderKey"}, {"name", "h"}}, false), "---");
}

TEST_F(Predicates, SeeHeaders) {
  context_.settings.extended_headers = true;
  insert({number(1), text("a"), number(2)});
  EXPECT_EQ(
      run({{"r.type", kRegexRouter},
           {"r.regex", ".*"},
           {"r.replacement", "x"},
           {"r.predicate", "q"},
           {"predicates.q.type", "org.apache.kafka.connect.transforms.predicates.HasHeaderKey"},
           {"predicates.q.name", "__debezium.context.taskId"}})[0]
          .topic,
      "x");
}

using ChainTest = ChainFixture;

TEST_F(ChainTest, RefusesWhatItCannotBuild) {
  EXPECT_THAT(problems({{"a.x", "y"}}), ElementsAre("transforms.a.type: is required"));
  EXPECT_THAT(problems({{"a.type", "com.acme.Mine"}}),
              ElementsAre("transforms.a.type: is not known; classes of Java cannot be loaded"));
  EXPECT_THAT(problems({{"a.type", "io.debezium.transforms.ExtractNewRecordStat"}}),
              ElementsAre(HasSubstr("did you mean io.debezium.transforms.ExtractNewRecordState?")));
  EXPECT_THAT(problems({{"a.type", "io.debezium.transforms.TimezoneConverter"}}),
              ElementsAre("transforms.a.type: is not there yet"));
  EXPECT_THAT(problems({{"a.type", kRegexRouter},
                        {"a.regex", "a"},
                        {"a.replacement", "b"},
                        {"a.predicate", "nobody"}}),
              ElementsAre("transforms.a.predicate: names 'nobody', which is not in predicates"));
  EXPECT_THAT(problems({{"a.type", kRegexRouter},
                        {"a.regex", "a"},
                        {"a.replacement", "b"},
                        {"a.negate", "true"}}),
              ElementsAre("transforms.a.negate: needs a predicate"));
}

TEST_F(ChainTest, WrapsRecordsItDidNotChange) {
  context_.settings.extended_headers = true;
  update({number(1), text("a"), number(2)}, {number(2), text("a"), number(2)});
  const auto plain = in_;
  format_ = {};
  const auto lines = run({{"r.type", kRegexRouter}, {"r.regex", "no"}, {"r.replacement", "x"}});
  in_.clear();
  context_.settings.carry_schemas = false;
  context_.settings = {};
  encoders_.clear();
  update({number(1), text("a"), number(2)}, {number(2), text("a"), number(2)});
  ASSERT_EQ(lines.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Record& expected = in_.records()[i];
    EXPECT_EQ(lines[i].key, in_.key(expected));
    EXPECT_EQ(lines[i].value.value_or(""), in_.value(expected));
    EXPECT_EQ(lines[i].headers, in_.headers(expected));
  }
}

TEST_F(ChainTest, GivesLargeBatchesInParts) {
  const std::string large(300'000, 'x');
  for (int i = 0; i < 10; ++i) insert({number(i), text(large), number(2)});
  const auto lines = run({{"r.type", kRegexRouter}, {"r.regex", ".*"}, {"r.replacement", "x"}});
  ASSERT_EQ(lines.size(), 10U);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(lines[static_cast<std::size_t>(i)].key, "{\"id\":" + std::to_string(i) + "}");
}

TEST_F(ChainTest, StopsAtARecordWithoutSchema) {
  format_.schemas_value = true;
  Record record{.topic = topics_.intern("bare")};
  record.value_size = 2;
  in_.buffer() += "{}";
  in_.records().push_back(record);
  EXPECT_THAT(failure({{"r.type", kRegexRouter}, {"r.regex", ".*"}, {"r.replacement", "x"}}),
              HasSubstr("bare carry no schema"));
}

}  // namespace
}  // namespace tidemark::transform

// SPDX-License-Identifier: Apache-2.0
#include "connector/kafka_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kafka/mock_cluster.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

RegexList list(std::string_view text) { return *RegexList::compile(text, RegexCase::kSensitive); }

KafkaSettings with_rules() {
  KafkaSettings out;
  out.topic_creation = {{.group = "keep",
                         .include = list(R"(shop\..*,audit)"),
                         .exclude = list(".*_tmp"),
                         .partitions = 6,
                         .replication_factor = 3,
                         .configs = {{"cleanup.policy", "compact"}}},
                        {.group = "default", .partitions = 1}};
  return out;
}

TEST(TopicRules, TheFirstThatAppliesMakesTheTopic) {
  const auto kept = new_topic_of(with_rules(), "shop.items");
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->name, "shop.items");
  EXPECT_EQ((*kept)->partitions, 6);
  EXPECT_EQ((*kept)->replication_factor, 3);
  EXPECT_THAT((*kept)->configs, ElementsAre(Pair("cleanup.policy", "compact")));
}

TEST(TopicRules, TheDefaultMakesWhatIsExcludedOrNotIncluded) {
  for (const char* const topic : {"shop.items_tmp", "other"}) {
    const auto made = new_topic_of(with_rules(), topic);
    ASSERT_TRUE(made && *made) << topic;
    EXPECT_EQ((*made)->partitions, 1) << topic;
    EXPECT_EQ((*made)->replication_factor, -1) << topic;
  }
}

TEST(TopicRules, WithoutOneThatAppliesTheBrokerMakesTheTopic) {
  KafkaSettings settings = with_rules();
  settings.topic_creation.pop_back();
  const auto made = new_topic_of(settings, "other");
  ASSERT_TRUE(made);
  EXPECT_FALSE(*made);
  settings.topic_creation.clear();
  EXPECT_EQ(topic_maker_of(settings), nullptr);
}

// One that takes more steps than a match may.
TEST(TopicRules, AnExpressionThatCannotBeMatchedIsAnErrorOfItsProperty) {
  const std::string topic(40, 'a');
  KafkaSettings settings;
  settings.topic_creation = {{.group = "bad", .include = list("(a+)+[bc]")},
                             {.group = "default", .partitions = 1}};
  const auto included = new_topic_of(settings, topic);
  ASSERT_FALSE(included) << "and not the default's";
  EXPECT_THAT(included.error().text(), HasSubstr("topic.creation.bad.include"));
  settings.topic_creation[0].include = list(".*");
  settings.topic_creation[0].exclude = list("(a+)+[bc]");
  const auto excluded = new_topic_of(settings, topic);
  ASSERT_FALSE(excluded);
  EXPECT_THAT(excluded.error().text(), HasSubstr("topic.creation.bad.exclude"));
  const auto ensured = topic_maker_of(settings)->ensure(topic);
  ASSERT_FALSE(ensured);
  EXPECT_THAT(ensured.error().text(), HasSubstr("topic.creation.bad.exclude"));
}

Delivery::Options commits(const Settings& settings) {
  Delivery::Options out{.queue_bytes_max = 1, .flush_interval = {}, .replica_uuid = {}};
  set_commits(settings, out);
  return out;
}

TEST(Commits, FollowTheFlushIntervalAtLeastOnce) {
  Settings settings;
  settings.offset.flush_interval_ms = 700;
  settings.kafka.transaction_interval_ms = 50;
  const Delivery::Options out = commits(settings);
  EXPECT_EQ(out.flush_interval, milliseconds(700));
  EXPECT_FALSE(out.uncovered_max);
  EXPECT_EQ(out.flush_bytes, std::numeric_limits<std::size_t>::max());
}

TEST(Commits, FollowTheTransactionExactlyOnceAndEndWellBeforeItsTimeout) {
  Settings settings;
  settings.kafka.exactly_once = true;
  settings.kafka.transaction_interval_ms = 50;
  EXPECT_EQ(commits(settings).flush_interval, milliseconds(50));
  EXPECT_EQ(commits(settings).flush_bytes, 32U << 20U);
  EXPECT_EQ(commits(settings).uncovered_max, milliseconds(20'000));
  settings.kafka.producer = {{"transaction.timeout.ms", "9000"}};
  EXPECT_EQ(commits(settings).uncovered_max, milliseconds(3000));
}

TEST(ConnectProducer, IsForTheKafkaSinkAlone) {
  Settings settings;
  settings.sink.kind = SinkKind::kFile;
  EXPECT_EQ(connect_producer(settings, {}).value(), nullptr);
  settings.sink.kind = SinkKind::kKafka;
  settings.kafka.producer = kafka::shared_cluster().properties();
  const auto producer = connect_producer(settings, {});
  ASSERT_TRUE(producer) << producer.error().text();
  EXPECT_FALSE((*producer)->transactional());
}

TEST(ConnectProducer, TakesTheTransactionalIdExactlyOnce) {
  Settings settings;
  settings.sink.kind = SinkKind::kKafka;
  settings.kafka.producer = kafka::shared_cluster().properties();
  settings.kafka.exactly_once = true;
  settings.kafka.transactional_id = "parts";
  const auto producer = connect_producer(settings, {});
  ASSERT_TRUE(producer) << producer.error().text();
  EXPECT_TRUE((*producer)->transactional());
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/kafka_fixture.h"

namespace tidemark {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(KafkaSettings, ComeFromAConnectorAndADistributedWorker) {
  const Settings out = settings(distributed());
  EXPECT_EQ(out.sink.kind, SinkKind::kKafka);
  EXPECT_THAT(out.kafka.producer,
              UnorderedElementsAre(Pair("bootstrap.servers", "k:9092"),
                                   Pair("client.id", "connector-producer-inv-0")));
  EXPECT_FALSE(out.kafka.exactly_once);
  EXPECT_EQ(out.kafka.transactional_id, "connect-1-inv-0");
  EXPECT_THAT(out.kafka.topic_creation, IsEmpty());
  EXPECT_EQ(out.offset.kind, OffsetKind::kKafka);
  EXPECT_EQ(out.offset.topic, "connect-offsets");
  EXPECT_EQ(out.offset.path, "tidemark-data/inv");
  EXPECT_EQ(out.offset.partitions, 25);
  EXPECT_EQ(out.offset.replication_factor, 1);
  EXPECT_EQ(out.offset.flush_interval_ms, 10'000);
  EXPECT_EQ(out.history.kind, HistoryKind::kKafka);
  EXPECT_EQ(out.history.topic, "shop.history");
  EXPECT_TRUE(out.history.with_sink);
  EXPECT_THAT(out.history.consumer, Contains(Pair("client.id", "shop-schemahistory")));
  EXPECT_EQ(out.heartbeat.interval_ms, 0);  // the worker's is another
  EXPECT_FALSE(out.encode.schemas_enable_value);
}

TEST(KafkaSettings, ComeFromAConnectorAndAStandaloneWorker) {
  const Settings out = settings(standalone());
  EXPECT_EQ(out.sink.kind, SinkKind::kKafka);
  EXPECT_EQ(out.offset.kind, OffsetKind::kFile);
  EXPECT_EQ(out.offset.path, "/tmp/connect.offsets");
  EXPECT_EQ(out.kafka.transactional_id, "tidemark-inv-shop");
  EXPECT_TRUE(out.encode.schemas_enable_value);
}

TEST(KafkaSettings, ComeFromDefinesAlone) {
  const Settings out = settings({.defines = {{"bootstrap.servers", "k:9092"},
                                             {"offset.storage.topic", "offsets"},
                                             {"producer.linger.ms", "7"}}});
  EXPECT_EQ(out.sink.kind, SinkKind::kKafka);
  EXPECT_EQ(out.offset.topic, "offsets");
  EXPECT_EQ(out.kafka.producer.at("linger.ms"), "7");
}

TEST(KafkaSettings, ComeFromADebeziumServer) {
  const Settings out = settings({.file = kServer});
  EXPECT_EQ(out.sink.kind, SinkKind::kKafka);
  EXPECT_EQ(out.connector_name, "kafka");
  EXPECT_EQ(out.kafka.producer.at("bootstrap.servers"), "k:9092");
  EXPECT_EQ(out.kafka.admin.at("bootstrap.servers"), "k:9092");
  EXPECT_EQ(out.offset.kind, OffsetKind::kFile);
  EXPECT_EQ(out.history.kind, HistoryKind::kNone);
}

TEST(KafkaSettings, TakeTheBodyThatIsPutToConnect) {
  const Sources flat = {.file = R"({"name": "inv", "connector.class": "MySqlConnector",
      "topic.prefix": "shop", "database.hostname": "db", "database.user": "u",
      "database.password": "p", "database.server.id": 5401,
      "schema.history.internal.kafka.topic": "h"})",
                        .worker = std::string(kDistributed)};
  EXPECT_EQ(settings(flat).connector_name, "inv");
  EXPECT_EQ(settings(flat).history.consumer.at("bootstrap.servers"), "k:9092");
}

TEST(KafkaSettings, LetTheConnectorsConverterDiscardTheWorkersOptions) {
  const std::string json = "org.apache.kafka.connect.json.JsonConverter";
  const Settings out = settings(distributed({{"value.converter", json}}));
  EXPECT_TRUE(out.encode.schemas_enable_value);
  EXPECT_FALSE(out.encode.schemas_enable_key);
}

TEST(KafkaSettings, HoldTheRulesForNewTopics) {
  const KafkaSettings out =
      settings(distributed({{"topic.creation.groups", "keep, one"},
                            {"topic.creation.default.partitions", "6"},
                            {"topic.creation.default.replication.factor", "-1"},
                            {"topic.creation.default.compression.type", "zstd"},
                            {"topic.creation.keep.include", "shop\\.a.*, shop\\.b"},
                            {"topic.creation.keep.exclude", "shop\\.ab"},
                            {"topic.creation.keep.cleanup.policy", "compact"},
                            {"topic.creation.one.include", ".*\\.one"},
                            {"topic.creation.one.partitions", "1"}}))
          .kafka;
  ASSERT_EQ(out.topic_creation.size(), 3U);
  const TopicRule& keep = out.topic_creation[0];
  EXPECT_EQ(keep.group, "keep");
  EXPECT_TRUE(keep.include->matches("shop.ab").value());
  EXPECT_FALSE(keep.include->matches("Shop.ab").value());
  EXPECT_TRUE(keep.exclude->matches("shop.ab").value());
  EXPECT_EQ(keep.partitions, 6);
  EXPECT_THAT(keep.configs, ElementsAre(Pair("cleanup.policy", "compact")));
  EXPECT_EQ(out.topic_creation[1].partitions, 1);
  EXPECT_EQ(out.topic_creation[2].group, "default");
  EXPECT_FALSE(out.topic_creation[2].include);
  EXPECT_EQ(out.topic_creation[2].replication_factor, -1);
  EXPECT_THAT(out.topic_creation[2].configs, ElementsAre(Pair("compression.type", "zstd")));
  EXPECT_THAT(settings(distributed({{"topic.creation.enable", "false"},
                                    {"topic.creation.default.partitions", "6"}}))
                  .kafka.topic_creation,
              IsEmpty());
}

TEST(KafkaSettings, TellHowDeliveryIsAskedFor) {
  EXPECT_TRUE(settings(distributed({{"exactly.once.support", "required"}})).kafka.exactly_once);
  Sources enabled = distributed();
  enabled.worker += "exactly.once.source.support=enabled\n";
  EXPECT_TRUE(settings(enabled).kafka.exactly_once);
  EXPECT_EQ(settings(enabled).kafka.transaction_interval_ms, 300);
  enabled.defines = {{"transaction.boundary", "interval"}};
  EXPECT_EQ(settings(enabled).kafka.transaction_interval_ms, 10'000);
  enabled.defines.emplace_back("transaction.boundary.interval.ms", "50");
  EXPECT_EQ(settings(enabled).kafka.transaction_interval_ms, 50);
  Sources file = standalone();
  file.worker += "exactly.once.source.support=enabled\n";
  EXPECT_FALSE(settings(file).kafka.exactly_once);
  EXPECT_THAT(loaded(file).warnings(), Contains(HasSubstr("at least once")));
}

TEST(KafkaSettings, TakeATransactionThatEndsBeforeTheBrokersEndIt) {
  const auto interval_ms = [](Pairs defines) {
    defines.emplace_back("transaction.boundary", "interval");
    return settings(distributed(std::move(defines))).kafka.transaction_interval_ms;
  };
  EXPECT_EQ(interval_ms({{"exactly.once.support", "required"},
                         {"transaction.boundary.interval.ms", "60000"}}),
            60'000);
  EXPECT_EQ(interval_ms({{"exactly.once.support", "required"},
                         {"transaction.boundary.interval.ms", "90000"},
                         {"producer.override.transaction.timeout.ms", "120000"}}),
            90'000);
  // Delivery is at least once: no transaction is to last.
  EXPECT_EQ(interval_ms({{"transaction.boundary.interval.ms", "90000"}}), 90'000);
}

TEST(KafkaSettings, PutALargeRecordWhereTheyAreTold) {
  EXPECT_EQ(settings(distributed()).kafka.oversize, OversizePolicy::kStop);
  const KafkaSettings out = settings(distributed({{"tidemark.kafka.oversize", "divert"},
                                                  {"tidemark.kafka.oversize.path", "large.json"}}))
                                .kafka;
  EXPECT_EQ(out.oversize, OversizePolicy::kDivert);
  EXPECT_EQ(out.oversize_path, "large.json");
}

TEST(KafkaSettings, WriteHeadersAsConnectDoesByDefault) {
  const std::string json = "org.apache.kafka.connect.json.JsonConverter";
  EXPECT_TRUE(settings(distributed()).kafka.plain_headers);
  EXPECT_FALSE(settings(distributed()).encode.schemas_enable_headers);
  EXPECT_FALSE(settings(distributed({{"header.converter", json}})).kafka.plain_headers);
  EXPECT_TRUE(settings(distributed({{"header.converter", json}})).encode.schemas_enable_headers);
  EXPECT_FALSE(settings({.file = kServer}).kafka.plain_headers);
}

TEST(OffsetSettings, ChooseTopicOrFile) {
  EXPECT_EQ(settings(distributed({{"offsets.storage.topic", "mine"}})).offset.topic, "mine");
  EXPECT_EQ(settings(distributed({{"offset.storage.file.filename", "f"}})).offset.kind,
            OffsetKind::kKafka);
  EXPECT_EQ(settings(standalone({{"offset.storage.topic", "t"}})).offset.kind, OffsetKind::kFile);
  const Sources server = {.file = kServer,
                          .defines = {{"debezium.source.offset.storage",
                                       "org.apache.kafka.connect.storage.KafkaOffsetBackingStore"},
                                      {"debezium.source.offset.storage.topic", "t"},
                                      {"debezium.source.offset.storage.partitions", "1"},
                                      {"debezium.source.offset.storage.replication.factor", "2"},
                                      {"debezium.source.offset.storage.min.insync.replicas", "2"},
                                      {"debezium.source.name", "a/b c"},
                                      {"tidemark.data.dir", "/var/lib/tidemark"}}};
  const OffsetSettings out = settings(server).offset;
  EXPECT_EQ(out.kind, OffsetKind::kKafka);
  EXPECT_EQ(out.partitions, 1);
  EXPECT_EQ(out.replication_factor, 2);
  EXPECT_EQ(out.path, "/var/lib/tidemark/a_b_c");
  EXPECT_THAT(out.topic_configs, ElementsAre(Pair("min.insync.replicas", "2")));
}

TEST(HistorySettings, ChooseTheStore) {
  const std::string file = "io.debezium.storage.file.history.FileSchemaHistory";
  const std::string memory = "io.debezium.relational.history.MemorySchemaHistory";
  const HistorySettings in_file =
      settings(distributed({{"schema.history.internal", file},
                            {"schema.history.internal.file.filename", "h"}}))
          .history;
  EXPECT_EQ(in_file.kind, HistoryKind::kFile);
  EXPECT_EQ(in_file.path, "h");
  EXPECT_EQ(settings(distributed({{"schema.history.internal", memory}})).history.kind,
            HistoryKind::kNone);
  const HistorySettings elsewhere =
      settings(distributed({{"schema.history.internal.kafka.bootstrap.servers", "other:9092"},
                            {"schema.history.internal.name", "me"},
                            {"schema.history.internal.producer.acks", "1"},
                            {"schema.history.internal.consumer.fetch.min.bytes", "7"}}))
          .history;
  EXPECT_FALSE(elsewhere.with_sink);
  EXPECT_THAT(elsewhere.producer,
              AllOf(Contains(Pair("acks", "1")), Contains(Pair("client.id", "me")),
                    Contains(Pair("bootstrap.servers", "other:9092"))));
  EXPECT_EQ(elsewhere.consumer.at("fetch.min.bytes"), "7");
}

TEST(HistorySettings, AreNoneWithoutTheKafkaSink) {
  const Config config = loaded(
      {.defines = {{"debezium.sink.type", "stdout"}, {"offset.storage.file.filename", "f"}}});
  EXPECT_EQ(settings_of(config).history.kind, HistoryKind::kNone);
  EXPECT_THAT(config.warnings(), ElementsAre(HasSubstr("no history is written to Kafka")));
}

TEST(NotificationSettings, HoldTheirChannels) {
  const NotificationSettings out =
      settings(distributed({{"notification.enabled.channels", "sink,log"},
                            {"notification.sink.topic.name", "n"}}))
          .notifications;
  EXPECT_TRUE(out.log);
  EXPECT_EQ(out.sink_topic, "n");
  EXPECT_TRUE(settings(distributed()).notifications.sink_topic.empty());
}

}  // namespace
}  // namespace tidemark

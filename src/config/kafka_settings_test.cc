// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_settings.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace tidemark {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

// As posted to Connect.
constexpr std::string_view kPosted = R"({"name": "inv", "config": {
  "connector.class": "io.debezium.connector.mysql.MySqlConnector", "tasks.max": "1",
  "topic.prefix": "shop", "database.hostname": "db", "database.user": "u", "database.password": "p",
  "database.server.id": "5401", "schema.history.internal.kafka.topic": "shop.history",
  "schema.history.internal.kafka.bootstrap.servers": "k:9092"}})";
constexpr std::string_view kDistributed = R"(
bootstrap.servers=k:9092
group.id=connect-1
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=false
value.converter.schemas.enable=false
offset.storage.topic=connect-offsets
offset.storage.replication.factor=1
config.storage.topic=connect-configs
config.storage.replication.factor=1
status.storage.topic=connect-status
status.storage.replication.factor=1
offset.flush.interval.ms=10000
heartbeat.interval.ms=3000
plugin.path=/usr/share/java
listeners=http://:8083
)";
constexpr std::string_view kStandalone = R"(
bootstrap.servers=k:9092
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
offset.storage.file.filename=/tmp/connect.offsets
)";
constexpr std::string_view kServer = R"(
debezium.sink.type=kafka
debezium.sink.kafka.producer.bootstrap.servers=k:9092
debezium.sink.kafka.producer.key.serializer=org.apache.kafka.common.serialization.StringSerializer
debezium.source.connector.class=io.debezium.connector.mysql.MySqlConnector
debezium.source.topic.prefix=shop
debezium.source.database.hostname=db
debezium.source.database.user=u
debezium.source.database.password=p
debezium.source.database.server.id=5401
debezium.source.offset.storage.file.filename=offset.json
)";

// A file that goes away with the test.
class TempFile {
 public:
  explicit TempFile(std::string_view text)
      : path_(fmt::format("{}/kafka_settings_test_{}_{}", testing::TempDir(), ::getpid(),
                          ++counter_)) {
    std::ofstream(path_) << text;
  }
  ~TempFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  static inline int counter_ = 0;
  std::string path_;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Sources {
  std::string_view file = kPosted;
  std::string worker = {};  // empty: none
  Pairs defines = {};
};

std::expected<Config, std::vector<Error>> load(const Sources& sources) {
  const TempFile file(sources.file);
  const TempFile worker(sources.worker);
  return load_config(file.path(),
                     {.defines = sources.defines,
                      .getenv = {},
                      .environment = {},
                      .worker_path = sources.worker.empty() ? std::string() : worker.path()});
}
std::vector<std::string> errors_of(const Sources& sources) {
  std::vector<std::string> out;
  const auto config = load(sources);
  if (config) return out;
  for (const Error& error : config.error()) out.push_back(error.text());
  return out;
}
Config loaded(const Sources& sources) {
  auto config = load(sources);
  EXPECT_TRUE(config) << testing::PrintToString(errors_of(sources));
  return config ? *config : Config(ConfigForm::kPlain, {}, {});
}
Settings settings(const Sources& sources) { return settings_of(loaded(sources)); }

Sources distributed(Pairs defines = {}) {
  return {.worker = std::string(kDistributed), .defines = std::move(defines)};
}
Sources standalone(Pairs defines = {}) {
  return {.worker = std::string(kStandalone), .defines = std::move(defines)};
}

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

TEST(KafkaSettings, LayTheConnectorsClientSettingsOverTheWorkers) {
  Sources sources = distributed({{"producer.override.acks", "1"},
                                 {"producer.override.client.id", "mine"},
                                 {"admin.override.request.timeout.ms", "5"}});
  sources.worker += R"(
producer.acks=all
producer.linger.ms=5
producer.security.protocol=SASL_SSL
producer.sasl.mechanism=PLAIN
producer.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="pw";
admin.retries=3
admin.listeners=http://:9999
consumer.fetch.min.bytes=2
)";
  const KafkaSettings out = settings(sources).kafka;
  EXPECT_THAT(out.producer,
              UnorderedElementsAre(
                  Pair("bootstrap.servers", "k:9092"), Pair("acks", "1"), Pair("linger.ms", "5"),
                  Pair("client.id", "mine"), Pair("security.protocol", "SASL_SSL"),
                  Pair("sasl.mechanism", "PLAIN"), Pair("sasl.jaas.config", testing::_)));
  // What is not said of the other clients is as the producer logs in.
  EXPECT_THAT(out.admin,
              AllOf(Contains(Pair("retries", "3")), Contains(Pair("request.timeout.ms", "5")),
                    Contains(Pair("security.protocol", "SASL_SSL")),
                    testing::Not(Contains(Pair("listeners", testing::_)))));
  EXPECT_THAT(out.consumer, AllOf(Contains(Pair("fetch.min.bytes", "2")),
                                  Contains(Pair("sasl.jaas.config", testing::_))));
}

TEST(KafkaSettings, LogInToTheOffsetTopicAsTheWorkerDoes) {
  Sources sources = distributed();
  sources.worker += "producer.security.protocol=SSL\n";
  EXPECT_EQ(settings(sources).offset.consumer.at("security.protocol"), "SSL");
  sources.worker +=
      "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config="
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=u password=p;\n";

  EXPECT_THAT(settings(sources).offset.consumer,
              UnorderedElementsAre(
                  Pair("bootstrap.servers", "k:9092"), Pair("security.protocol", "SASL_SSL"),
                  Pair("sasl.mechanism", "PLAIN"), Pair("sasl.jaas.config", testing::_),
                  Pair("client.id", "connector-offsets-inv-0")));
}

TEST(KafkaSettings, NeverShowSecrets) {
  Sources sources = distributed({{"producer.override.ssl.keystore.key", "hunter2"}});
  sources.worker += "ssl.key.password=hunter2\nconsumer.sasl.jaas.config=hunter2\n";
  for (const EffectiveValue& value : loaded(sources).describe())
    EXPECT_THAT(value.value, testing::Not(HasSubstr("hunter2"))) << value.name;
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
  EXPECT_EQ(settings(enabled).kafka.transaction_interval_ms, 200);
  enabled.defines = {{"transaction.boundary", "interval"}};
  EXPECT_EQ(settings(enabled).kafka.transaction_interval_ms, 10'000);
  enabled.defines.emplace_back("transaction.boundary.interval.ms", "50");
  EXPECT_EQ(settings(enabled).kafka.transaction_interval_ms, 50);
  Sources file = standalone();
  file.worker += "exactly.once.source.support=enabled\n";
  EXPECT_FALSE(settings(file).kafka.exactly_once);
  EXPECT_THAT(loaded(file).warnings(), Contains(HasSubstr("at least once")));
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

TEST(KafkaSettings, NameClientSettingsAsTheyWereWritten) {
  const auto errors = [](std::string_view name, std::string_view value, std::string more = "") {
    return errors_of({.worker = std::string(kDistributed) + std::move(more),
                      .defines = {{std::string(name), std::string(value)},
                                  {"signal.data.collection", "a.b"},
                                  {"signal.enabled.channels", "source,kafka"}}});
  };
  const auto says = [](const auto&... parts) { return ElementsAre(AllOf(HasSubstr(parts)...)); };
  EXPECT_THAT(errors("producer.lingr.ms", "5"),
              says("producer.lingr.ms=5 (-D)", "mean linger.ms?"));
  EXPECT_THAT(errors("producer.override.acks", "some"), says("producer.override.acks=some (-D)"));
  EXPECT_THAT(errors("admin.retriez", "1"), says("admin.retriez=1"));
  EXPECT_THAT(errors("consumer.override.fetch.min.bytes", "few"),
              says("consumer.override.fetch.min.bytes=few"));
  EXPECT_THAT(errors("schema.history.internal.producer.acks", "x"),
              says("schema.history.internal.producer.acks=x"));
  EXPECT_THAT(errors("schema.history.internal.consumer.fetch.min.byte", "1"),
              says("schema.history.internal.consumer.fetch.min.byte=1"));
  EXPECT_THAT(errors("signal.consumer.interceptor.classes", "X"),
              says("signal.consumer.interceptor.classes=X"));
  EXPECT_THAT(errors("ssl.truststore.location", "/nonexistent/store", "security.protocol=SSL\n"),
              says("ssl.truststore.location=/nonexistent/store"));
  // What several clients share is reported once, and no password is shown.
  EXPECT_THAT(errors("producer.sasl.jaas.config", "hunter2",
                     "producer.security.protocol=SASL_PLAINTEXT\nproducer.sasl.mechanism=PLAIN\n"),
              ElementsAre(AllOf(HasSubstr("producer.sasl.jaas.config=********"),
                                testing::Not(HasSubstr("hunter2")))));
  EXPECT_THAT(
      errors("producer.override.security.protocol", "SASL_SSL", "producer.sasl.mechanism=PLAIN\n"),
      says("producer.sasl.jaas.config: is missing"));
  EXPECT_THAT(errors("producer.acks", "1", "exactly.once.source.support=enabled\n"),
              says("producer.acks=1", "exactly once"));
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

TEST(SignalSettings, HoldTheirChannels) {
  const Settings out = settings(distributed({{"signal.enabled.channels", "source,kafka,file"},
                                             {"signal.data.collection", "a.b"},
                                             {"signal.poll.interval.ms", "70"},
                                             {"signal.consumer.fetch.min.bytes", "7"},
                                             {"signal.file", "signals.txt"}}));
  EXPECT_TRUE(out.signal.source_channel);
  EXPECT_EQ(out.signal.file, "signals.txt");
  EXPECT_EQ(out.signal.poll_interval_ms, 70);
  ASSERT_TRUE(out.signal.kafka);
  EXPECT_EQ(out.signal.kafka->topic, "shop-signal");
  EXPECT_EQ(out.signal.kafka->group, "kafka-signal");
  EXPECT_THAT(out.signal.kafka->consumer, UnorderedElementsAre(Pair("bootstrap.servers", "k:9092"),
                                                               Pair("fetch.min.bytes", "7")));
  const Settings read_only = settings(distributed({{"signal.enabled.channels", "kafka"},
                                                   {"read.only", "true"},
                                                   {"signal.kafka.topic", "s"},
                                                   {"signal.kafka.groupId", "g"},
                                                   {"signal.kafka.bootstrap.servers", "o:1"}}));
  EXPECT_TRUE(read_only.read_only);
  EXPECT_EQ(read_only.signal.kafka->topic, "s");
  EXPECT_EQ(read_only.signal.kafka->group, "g");
  EXPECT_EQ(read_only.signal.kafka->consumer.at("bootstrap.servers"), "o:1");
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

struct MisuseCase {
  Pairs defines;
  std::string_view expected;
  std::string worker = std::string(kDistributed);
};

TEST(KafkaSettings, RefuseWhatCannotWork) {
  const std::string in_kafka = "org.apache.kafka.connect.storage.KafkaOffsetBackingStore";
  const MisuseCase cases[] = {
      {{}, "no brokers are named", ""},
      {{{"bootstrap.servers", "k"}}, "bootstrap.servers=k (-D): is no list of brokers"},
      {{{"producer.override.bootstrap.servers", "k:x"}, {"offset.storage.file.filename", "f"}},
       "producer.override.bootstrap.servers=k:x (-D): is no list of brokers",
       std::string(kStandalone)},
      {{{"producer.override.bootstrap.servers", "other:9092"}}, "kept beside the records"},
      {{{"exactly.once.support", "required"}}, "the offset is in a file", std::string(kStandalone)},
      {{{"transaction.boundary", "connector"}}, "defines no boundaries"},
      {{{"exactly.once.support", "required"},
        {"schema.history.internal.kafka.bootstrap.servers", "other:9092"}},
       "within one cluster"},
      {{{"offset.storage.topic", ""}}, "the resume point has no place"},
      {{{"offset.storage.topic", "a/b"}}, "is no name of a topic"},
      {{{"offset.storage.partitions", "0"}}, "out of bounds"},
      {{{"offset.storage.cleanup.policy", "delete"}}, "would lose the offset"},
      {{{"offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore"}},
       "is not there yet"},
      {{{"debezium.sink.type", "stdout"}, {"offset.storage", in_kafka}}, "do not go to Kafka"},
      {{{"schema.history.internal.kafka.topic", ""}}, "schema history is kept in Kafka unless"},
      {{{"schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory"}},
       "schema.history.internal.file.filename: is missing"},
      {{{"schema.history.internal", "io.debezium.storage.redis.history.RedisSchemaHistory"}},
       "is not there yet"},
      {{{"topic.creation.default.partitions", "1"}},
       "topic.creation.default.replication.factor: is missing"},
      {{{"topic.creation.default.partitions", "0"},
        {"topic.creation.default.replication.factor", "1"}},
       "topic.creation.default.partitions=0 (-D): is out of bounds"},
      {{{"topic.creation.groups", "a,b,a"}}, "names a twice"},
      {{{"topic.creation.groups", "a"},
        {"topic.creation.default.partitions", "1"},
        {"topic.creation.default.replication.factor", "1"}},
       "topic.creation.a.include: is missing"},
      {{{"topic.creation.groups", "a"},
        {"topic.creation.a.include", "x(*"},
        {"topic.creation.default.partitions", "1"},
        {"topic.creation.default.replication.factor", "1"}},
       "topic.creation.a.include=x(* (-D):"},
      {{{"tidemark.kafka.oversize", "divert"}}, "tidemark.kafka.oversize.path: is missing"},
      {{{"signal.enabled.channels", "source,kafka"}}, "signal.data.collection: is missing"},
      {{{"signal.enabled.channels", "kafka"}, {"signal.data.collection", "a.b"}}, "lacks source"},
      {{{"signal.enabled.channels", "kafka,sauce"}}, "unknown item 'sauce'"},
      {{{"debezium.sink.type", "stdout"},
        {"offset.storage.file.filename", "f"},
        {"signal.enabled.channels", "kafka"},
        {"read.only", "true"}},
       "signal.kafka.bootstrap.servers: is missing"},
      {{{"notification.enabled.channels", "sink"}}, "notification.sink.topic.name: is missing"},
      {{{"debezium.sink.kafka.produser.acks", "1"}}, "unknown property"},
      {{}, "database.hostname", std::string(kDistributed) + "database.hostname=db\n"},
      {{}, "offset.storage.topc", std::string(kDistributed) + "offset.storage.topc=x\n"},
      {{{"config.providers", "vault"}}, "unknown item 'vault'"},
  };
  for (const MisuseCase& c : cases) {
    EXPECT_THAT(errors_of({.worker = c.worker, .defines = c.defines}),
                Contains(HasSubstr(c.expected)))
        << c.expected;
  }
  EXPECT_THAT(errors_of({.file = kServer, .worker = std::string(kDistributed)}),
              Contains(HasSubstr("leave out --worker")));
}

TEST(KafkaSettings, WarnOfWhatHasNoEffect) {
  const Config config = loaded(distributed({{"topic.creation.default.partitions", "1"},
                                            {"topic.creation.default.replication.factor", "1"},
                                            {"topic.creation.x.include", ".*"},
                                            {"signal.kafka.topic", "s"}}));
  EXPECT_THAT(config.warnings(),
              UnorderedElementsAre(HasSubstr("topic.creation.x.include has no effect"),
                                   HasSubstr("signal.kafka.topic has no effect")));
}

}  // namespace
}  // namespace tidemark

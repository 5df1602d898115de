// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/kafka_fixture.h"

namespace tidemark {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(KafkaChecks, NameClientSettingsAsTheyWereWritten) {
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

struct MisuseCase {
  Pairs defines;
  std::string_view expected;
  std::string worker = std::string(kDistributed);
};

TEST(KafkaChecks, RefuseWhatCannotWork) {
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
        {"transaction.boundary", "interval"},
        {"transaction.boundary.interval.ms", "60001"}},
       "transaction.boundary.interval.ms=60001 (-D): lets a transaction last 60001 ms, and brokers "
       "end it after 60000 ms (transaction.timeout.ms of the producer)"},
      {{{"exactly.once.support", "required"},
        {"transaction.boundary", "interval"},
        {"producer.override.transaction.timeout.ms", "5000"}},
       "a producer.override.transaction.timeout.ms of more than 10000 ms"},
      {{{"exactly.once.support", "required"}, {"producer.override.transaction.timeout.ms", "150"}},
       "producer.override.transaction.timeout.ms=150 (-D): lets a transaction last 300 ms"},
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

TEST(KafkaChecks, WarnOfWhatHasNoEffect) {
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

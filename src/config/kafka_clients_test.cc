// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_clients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/kafka_fixture.h"

namespace tidemark {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(KafkaClients, LayTheConnectorsClientSettingsOverTheWorkers) {
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

TEST(KafkaClients, LogInToTheOffsetTopicAsTheWorkerDoes) {
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

TEST(KafkaClients, NeverShowSecrets) {
  Sources sources = distributed({{"producer.override.ssl.keystore.key", "hunter2"}});
  sources.worker += "ssl.key.password=hunter2\nconsumer.sasl.jaas.config=hunter2\n";
  for (const EffectiveValue& value : loaded(sources).describe())
    EXPECT_THAT(value.value, testing::Not(HasSubstr("hunter2"))) << value.name;
}

TEST(SameBrokers, AreInWhateverOrder) {
  EXPECT_TRUE(same_brokers("a:1,b:2", " b:2 , a:1"));
  EXPECT_FALSE(same_brokers("a:1,b:2", "a:1"));
  EXPECT_FALSE(same_brokers("a:1", "a:2"));
}

}  // namespace
}  // namespace tidemark

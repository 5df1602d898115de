// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kafka/consumer.h"
#include "kafka/mock_cluster.h"

namespace tidemark::kafka {
namespace {

using testing::HasSubstr;

struct Seen {
  std::int32_t partition;
  std::int64_t offset;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::string headers;
  std::int64_t timestamp_ms;
};

std::optional<std::string> owned(std::optional<std::string_view> text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::vector<Seen> read(const MockCluster& cluster, const std::string& topic) {
  std::vector<Seen> out;
  auto consumer = Consumer::open(
      {.properties = cluster.properties(), .patience = std::chrono::milliseconds(10'000)});
  if (!consumer) {
    ADD_FAILURE() << consumer.error().text();
    return out;
  }
  const auto visit = [&](const ConsumedRecord& record) -> Status {
    std::string headers;
    for (const auto& [name, value] : record.headers)
      headers += std::string(name) + "=" + std::string(value.value_or("null")) + ";";
    out.push_back({record.partition, record.offset, owned(record.key), owned(record.value), headers,
                   record.timestamp_ms});
    return {};
  };
  const auto done = (*consumer)->read_topic(topic, visit, {});
  if (!done) ADD_FAILURE() << done.error().text();
  return out;
}

std::unique_ptr<Producer> connected(ProducerOptions options) {
  auto producer = Producer::open(options);
  if (!producer) {
    ADD_FAILURE() << producer.error().text();
    return nullptr;
  }
  const Status done = (*producer)->connect({}, 10'000);
  if (!done) ADD_FAILURE() << done.error().text();
  return *std::move(producer);
}

TEST(Producer, SendsKeysValuesHeadersAndNulls) {
  MockCluster& cluster = shared_cluster();
  const auto producer = connected({.properties = cluster.properties()});
  const std::vector<Header> headers{{"a", "1"}, {"b", std::nullopt}, {"c", ""}};
  ASSERT_TRUE(producer->send({.topic = "mixed", .key = "k", .value = "v", .headers = headers}));
  ASSERT_TRUE(producer->send({.topic = "mixed", .key = "k", .timestamp_ms = 1234}));
  ASSERT_TRUE(producer->send({.topic = "mixed", .value = ""}));
  ASSERT_TRUE(producer->flush());
  EXPECT_EQ(producer->in_flight(), 0u);
  std::vector<Seen> seen = read(cluster, "mixed");
  ASSERT_EQ(seen.size(), 3u);
  std::ranges::sort(seen, {}, [](const Seen& s) { return std::pair(!s.key, s.offset); });
  EXPECT_EQ(seen[0].key, "k");
  EXPECT_EQ(seen[0].value, "v");
  EXPECT_EQ(seen[0].headers, "a=1;b=null;c=;");
  EXPECT_EQ(seen[1].value, std::nullopt);
  EXPECT_EQ(seen[1].timestamp_ms, 1234);
  EXPECT_EQ(seen[0].partition, seen[1].partition);
  EXPECT_EQ(seen[2].key, std::nullopt);
  EXPECT_EQ(seen[2].value, "");
}

// Hashes as Kafka's own test of its murmur2 has them (org.apache.kafka.common.utils.Utils).
TEST(Producer, ChoosesThePartitionOfAKeyAsJavaDoes) {
  constexpr int kPartitions = 7;
  const std::vector<std::pair<std::string, std::int32_t>> hashes{
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107}};
  MockCluster& cluster = shared_cluster();
  cluster.create("keys", kPartitions);
  const auto producer = connected({.properties = cluster.properties()});
  for (const auto& [key, hash] : hashes)
    ASSERT_TRUE(producer->send({.topic = "keys", .key = key, .value = "x"}));
  ASSERT_TRUE(producer->flush());
  const std::vector<Seen> seen = read(cluster, "keys");
  ASSERT_EQ(seen.size(), hashes.size());
  for (const auto& [key, hash] : hashes) {
    const auto found =
        std::ranges::find(seen, key, [](const Seen& s) { return s.key.value_or(""); });
    EXPECT_EQ(found->partition, (hash & 0x7fffffff) % kPartitions) << key;
  }
}

TEST(Producer, TakesAPartitionThatIsAskedFor) {
  MockCluster& cluster = shared_cluster();
  cluster.create("asked", 4);
  const auto producer = connected({.properties = cluster.properties()});
  ASSERT_TRUE(producer->send({.topic = "asked", .partition = 2, .key = "k", .value = "v"}));
  ASSERT_TRUE(producer->flush());
  EXPECT_EQ(read(cluster, "asked").at(0).partition, 2);
}

TEST(Producer, KeepsTheOrderOverAnOutageAndHoldsNoMoreThanItsBuffer) {
  MockCluster cluster;
  cluster.create("order", 1);
  ClientProperties properties = cluster.properties();
  properties["buffer.memory"] = std::to_string(1U << 20U);
  const auto producer = connected({.properties = properties});
  ASSERT_TRUE(producer->send({.topic = "order", .key = "k", .value = "first"}));
  ASSERT_TRUE(producer->flush());
  cluster.set_up(false);
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(700));  // sleep: the outage
    cluster.set_up(true);
  });
  const std::string payload(1000, 'x');
  std::size_t most = 0;
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(
        producer->send({.topic = "order", .key = "k", .value = std::to_string(i) + " " + payload}));
    most = std::max(most, producer->in_flight());
  }
  ASSERT_TRUE(producer->flush());
  EXPECT_LT(most, 2100u);
  const std::vector<Seen> seen = read(cluster, "order");
  ASSERT_EQ(seen.size(), 5001u);
  for (int i = 0; i < 5000; ++i)
    ASSERT_THAT(*seen[static_cast<std::size_t>(i) + 1].value,
                testing::StartsWith(std::to_string(i) + " "));
}

// The library would ask the socket without a pause while one batch is in flight and the next one full.
TEST(Producer, WaitsForAnAcknowledgementWithoutUsingTheProcessor) {
  MockCluster cluster;
  cluster.create("slow", 1);
  cluster.set_round_trip(40);
  auto producer = connected({.properties = cluster.properties()});
  const std::string value(1000, 'v');
  const auto processor = [] {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  const auto cpu = processor();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 15'000; ++i)
    ASSERT_TRUE(producer->send({.topic = "slow", .key = "k", .value = value}));
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_GT(took, std::chrono::milliseconds(13 * 40)) << "one batch in a round trip";
  EXPECT_LT(processor() - cpu, took / 2);
  ASSERT_TRUE(producer->flush());
}

TEST(Producer, RestSendsWhatLingers) {
  MockCluster& cluster = shared_cluster();
  ClientProperties properties = cluster.properties();
  properties["linger.ms"] = "600000";
  auto producer = connected({.properties = properties});
  ASSERT_TRUE(producer->send({.topic = "resting", .value = "one"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // sleep: nothing may happen
  EXPECT_EQ(producer->in_flight(), 1U);
  for (int i = 0; i < 2000 && producer->in_flight() > 0; ++i) ASSERT_TRUE(producer->rest());
  EXPECT_EQ(producer->in_flight(), 0U);
}

TEST(Producer, EndsItsWaitsWhenToldTo) {
  MockCluster cluster;
  const auto producer = connected({.properties = cluster.properties()});
  cluster.set_up(false);
  ASSERT_TRUE(producer->send({.topic = "away", .key = "k", .value = "v"}));
  producer->stop_waiting();
  const auto from = std::chrono::steady_clock::now();
  const Status done = producer->flush();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::seconds(3));
}

TEST(Producer, SaysWhichRecordIsTooLargeWithoutShowingIt) {
  MockCluster& cluster = shared_cluster();
  const auto producer = connected({.properties = cluster.properties()});
  const std::string huge(2U << 20U, 's');
  const Status sent = producer->send({.topic = "small", .key = "key", .value = huge});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind(), ErrorKind::kServer);
  EXPECT_THAT(sent.error().message(),
              HasSubstr("topic small does not take a record (key 3 bytes, value 2097152 bytes)"));
  EXPECT_THAT(sent.error().remedy(), HasSubstr("max.request.size"));
  EXPECT_THAT(sent.error().text(), testing::Not(HasSubstr("sss")));
  // It stays the answer.
  EXPECT_FALSE(producer->flush());
}

TEST(Producer, ReportsWhatTheBrokerRefuses) {
  MockCluster& cluster = shared_cluster();
  cluster.create("refused", 1);
  const auto producer = connected({.properties = cluster.properties()});
  ASSERT_TRUE(producer->send({.topic = "refused", .key = "k", .value = "v"}));
  ASSERT_TRUE(producer->flush());
  cluster.fail_produce(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  ASSERT_TRUE(producer->send({.topic = "refused", .key = "k", .value = "v"}));
  const Status done = producer->flush();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kServer);
  EXPECT_THAT(done.error().remedy(), HasSubstr("kafka-acls"));
}

TEST(Producer, CommitsWhatWasSentAndGoesOn) {
  MockCluster& cluster = shared_cluster();
  const auto producer = connected({.properties = cluster.properties(), .transactional_id = "tx"});
  ASSERT_TRUE(producer->transactional());
  ASSERT_TRUE(producer->commit());  // of nothing
  for (const char* const value : {"one", "two"}) {
    ASSERT_TRUE(producer->send({.topic = "tx", .key = "k", .value = value}));
    const Status done = producer->commit();
    ASSERT_TRUE(done) << done.error().text();
  }
  EXPECT_EQ(read(cluster, "tx").size(), 2u);
}

TEST(Producer, NamesTheBrokersThatDoNotAnswer) {
  auto producer = Producer::open({.properties = {{"bootstrap.servers", "127.0.0.1:1"}}});
  ASSERT_TRUE(producer);
  const Status done = (*producer)->connect({}, 1);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kRetryable);
  EXPECT_THAT(done.error().message(), HasSubstr("no broker of 127.0.0.1:1 answers"));
}

TEST(Producer, ASettingThatExcludesExactlyOnceIsRefused) {
  const auto producer =
      Producer::open({.properties = {{"bootstrap.servers", "127.0.0.1:1"}, {"acks", "1"}},
                      .transactional_id = "x"});
  ASSERT_FALSE(producer);
  EXPECT_EQ(producer.error().kind(), ErrorKind::kRejected);
}

}  // namespace
}  // namespace tidemark::kafka

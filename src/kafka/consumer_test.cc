// SPDX-License-Identifier: Apache-2.0
#include "kafka/consumer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kafka/mock_cluster.h"
#include "kafka/producer.h"

namespace tidemark::kafka {
namespace {

using std::chrono::milliseconds;

void write(const MockCluster& cluster, const std::string& topic, int first, int count) {
  auto producer = Producer::open({.properties = cluster.properties()});
  ASSERT_TRUE(producer);
  ASSERT_TRUE((*producer)->connect({}, 10'000));
  for (int i = first; i < first + count; ++i)
    ASSERT_TRUE((*producer)->send({.topic = topic, .key = "k", .value = std::to_string(i)}));
  ASSERT_TRUE((*producer)->flush());
}

std::unique_ptr<Consumer> reader(const MockCluster& cluster) {
  auto out = Consumer::open(
      {.properties = cluster.properties(), .group = "g", .patience = milliseconds(10'000)});
  if (!out) ADD_FAILURE() << out.error().text();
  return out ? *std::move(out) : nullptr;
}

TEST(Consumer, ReadsATopicToItsEndMoreThanOnce) {
  MockCluster& cluster = shared_cluster();
  cluster.create("all", 3);
  write(cluster, "all", 0, 10);
  const auto consumer = reader(cluster);
  for (int round = 0; round < 2; ++round) {
    int count = 0;
    const auto done = consumer->read_topic("all",
                                           [&](const ConsumedRecord& record) -> Status {
                                             EXPECT_EQ(record.value, std::to_string(count++));
                                             return {};
                                           },
                                           {});
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_TRUE(*done);
    EXPECT_EQ(count, 10);
  }
}

TEST(Consumer, StopsReadingWhereItsVisitorFails) {
  MockCluster& cluster = shared_cluster();
  write(cluster, "fails", 0, 3);
  const auto done = reader(cluster)->read_topic(
      "fails", [](const ConsumedRecord&) -> Status { return fail(ErrorKind::kCorrupt, "odd"); },
      {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "odd");
}

TEST(Consumer, PollsOnFromAnOffset) {
  MockCluster& cluster = shared_cluster();
  cluster.create("from", 1);
  write(cluster, "from", 0, 5);
  const auto consumer = reader(cluster);
  ASSERT_TRUE(consumer->seek("from", 0, 3));
  for (const char* const expected : {"3", "4"}) {
    const auto record = consumer->poll(milliseconds(10'000));
    ASSERT_TRUE(record);
    ASSERT_TRUE(*record);
    EXPECT_EQ((*record)->value, expected);
  }
  const auto nothing = consumer->poll(milliseconds(50));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
  write(cluster, "from", 5, 1);
  const auto record = consumer->poll(milliseconds(10'000));
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->offset, 5);
  const auto range = consumer->range("from", 0);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 0);
  EXPECT_EQ(range->end, 6);
}

TEST(Consumer, PollsSeveralPartitionsEachFromItsOffset) {
  MockCluster& cluster = shared_cluster();
  cluster.create("several", 3);
  auto producer = Producer::open({.properties = cluster.properties()});
  ASSERT_TRUE(producer);
  for (std::int32_t partition = 0; partition < 3; ++partition) {
    for (const char* const value : {"a", "b"})
      ASSERT_TRUE((*producer)->send({.topic = "several", .partition = partition, .value = value}));
  }
  ASSERT_TRUE((*producer)->flush());
  const auto consumer = reader(cluster);
  ASSERT_TRUE(consumer->seek("several", {{0, 1}, {2, 0}}));
  std::vector<std::string> got;
  while (got.size() < 3) {
    const auto record = consumer->poll(milliseconds(10'000));
    ASSERT_TRUE(record && *record);
    got.push_back(std::to_string((*record)->partition) + std::string(*(*record)->value));
  }
  EXPECT_THAT(got, testing::UnorderedElementsAre("0b", "2a", "2b"));
}

TEST(Consumer, RemembersOffsetsOfAGroup) {
  MockCluster& cluster = shared_cluster();
  cluster.create("group", 1);
  write(cluster, "group", 0, 2);
  const auto consumer = reader(cluster);
  const auto none = consumer->committed("group", 0);
  ASSERT_TRUE(none) << none.error().text();
  EXPECT_FALSE(*none);
  const Status done = consumer->commit("group", 0, 2);
  ASSERT_TRUE(done) << done.error().text();
  const auto again = reader(cluster)->committed("group", 0);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, 2);
}

// The library aborts where callbacks are served in a way that meets records.
TEST(Consumer, AnswersBesideRecordsThatWait) {
  MockCluster& cluster = shared_cluster();
  cluster.create("wait", 1);
  write(cluster, "wait", 0, 5);
  for (const Isolation isolation : {Isolation::kCommitted, Isolation::kUncommitted}) {
    const auto consumer = Consumer::open({.properties = cluster.properties(),
                                          .isolation = isolation,
                                          .group = "waits",
                                          .patience = milliseconds(10'000)});
    ASSERT_TRUE(consumer);
    ASSERT_TRUE((*consumer)->seek("wait", 0, 0));
    const auto first = (*consumer)->poll(milliseconds(10'000));
    ASSERT_TRUE(first && *first);
    EXPECT_EQ((*first)->offset, 0);
    EXPECT_TRUE((*consumer)->commit("wait", 0, 1));
    const auto committed = (*consumer)->committed("wait", 0);
    ASSERT_TRUE(committed) << committed.error().text();
    EXPECT_EQ(*committed, 1);
    EXPECT_TRUE((*consumer)->range("wait", 0));
    const auto second = (*consumer)->poll(milliseconds(10'000));
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->offset, 1);
  }
}

}  // namespace
}  // namespace tidemark::kafka

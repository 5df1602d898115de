// SPDX-License-Identifier: Apache-2.0
#include "store/kafka_offset_store.h"

#include <gtest/gtest.h>

#include "kafka/mock_cluster.h"
#include "store/debezium_offset.h"

namespace tidemark {
namespace {

constexpr std::string_view kDebeziumKey = R"(["c",{"server":"p"}])";

ResumeState at(std::uint64_t pos) {
  ResumeState state;
  state.offset.position = {"binlog.000001", pos};
  return state;
}

// The imitation shows records before they are committed: what is read is what a reader of uncommitted ones sees.
class KafkaOffsetStoreTest : public testing::Test {
 protected:
  void SetUp() override { cluster_.create(topic_, 3); }

  void open(bool exactly_once, KafkaOffsetStore::Claim claim = KafkaOffsetStore::Claim::kTake) {
    store_.reset();
    kafka::ProducerOptions options{.properties = cluster_.properties()};
    if (exactly_once) options.transactional_id = topic_;
    auto producer = kafka::Producer::open(options);
    ASSERT_TRUE(producer) << producer.error().text();
    producer_ = *std::move(producer);
    ASSERT_TRUE(producer_->connect({}));
    auto store = KafkaOffsetStore::open(this->options(), *producer_, claim, {});
    ASSERT_TRUE(store) << store.error().text();
    store_ = *std::move(store);
  }
  KafkaOffsetStoreOptions options() const {
    return {.connector_name = "c",
            .topic_prefix = "p",
            .topic = {.name = topic_, .partitions = 3, .replication_factor = 1, .configs = {}},
            .consumer = cluster_.properties(),
            .admin = cluster_.properties()};
  }
  // As a worker of Connect stores it.
  void put_by_debezium(std::optional<std::string> map) {
    const auto producer = *kafka::Producer::open({.properties = cluster_.properties()});
    kafka::Message message{.topic = topic_, .key = kDebeziumKey};
    if (map) message.value = *map;
    ASSERT_TRUE(producer->connect({}));
    ASSERT_TRUE(producer->send(message));
    ASSERT_TRUE(producer->flush());
  }
  // What such a worker would go on from, each time it could have looked.
  std::vector<std::string> seen_by_debezium() const {
    std::vector<std::string> out;
    const auto consumer = *kafka::Consumer::open({.properties = cluster_.properties()});
    const auto visit = [&](const kafka::ConsumedRecord& record) -> Status {
      if (record.key == kDebeziumKey) out.emplace_back(record.value.value_or("none"));
      return {};
    };
    EXPECT_TRUE(consumer->read_topic(topic_, visit, {}));
    return out;
  }
  static std::string map_at(std::uint64_t pos) { return encode_debezium_offset(at(pos)); }
  std::optional<LoadedOffset> loaded() const {
    auto out = store_->load();
    EXPECT_TRUE(out) << out.error().text();
    return out ? *std::move(out) : std::nullopt;
  }

  kafka::MockCluster& cluster_ = kafka::shared_cluster();
  const std::string topic_ =
      std::string("offsets-") + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::unique_ptr<kafka::Producer> producer_;
  std::unique_ptr<KafkaOffsetStore> store_;
};

TEST_F(KafkaOffsetStoreTest, LoadsWhatItCommittedEitherWay) {
  for (const bool exactly_once : {false, true, false, true}) {
    open(exactly_once);
    const std::uint64_t pos = loaded() ? loaded()->state.offset.position.pos + 1 : 7;
    ASSERT_TRUE(store_->commit(at(pos)));
    open(exactly_once);
    ASSERT_TRUE(loaded());
    EXPECT_EQ(loaded()->state, at(pos));
    EXPECT_FALSE(loaded()->from_debezium);
  }
  EXPECT_EQ(loaded()->state, at(10));
}

TEST_F(KafkaOffsetStoreTest, ShowsDebeziumNothingThatATransactionMayStillTakeBack) {
  open(true);
  ASSERT_TRUE(store_->commit(at(1)));
  EXPECT_EQ(seen_by_debezium().back(), "none");
  ASSERT_TRUE(store_->commit(at(2)));
  EXPECT_EQ(seen_by_debezium().back(), map_at(1));
  EXPECT_EQ(store_->restate_interval(), kOffsetSettleInterval);
  ASSERT_TRUE(store_->settle());
  EXPECT_EQ(seen_by_debezium().back(), map_at(2));
  EXPECT_EQ(store_->restate_interval(), kOffsetRestateInterval);
  const std::size_t records = seen_by_debezium().size();
  ASSERT_TRUE(store_->settle());
  EXPECT_EQ(seen_by_debezium().size(), records) << "nothing was behind";
}

TEST_F(KafkaOffsetStoreTest, IsNeverBehindWithoutTransactions) {
  open(false);
  ASSERT_TRUE(store_->commit(at(1)));
  EXPECT_EQ(seen_by_debezium().back(), map_at(1));
  EXPECT_EQ(store_->restate_interval(), kOffsetRestateInterval);
}

TEST_F(KafkaOffsetStoreTest, ANewInstanceShowsWhatTheOneBeforeItCommittedLast) {
  open(true);
  ASSERT_TRUE(store_->commit(at(1)));
  ASSERT_TRUE(store_->commit(at(2)));
  open(true);
  EXPECT_EQ(seen_by_debezium().back(), map_at(2));
}

TEST_F(KafkaOffsetStoreTest, WhatDebeziumStoredSinceCounts) {
  open(true);
  ASSERT_TRUE(store_->commit(at(1)));
  put_by_debezium(map_at(9));
  open(true);
  ASSERT_TRUE(loaded());
  EXPECT_TRUE(loaded()->from_debezium);
  EXPECT_EQ(loaded()->state.offset.position.pos, 9U);
  open(true);
  EXPECT_TRUE(loaded()->from_debezium) << "taken over, and nothing was committed yet";
  ASSERT_TRUE(store_->commit(at(10)));
  put_by_debezium(std::nullopt);
  open(true);
  EXPECT_FALSE(loaded()) << "deleted by Connect";
}

TEST_F(KafkaOffsetStoreTest, WhatIsSetOrRemovedByACommandCounts) {
  open(true);
  ASSERT_TRUE(store_->commit(at(1)));
  open(true, KafkaOffsetStore::Claim::kLook);
  ASSERT_TRUE(store_->place(map_at(5)));
  EXPECT_EQ(seen_by_debezium().back(), map_at(5));
  open(true);
  EXPECT_EQ(loaded()->state.offset.position.pos, 5U);
  ASSERT_TRUE(store_->commit(at(6)));
  ASSERT_TRUE(store_->remove());
  EXPECT_EQ(seen_by_debezium().back(), "none");
  open(true);
  EXPECT_FALSE(loaded());
}

}  // namespace
}  // namespace tidemark

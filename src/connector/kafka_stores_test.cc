// SPDX-License-Identifier: Apache-2.0
#include "connector/kafka_stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "kafka/mock_cluster.h"

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(OffsetTopic, IsAsTheSettingsName) {
  Settings settings;
  settings.connector_name = "shop-connector";
  settings.topic_prefix = "shop";
  settings.offset.topic = "offsets";
  settings.offset.partitions = 5;
  settings.offset.replication_factor = 2;
  settings.offset.topic_configs = {{"segment.bytes", "1000"}};
  settings.offset.consumer = {{"bootstrap.servers", "c:1"}};
  settings.offset.admin = {{"bootstrap.servers", "a:1"}};
  const KafkaOffsetStoreOptions out = offset_topic_of(settings);
  EXPECT_EQ(out.connector_name, "shop-connector");
  EXPECT_EQ(out.topic_prefix, "shop");
  EXPECT_EQ(out.topic.name, "offsets");
  EXPECT_EQ(out.topic.partitions, 5);
  EXPECT_EQ(out.topic.replication_factor, 2);
  EXPECT_THAT(out.topic.configs, ElementsAre(Pair("segment.bytes", "1000")));
  EXPECT_THAT(out.consumer, ElementsAre(Pair("bootstrap.servers", "c:1")));
  EXPECT_THAT(out.admin, ElementsAre(Pair("bootstrap.servers", "a:1")));
}

class DataFolder : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Status make(const std::string& offset_path) const {
    Settings settings;
    settings.offset.path = folder_ + "/" + offset_path;
    return make_data_folder(settings);
  }

  const std::string folder_ =
      testing::TempDir() + "tidemark_data_folder_" + std::to_string(::getpid());
};

TEST_F(DataFolder, IsMadeWithThoseAboveIt) {
  ASSERT_TRUE(make("a/b/offsets"));
  EXPECT_TRUE(std::filesystem::is_directory(folder_ + "/a/b"));
  EXPECT_TRUE(make("a/b/offsets")) << "it is there already";
}

TEST_F(DataFolder, SaysWhereAFileStandsInTheWay) {
  std::ofstream(folder_ + "/a") << "x";
  const Status made = make("a/b/offsets");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(made.error().message().find("cannot make the folder " + folder_ + "/a/b"),
            std::string::npos);
  EXPECT_NE(made.error().remedy().find("is a file"), std::string::npos);
}

TEST(HistoryTopic, IsNeverWrittenInATransaction) {
  Settings settings;
  settings.history.kind = HistoryKind::kKafka;
  settings.kafka.exactly_once = true;
  settings.kafka.producer = kafka::shared_cluster().properties();
  const auto producer = connect_history_producer(settings, {});
  ASSERT_TRUE(producer) << producer.error().text();
  ASSERT_NE(*producer, nullptr);
  EXPECT_FALSE((*producer)->transactional());
}

TEST(HistoryTopic, HasAProducerOfItsOwnWhereItsBrokersAreOthers) {
  Settings settings;
  settings.history.producer = kafka::shared_cluster().properties();
  EXPECT_EQ(connect_history_producer(settings, {}).value(), nullptr) << "there is none";
  settings.history.kind = HistoryKind::kKafka;
  EXPECT_EQ(connect_history_producer(settings, {}).value(), nullptr) << "the sink's writes it";
  settings.history.with_sink = false;
  const auto producer = connect_history_producer(settings, {});
  ASSERT_TRUE(producer) << producer.error().text();
  ASSERT_NE(*producer, nullptr);
  EXPECT_FALSE((*producer)->transactional());
}

}  // namespace
}  // namespace tidemark

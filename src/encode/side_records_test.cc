// SPDX-License-Identifier: Apache-2.0
#include "encode/side_records.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidemark {
namespace {

struct Line {
  std::string topic;
  std::string key;
  std::string value;
  std::string headers;
};

std::vector<Line> lines_of(const RecordBatch& batch) {
  std::vector<Line> out;
  for (const Record& record : batch.records()) {
    out.push_back({record.topic->name, std::string(batch.key(record)),
                   std::string(batch.value(record)), std::string(batch.headers(record))});
  }
  return out;
}

const EncodeSettings kPlain{.schemas_enable_key = false, .schemas_enable_value = false};

TEST(SideRecords, TellWhereATransactionBeginsAndEnds) {
  TopicRegistry topics;
  const TransactionRecords records(kPlain, "shop.transaction", topics);
  RecordBatch batch;
  records.begin("u:1", 7, batch);
  const std::vector<CollectionCount> counts{{"d.a", 2}, {"d.b", 1}};
  records.end("u:1", counts, 8, batch);
  records.end("u:2", {}, 9, batch);
  const auto lines = lines_of(batch);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].topic, "shop.transaction");
  EXPECT_EQ(lines[0].key, R"({"id":"u:1"})");
  EXPECT_EQ(
      lines[0].value,
      R"({"status":"BEGIN","id":"u:1","event_count":null,"data_collections":null,"ts_ms":7})");
  EXPECT_EQ(lines[1].value, R"({"status":"END","id":"u:1","event_count":3,"data_collections":[)"
                            R"({"data_collection":"d.a","event_count":2},)"
                            R"({"data_collection":"d.b","event_count":1}],"ts_ms":8})");
  EXPECT_EQ(lines[2].value,
            R"({"status":"END","id":"u:2","event_count":0,"data_collections":[],"ts_ms":9})");
  EXPECT_EQ(lines[1].headers, "{}");
}

TEST(SideRecords, TellOfSnapshots) {
  TopicRegistry topics;
  const Notification told{.id = "a1",
                          .aggregate = "Incremental Snapshot",
                          .type = "STARTED",
                          .data = {{"connector_name", "tm"}, {"data_collections", "d.\"a\",d.b"}},
                          .ts_ms = 9};
  RecordBatch batch;
  NotificationRecords(kPlain, "told", topics).append(told, batch);
  NotificationRecords({}, "told", topics).append(told, batch);
  const auto lines = lines_of(batch);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].topic, "told");
  EXPECT_EQ(lines[0].key, R"({"id":"a1"})");
  const std::string value =
      R"({"id":"a1","type":"STARTED","aggregate_type":"Incremental Snapshot","additional_data":)"
      R"({"connector_name":"tm","data_collections":"d.\"a\",d.b"},"timestamp":9})";
  EXPECT_EQ(lines[0].value, value);
  EXPECT_TRUE(lines[1].key.ends_with(
      R"("name":"io.debezium.connector.common.NotificationKey","version":1},"payload":{"id":"a1"}})"));
  EXPECT_TRUE(lines[1].value.ends_with(
      R"("name":"io.debezium.connector.common.Notification","version":1},"payload":)" + value +
      "}"));
}

TEST(SideRecords, CarryTheirSchemasWhereTheseAreOn) {
  TopicRegistry topics;
  RecordBatch batch;
  TransactionRecords({}, "t", topics).begin("x", 1, batch);
  HeartbeatRecords({}, "h", "shop", topics).beat(5, batch);
  HeartbeatRecords(kPlain, "h", "shop", topics).beat(6, batch);
  const auto lines = lines_of(batch);
  EXPECT_EQ(lines[0].key,
            R"({"schema":{"type":"struct","fields":[{"type":"string","optional":false,)"
            R"("field":"id"}],"optional":false,)"
            R"("name":"io.debezium.connector.common.TransactionMetadataKey","version":1},)"
            R"("payload":{"id":"x"}})");
  EXPECT_TRUE(lines[0].value.ends_with(
      R"("name":"io.debezium.connector.common.TransactionMetadataValue","version":1},)"
      R"("payload":{"status":"BEGIN","id":"x","event_count":null,"data_collections":null,)"
      R"("ts_ms":1}})"));
  EXPECT_EQ(lines[1].key,
            R"({"schema":{"type":"struct","fields":[{"type":"string","optional":false,)"
            R"("field":"serverName"}],"optional":false,)"
            R"("name":"io.debezium.connector.common.ServerNameKey","version":1},)"
            R"("payload":{"serverName":"shop"}})");
  EXPECT_EQ(lines[1].value,
            R"({"schema":{"type":"struct","fields":[{"type":"int64","optional":false,)"
            R"("field":"ts_ms"}],"optional":false,)"
            R"("name":"io.debezium.connector.common.Heartbeat","version":1},)"
            R"("payload":{"ts_ms":5}})");
  EXPECT_EQ(lines[2].key, R"({"serverName":"shop"})");
  EXPECT_EQ(lines[2].value, R"({"ts_ms":6})");
}

TEST(SideRecords, HandTheirSchemasToTransforms) {
  EncodeSettings settings = kPlain;
  settings.carry_schemas = true;
  TopicRegistry topics;
  RecordBatch batch;
  TransactionRecords(settings, "t", topics).begin("x", 1, batch);
  HeartbeatRecords(settings, "h", "shop", topics).beat(5, batch);
  for (const Record& record : batch.records()) {
    ASSERT_NE(record.topic->schemas, nullptr) << record.topic->name;
    EXPECT_TRUE(record.topic->schemas->key.ends_with("\"version\":1}"));
    EXPECT_TRUE(record.topic->schemas->value.ends_with("\"version\":1}"));
  }
}

// Java's hash of a one-letter name is its code; 16 buckets hold up to 12 names, 32 up to 24.
TEST(SideRecords, ListCollectionsAsAJavaMapDoes) {
  const auto order = [](std::vector<CollectionCount> counts) {
    sort_as_java_map(counts);
    std::string out;
    for (const CollectionCount& count : counts) out += count.collection;
    return out;
  };
  EXPECT_EQ(order({{"a"}, {"o"}, {"p"}}), "pao");
  EXPECT_EQ(order({{"p"}, {"0"}, {"@"}, {"A"}}), "0@pA");  // 48, 64 and 112 share bucket 0
  const std::vector<CollectionCount> twelve{{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"},
                                            {"g"}, {"h"}, {"i"}, {"j"}, {"k"}, {"0"}};
  EXPECT_EQ(order(twelve), "0abcdefghijk");
  std::vector<CollectionCount> thirteen = twelve;
  thirteen.push_back({"@"});
  EXPECT_EQ(order(thirteen), "@abcdefghijk0");  // 48 has moved to bucket 16
  // U+1D11E is the units D834 DD1E: 31 * 0xD834 + 0xDD1E = 0x1B0B6A, spread 0x1B0B71.
  EXPECT_EQ(order({{"b"}, {"\xF0\x9D\x84\x9E"}, {"\xC3\xA9"}}),
            "\xF0\x9D\x84\x9E"
            "b\xC3\xA9");
}

}  // namespace
}  // namespace tidemark

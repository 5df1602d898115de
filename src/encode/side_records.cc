// SPDX-License-Identifier: Apache-2.0
#include "encode/side_records.h"

#include <algorithm>
#include <tuple>

#include "encode/json_text.h"

namespace tidemark {
namespace {

constexpr std::string_view kTransactionKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],)"
    R"("optional":false,"name":"io.debezium.connector.common.TransactionMetadataKey","version":1})";

constexpr std::string_view kTransactionValueSchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"status"},)"
    R"({"type":"string","optional":false,"field":"id"},)"
    R"({"type":"int64","optional":true,"field":"event_count"},)"
    R"({"type":"array","items":{"type":"struct","fields":[)"
    R"({"type":"string","optional":false,"field":"data_collection"},)"
    R"({"type":"int64","optional":false,"field":"event_count"}],)"
    R"("optional":true,"name":"event.collection","version":1},)"
    R"("optional":true,"field":"data_collections"},)"
    R"({"type":"int64","optional":false,"field":"ts_ms"}],)"
    R"("optional":false,"name":"io.debezium.connector.common.TransactionMetadataValue",)"
    R"("version":1})";

constexpr std::string_view kHeartbeatKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"serverName"}],)"
    R"("optional":false,"name":"io.debezium.connector.common.ServerNameKey","version":1})";

constexpr std::string_view kHeartbeatValueSchema =
    R"({"type":"struct","fields":[{"type":"int64","optional":false,"field":"ts_ms"}],)"
    R"("optional":false,"name":"io.debezium.connector.common.Heartbeat","version":1})";

constexpr std::string_view kNotificationKeySchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"}],)"
    R"("optional":false,"name":"io.debezium.connector.common.NotificationKey","version":1})";

constexpr std::string_view kNotificationValueSchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},)"
    R"({"type":"string","optional":false,"field":"type"},)"
    R"({"type":"string","optional":false,"field":"aggregate_type"},)"
    R"({"type":"map","keys":{"type":"string","optional":false},)"
    R"("values":{"type":"string","optional":false},"optional":true,"field":"additional_data"},)"
    R"({"type":"int64","optional":false,"field":"timestamp"}],)"
    R"("optional":false,"name":"io.debezium.connector.common.Notification","version":1})";

std::string wrapped(bool with_schema, std::string_view schema, std::string payload) {
  if (!with_schema) return payload;
  return "{\"schema\":" + std::string(schema) + ",\"payload\":" + payload + "}";
}

const Topic* topic_of(const EncodeSettings& settings, std::string_view name, std::string_view key,
                      std::string_view value, TopicRegistry& topics) {
  if (!settings.carry_schemas) return topics.intern(name);
  return topics.intern(name, {.key = std::string(key), .value = std::string(value)});
}

void append_record(RecordBatch& batch, const Topic* topic, std::string_view key,
                   std::string_view value) {
  std::string& buffer = batch.buffer();
  Record record{.topic = topic};
  record.key_at = static_cast<std::uint32_t>(buffer.size());
  record.key_size = static_cast<std::uint32_t>(key.size());
  buffer += key;
  record.value_at = static_cast<std::uint32_t>(buffer.size());
  record.value_size = static_cast<std::uint32_t>(value.size());
  buffer += value;
  record.headers_at = static_cast<std::uint32_t>(buffer.size());
  record.headers_size = 2;
  buffer += "{}";
  batch.records().push_back(record);
}

// String.hashCode over UTF-16 units, spread as HashMap does.
std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
      point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    i += size;
    if (point < 0x10000) {
      hash = 31 * hash + point;
    } else {
      hash = 31 * hash + (0xD800U + ((point - 0x10000U) >> 10U));
      hash = 31 * hash + (0xDC00U + ((point - 0x10000U) & 0x3FFU));
    }
  }
  return hash ^ (hash >> 16U);
}

}  // namespace

void sort_as_java_map(std::span<CollectionCount> counts) {
  std::uint32_t buckets = 16;
  while (counts.size() * 4 > std::size_t{buckets} * 3) buckets *= 2;
  const auto place = [&](const CollectionCount& count) {
    return std::tuple(java_hash(count.collection) & (buckets - 1), count.collection);
  };
  std::sort(counts.begin(), counts.end(), [&](const CollectionCount& a, const CollectionCount& b) {
    return place(a) < place(b);
  });
}

TransactionRecords::TransactionRecords(const EncodeSettings& settings, std::string_view topic,
                                       TopicRegistry& topics)
    : topic_(topic_of(settings, topic, kTransactionKeySchema, kTransactionValueSchema, topics)),
      key_schema_(settings.schemas_enable_key),
      value_schema_(settings.schemas_enable_value) {}

void TransactionRecords::append(std::string_view id, std::string_view payload,
                                RecordBatch& batch) const {
  append_record(batch, topic_,
                wrapped(key_schema_, kTransactionKeySchema, "{\"id\":" + json_string(id) + "}"),
                wrapped(value_schema_, kTransactionValueSchema, std::string(payload)));
}

void TransactionRecords::begin(std::string_view id, std::int64_t ts_ms, RecordBatch& batch) const {
  append(id,
         R"({"status":"BEGIN","id":)" + json_string(id) +
             R"(,"event_count":null,"data_collections":null,"ts_ms":)" + std::to_string(ts_ms) +
             "}",
         batch);
}

void TransactionRecords::end(std::string_view id, std::span<const CollectionCount> counts,
                             std::int64_t ts_ms, RecordBatch& batch) const {
  std::uint64_t total = 0;
  std::string list;
  for (const CollectionCount& count : counts) {
    total += count.events;
    if (!list.empty()) list += ',';
    list += "{\"data_collection\":" + json_string(count.collection) +
            ",\"event_count\":" + std::to_string(count.events) + "}";
  }
  append(id,
         R"({"status":"END","id":)" + json_string(id) +
             ",\"event_count\":" + std::to_string(total) + ",\"data_collections\":[" + list +
             "],\"ts_ms\":" + std::to_string(ts_ms) + "}",
         batch);
}

HeartbeatRecords::HeartbeatRecords(const EncodeSettings& settings, std::string_view topic,
                                   std::string_view server_name, TopicRegistry& topics)
    : topic_(topic_of(settings, topic, kHeartbeatKeySchema, kHeartbeatValueSchema, topics)),
      key_(wrapped(settings.schemas_enable_key, kHeartbeatKeySchema,
                   "{\"serverName\":" + json_string(server_name) + "}")),
      value_schema_(settings.schemas_enable_value) {}

void HeartbeatRecords::beat(std::int64_t ts_ms, RecordBatch& batch) const {
  append_record(
      batch, topic_, key_,
      wrapped(value_schema_, kHeartbeatValueSchema, "{\"ts_ms\":" + std::to_string(ts_ms) + "}"));
}

std::string data_json(const Notification& notification) {
  std::string out = "{";
  for (const auto& [name, value] : notification.data) {
    if (out.size() > 1) out += ',';
    out += json_string(name) + ":" + json_string(value);
  }
  return out + "}";
}

NotificationRecords::NotificationRecords(const EncodeSettings& settings, std::string_view topic,
                                         TopicRegistry& topics)
    : topic_(topic_of(settings, topic, kNotificationKeySchema, kNotificationValueSchema, topics)),
      key_schema_(settings.schemas_enable_key),
      value_schema_(settings.schemas_enable_value) {}

void NotificationRecords::append(const Notification& notification, RecordBatch& batch) const {
  const std::string id = json_string(notification.id);
  append_record(batch, topic_, wrapped(key_schema_, kNotificationKeySchema, "{\"id\":" + id + "}"),
                wrapped(value_schema_, kNotificationValueSchema,
                        "{\"id\":" + id + ",\"type\":" + json_string(notification.type) +
                            ",\"aggregate_type\":" + json_string(notification.aggregate) +
                            ",\"additional_data\":" + data_json(notification) +
                            ",\"timestamp\":" + std::to_string(notification.ts_ms) + "}"));
}

}  // namespace tidemark

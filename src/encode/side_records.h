// SPDX-License-Identifier: Apache-2.0
// Records that stand beside those of tables: where transactions begin and end, heartbeats, and
// notifications. No headers, as in the original.
// Source:   Debezium 3.6: DefaultTransactionStructMaker, SchemaFactory, HeartbeatImpl,
//           SinkNotificationChannel
// Thread:   immutable once built
// Lifetime: the TopicRegistry outlives every batch written
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/encode_settings.h"
#include "base/record.h"
#include "encode/topic.h"

namespace tidemark {

// Records of one collection in a transaction.
struct CollectionCount {
  std::string_view collection;  // db.table
  std::uint64_t events = 0;
};

// The order in which Java iterates a HashMap that has these names as keys; of names that share a
// bucket, which come in the order of insertion there, the lesser first.
void sort_as_java_map(std::span<CollectionCount> counts);

class TransactionRecords {
 public:
  TransactionRecords(const EncodeSettings& settings, std::string_view topic, TopicRegistry& topics);

  void begin(std::string_view id, std::int64_t ts_ms, RecordBatch& batch) const;
  void end(std::string_view id, std::span<const CollectionCount> counts, std::int64_t ts_ms,
           RecordBatch& batch) const;

 private:
  void append(std::string_view id, std::string_view payload, RecordBatch& batch) const;

  const Topic* topic_;
  bool key_schema_;
  bool value_schema_;
};

class HeartbeatRecords {
 public:
  HeartbeatRecords(const EncodeSettings& settings, std::string_view topic,
                   std::string_view server_name, TopicRegistry& topics);

  void beat(std::int64_t ts_ms, RecordBatch& batch) const;

 private:
  const Topic* topic_;
  std::string key_;
  bool value_schema_;
};

// What the engine tells of snapshots and signals.
struct Notification {
  std::string id;
  std::string aggregate;  // "Initial Snapshot", "Incremental Snapshot", "Signal"
  std::string type;  // STARTED, ..
  std::vector<std::pair<std::string, std::string>> data;  // names differ
  std::int64_t ts_ms = 0;
};

// Of its data: {"name":"value",..}
std::string data_json(const Notification& notification);

class NotificationRecords {
 public:
  NotificationRecords(const EncodeSettings& settings, std::string_view topic,
                      TopicRegistry& topics);

  void append(const Notification& notification, RecordBatch& batch) const;

 private:
  const Topic* topic_;
  bool key_schema_;
  bool value_schema_;
};

}  // namespace tidemark

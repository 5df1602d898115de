// SPDX-License-Identifier: Apache-2.0
#include "connector/kafka_stores.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "base/file.h"

namespace tidemark {

KafkaOffsetStoreOptions offset_topic_of(const Settings& settings) {
  const OffsetSettings& offset = settings.offset;
  return {.connector_name = settings.connector_name,
          .topic_prefix = settings.topic_prefix,
          .topic = {.name = offset.topic,
                    .partitions = offset.partitions,
                    .replication_factor = offset.replication_factor,
                    .configs = {offset.topic_configs.begin(), offset.topic_configs.end()}},
          .consumer = offset.consumer,
          .admin = offset.admin};
}

Status make_data_folder(const Settings& settings) {
  const std::string folder = folder_of(settings.offset.path);
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return std::unexpected(storage_error("make the folder", folder, problem.value()));
  return {};
}

Result<std::unique_ptr<kafka::Producer>> connect_history_producer(const Settings& settings,
                                                                  const std::stop_token& stop) {
  const HistorySettings& history = settings.history;
  if (history.kind != HistoryKind::kKafka) return nullptr;
  if (history.with_sink && !settings.kafka.exactly_once) return nullptr;
  auto producer = TRY(kafka::Producer::open(
      {.properties = history.with_sink ? settings.kafka.producer : history.producer}));
  TRY(producer->connect(stop));
  return producer;
}

Result<std::unique_ptr<HistoryLog>> open_history_topic(const Settings& settings,
                                                       kafka::Producer& producer,
                                                       const std::stop_token& stop) {
  const HistorySettings& history = settings.history;
  return TRY(
      KafkaHistoryLog::open({.topic = history.topic,
                             .consumer = history.consumer,
                             .admin = history.with_sink ? settings.kafka.admin : history.consumer},
                            producer, stop));
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The settings of each Kafka client, put together from wherever a configuration gives them.
//   producer          bootstrap.servers < producer.* < debezium.sink.kafka.producer.* < producer.override.*
//   consumer, admin   how the producer logs in < consumer.* < consumer.override.*; the same with admin
//   offsets           how the worker logs in (security.protocol, sasl.*, ssl.*), else how the producer does
//   history, signals  schema.history.internal.producer.* and so on, with brokers of their own; where these
//                     are not given or the producer's, and no login is, with the producer's login
// Source: Connect 4.0 Worker.baseProducerConfigs, producerConfigs, adminConfigs; Debezium KafkaSchemaHistory,
// KafkaSignalChannel. That brokers and login may be left out where the sink knows them is ours.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "config/config.h"
#include "config/settings.h"

namespace tidemark {

enum class KafkaClient : std::uint8_t {
  kProducer,
  kConsumer,
  kAdmin,
  kOffsets,  // reads the topic, creates it
  kHistoryProducer,
  kHistoryConsumer,
  kSignalConsumer,
};

struct ClientSources {
  ClientProperties properties;  // Java's names
  // The declared property that each came from; of those the configuration does not give: none.
  std::map<std::string, std::string, std::less<>> from;

  std::string text(std::string_view name) const;  // empty: not there
};

ClientSources client_sources(const Config& config, KafkaClient client);

bool sink_is_kafka(const Config& config);
// The same brokers, in whatever order.
bool same_brokers(std::string_view a, std::string_view b);

}  // namespace tidemark

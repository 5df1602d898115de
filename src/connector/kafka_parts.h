// SPDX-License-Identifier: Apache-2.0
// What a connector needs of Kafka: the one producer that its sink and its stores share, and the making of topics.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "connector/delivery.h"
#include "kafka/producer.h"
#include "kafka/topic_maker.h"

namespace tidemark {

// Connected; with exactly-once delivery an older instance is fenced. Nothing where no sink wants it.
Result<std::unique_ptr<kafka::Producer>> connect_producer(const Settings& settings,
                                                          const std::stop_token& stop);

// How topic.creation.* wants a topic to be made, by the first rule that applies; nothing: it is left to the broker.
// Errors: kRejected naming the property whose expression cannot be matched: a topic is never made otherwise for that
Result<std::optional<kafka::NewTopic>> new_topic_of(const KafkaSettings& settings,
                                                    const std::string& topic);
// Of these rules; null where there are none. `settings` outlive it.
std::unique_ptr<kafka::TopicMaker> topic_maker_of(const KafkaSettings& settings);

// The largest record that both a topic and the producer take, in bytes: asks the broker.
Result<std::size_t> record_bytes_max(const KafkaSettings& settings, const std::string& topic);

// How often and how much at once: of transactions where they deliver exactly once.
void set_commits(const Settings& settings, Delivery::Options& options);

}  // namespace tidemark

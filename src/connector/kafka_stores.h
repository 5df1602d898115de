// SPDX-License-Identifier: Apache-2.0
// The stores that are topics, as the settings name them.
// Lifetime: the producer outlives what is opened with it
#pragma once

#include <memory>
#include <stop_token>

#include "base/result.h"
#include "config/settings.h"
#include "kafka/producer.h"
#include "store/history_log_kafka.h"
#include "store/kafka_offset_store.h"

namespace tidemark {

KafkaOffsetStoreOptions offset_topic_of(const Settings& settings);

// The folder for what belongs to this machine alone, where offsets are not in it. Errors: kStorage
Status make_data_folder(const Settings& settings);

// The history's own producer, where the sink's cannot write it; else null. That one's transactions cannot have
// it: Debezium reads up to the last record of the topic, and the end of a transaction is none.
Result<std::unique_ptr<kafka::Producer>> connect_history_producer(const Settings& settings,
                                                                  const std::stop_token& stop);

// `producer`: of the history's brokers.
Result<std::unique_ptr<HistoryLog>> open_history_topic(const Settings& settings,
                                                       kafka::Producer& producer,
                                                       const std::stop_token& stop);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// A schema history in a topic: partition 0, no keys, kept for ever, ours a header of each record.
// Thread:   open and read before the threads start; append on the delivery thread only
// Errors:   of producer, consumer and admin; kRejected where the topic's settings would lose records
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "store/history_store.h"

namespace tidemark {

struct KafkaHistoryOptions {
  std::string topic;
  kafka::ClientProperties consumer;
  kafka::ClientProperties admin;
};

class KafkaHistoryLog : public HistoryLog {
 public:
  // Makes the topic if it is not there. `producer` is connected, has no transactional id and outlives the
  // log: the sink's, or one of the history's own. Debezium gives up on a topic that ends with the mark of a
  // transaction's end: it waits for a record there.
  static Result<std::unique_ptr<KafkaHistoryLog>> open(KafkaHistoryOptions options,
                                                       kafka::Producer& producer,
                                                       const std::stop_token& stop);

  // Acknowledged when it returns.
  Status append(std::span<const Entry> entries) override;
  Status read(const Visitor& visit) override;
  std::string where() const override { return "topic " + options_.topic; }

 private:
  KafkaHistoryLog(KafkaHistoryOptions options, kafka::Producer& producer,
                  const std::stop_token& stop)
      : options_(std::move(options)), producer_(producer), stop_(stop) {}

  const KafkaHistoryOptions options_;
  kafka::Producer& producer_;
  const std::stop_token stop_;
};

}  // namespace tidemark

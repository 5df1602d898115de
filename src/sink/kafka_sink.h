// SPDX-License-Identifier: Apache-2.0
// Records to topics of Kafka: key, value and headers as their bytes, a missing value as a tombstone.
//
// Headers:  each member of a record's headers is one header, its value the JSON text; null is null. Plain: a
//           JSON string goes without its quotes, as Kafka Connect's SimpleHeaderConverter writes it
// Topics:   made before their first record, where there is a maker
// Position: none. Without transactions records reach a topic at least once, and flush() waits until all are
//           acknowledged. With them flush() waits for nothing: records become visible, exactly once, when
//           whoever shares the producer commits it behind the offset
// Waits:    write() while the producer's buffer is full
// Size:     with a path for them, records that a topic does not take go to a file instead
//           (diverted_records.h), before any of them is sent: a broker's refusal would end the producer
// Errors:   of the producer (kafka/producer.h) and of making topics
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "kafka/producer.h"
#include "sink/sink.h"

namespace tidemark {

struct KafkaSinkOptions {
  kafka::Producer& producer;  // connected; outlives the sink
  std::function<Status(const std::string& topic)> prepare_topic =
      {};  // null: the broker makes topics
  bool plain_headers = false;
  std::string divert_path = {};  // empty: a record that is too large is the producer's error
  // With `divert_path`: the largest record of a topic, in bytes.
  std::function<Result<std::size_t>(const std::string& topic)> record_bytes_max = {};
};

std::unique_ptr<Sink> make_kafka_sink(KafkaSinkOptions options);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The topic of the `kafka` signal channel: messages whose key is topic.prefix and whose value is a signal.
//
// Where reading goes on is ours to store, together with the verdicts: a restart neither repeats nor misses a
// signal, whoever else commits to the group. All partitions are read. What was in the topic before the
// first start is passed over, unless the group says where to go on or the topic is to be read from its start
// (`from_start`); a partition that comes later is read from its start.
// Thread: one
// Errors: kRetryable, kServer, kPositionLost from the broker: try again later, the next read() goes on where
//         the last one stood. kRejected for properties that cannot be meant
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "connector/outside_signal.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"

namespace tidemark {

// Those of a client's properties that say where the brokers are and how to log in: any client takes them.
ClientProperties connection_of(const ClientProperties& properties);

class SignalTopic {
 public:
  struct Options {
    KafkaSignalSettings settings;
    std::string key;  // of our messages: topic.prefix
    // With a broker that does not answer: a stop request waits as long.
    std::chrono::milliseconds patience{1'000};
  };
  // `marks`: as stored.
  SignalTopic(Options options, const SignalMarks& marks, const Clock& clock);

  // Finds out where each partition is to be read on, if that is not known yet: mark() says it then. read()
  // does it, too.
  Status place();
  // What has come, waiting up to `wait` for the first; not at all while the topic is not there.
  Result<std::vector<OutsideSignal>> read(std::chrono::milliseconds wait);
  // Lets the group say what is stored, for people's tools.
  Status commit(const SignalMarks& stored);

  // As of the last look.
  bool is_there() const { return !placed_.empty(); }
  // Behind the last message given out.
  const KafkaMark& mark() const { return mark_; }

  // What a record is to us; `ignored` counts those with other keys.
  static OutsideSignal signal_of(const kafka::ConsumedRecord& record, std::string_view key,
                                 std::uint64_t& ignored);

 private:
  Status find_partitions();
  Status place_partition(kafka::Consumer& consumer, std::int32_t partition, bool first_start);
  Result<std::vector<OutsideSignal>> read_on(std::chrono::milliseconds wait);
  void hold_back(OutsideSignal& signal);
  std::unexpected<Error> failed(Error error);

  const Options options_;
  const Clock& clock_;
  KafkaMark mark_;
  std::map<std::int32_t, std::int64_t> committed_;  // in the group, as far as we did it
  std::unique_ptr<kafka::Admin> admin_;
  std::unique_ptr<kafka::Consumer> consumer_;
  std::set<std::int32_t> placed_;  // partitions that the consumer reads
  SteadyTime looked_{};  // for partitions
  std::uint64_t ignored_ = 0;  // messages with other keys
  SteadyTime told_{};  // of those
  std::uint64_t skipped_ = 0;  // messages of before the first start
  bool missing_ = false;  // the topic, which was said
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// A reader of topics by partition and offset. It is a member of no group and is assigned nothing by a broker;
// a group only names where offsets are kept.
//
// Uses:    read_topic() from the beginning to the end, or: seek() once, then poll() for as long as wanted
// Lifetime: the views of a record live until the next call
// Thread:  one at a time
// Errors:  kRetryable when no broker answers, or an open transaction holds the end of a topic back;
//          kServer when one refuses (login, rights), or the topic is not there; kPositionLost when
//          records from the offset on are gone; kCancelled after a stop request
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kafka/properties.h"

namespace tidemark::kafka {

enum class Isolation : std::uint8_t {
  kCommitted,  // nothing of open or aborted transactions
  kUncommitted,
};

struct ConsumedRecord {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = -1;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> headers;

  // The value of the last header of that name; null counts as absent.
  std::optional<std::string_view> header(std::string_view name) const;
};

struct ConsumerOptions {
  ClientProperties properties;
  Isolation isolation = Isolation::kCommitted;  // isolation.level in `properties` does not count
  std::string group = {};  // for commit() and committed()
  std::chrono::milliseconds patience{60'000};  // with a broker that does not answer
};

class Consumer {
 public:
  using Visitor = std::function<Status(const ConsumedRecord&)>;

  // Talks to no broker. Errors: kRejected for a property that cannot be translated.
  static Result<std::unique_ptr<Consumer>> open(ConsumerOptions options);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Every record that is in the topic now, in the order of each partition. Committed: waits for transactions
  // that are open now, so that no record of before is missed. False: there is no such topic.
  Result<bool> read_topic(const std::string& topic, const Visitor& visit,
                          const std::stop_token& stop);

  // poll() gives the records of these partitions, and of no others, from these offsets on; an offset that is
  // not there any more means the first one after it. An offset below the oldest record is kPositionLost there.
  Status seek(const std::string& topic, const std::map<std::int32_t, std::int64_t>& next);
  Status seek(const std::string& topic, std::int32_t partition, std::int64_t offset) {
    return seek(topic, {{partition, offset}});
  }
  // Nothing when no record came within `wait`.
  Result<std::optional<ConsumedRecord>> poll(std::chrono::milliseconds wait);

  // The oldest offset there is, and the one that the next record will have.
  struct Range {
    std::int64_t first = 0;
    std::int64_t end = 0;
  };
  Result<Range> range(const std::string& topic, std::int32_t partition);

  // Offsets of the group: of the next record to read.
  Status commit(const std::string& topic, std::int32_t partition, std::int64_t next);
  Result<std::optional<std::int64_t>> committed(const std::string& topic, std::int32_t partition);

 private:
  class Client;
  explicit Consumer(std::unique_ptr<Client> client);
  std::unique_ptr<Client> client_;
};

}  // namespace tidemark::kafka

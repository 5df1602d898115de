// SPDX-License-Identifier: Apache-2.0
// A producer that keeps the order of what it is given, loses nothing, and holds a bounded number of bytes.
//
// Lifecycle: open() -> connect() -> { send() | flush() | commit() | discard() }* -> destruction (what is not
//            acknowledged by then is dropped)
// Order:     of the calls, in each partition, through every retry
// Partition: as Java's default partitioner chooses: murmur2 of the key's bytes; without a key any
// Waits:     send() while the buffer is full: a broker that is away costs no memory beyond it. An outage is
//            logged when it begins and when it ends, and is no error: without a transaction messages wait
//            for as long as delivery.timeout.ms says, by default forever
// Transaction: with a transactional id the first send() after a commit begins one; all that is sent until
//            commit() is seen by readers of committed records as a whole or not at all
// Thread:    one at a time; stop_waiting() from any
// Errors:    of the first message that could not be delivered, in the order of the calls; nothing but
//            destruction helps the producer then. kConflict: another producer took the transactional id.
//            kRetryable: the transaction is lost (a broker was away for too long): make a new producer and
//            go on where the last commit was. kServer: the broker refuses (login, rights, topic, size).
//            kCancelled after stop_waiting()
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/properties.h"

namespace tidemark::kafka {

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;  // absent: null
};

// Views are copied by send().
struct Message {
  std::string_view topic;
  std::int32_t partition = -1;  // -1: by the key
  std::optional<std::string_view> key = {};  // absent: null
  std::optional<std::string_view> value = {};  // absent: null, a tombstone
  std::span<const Header> headers = {};
  std::int64_t timestamp_ms = -1;  // since the Unix epoch; -1: now
};

struct ProducerOptions {
  ClientProperties properties;
  std::optional<std::string> transactional_id = {};
  std::size_t buffer_bytes = 32U << 20U;  // buffer.memory in `properties` wins
};

class Producer {
 public:
  // Makes the client; talks to no broker. Errors: kRejected for a property that cannot be translated.
  static Result<std::unique_ptr<Producer>> open(const ProducerOptions& options);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Until a broker answers; with a transactional id, until an older producer with it is fenced and what it
  // left open is aborted: read what it committed only after that.
  // Errors: kRetryable when no broker answers for `patience_ms`; kServer when one refuses the login; kCancelled
  Status connect(const std::stop_token& stop, int patience_ms = 60'000);

  Status send(const Message& message);
  // Until everything sent so far is acknowledged. Within a transaction that is not yet a commit.
  Status flush();
  // flush(), and then the end of the transaction; without one (transactional id or anything sent) only that.
  Status commit();
  // Drops what was sent since the last commit: readers of committed records never see it.
  Status discard();

  // Nothing more is sent for now: what waits for company goes out.
  Status rest();
  // Looks after outages and failures while nothing is sent; the failure, if there was one.
  Status tend();

  bool transactional() const;
  // Messages that were sent and are not acknowledged.
  std::size_t in_flight() const;
  // The program is to end: waits end with kCancelled when nothing moves for half a second.
  void stop_waiting();

 private:
  class Client;
  explicit Producer(std::unique_ptr<Client> client);
  std::unique_ptr<Client> client_;
};

}  // namespace tidemark::kafka

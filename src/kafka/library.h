// SPDX-License-Identifier: Apache-2.0
// One client of the library: its life, what its callbacks note, and its errors as ours. For this room only.
//
// Callbacks of errors and deliveries run inside poll() and the calls that wait, on the caller's thread; log
// lines come on the library's threads.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/c_handle.h"
#include "base/clock.h"
#include "base/result.h"
#include "kafka/properties.h"

namespace tidemark::kafka {

using LibraryError = CHandle<rd_kafka_error_t, rd_kafka_error_destroy>;
using TopicHandle = CHandle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using QueueHandle = CHandle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using EventHandle = CHandle<rd_kafka_event_t, rd_kafka_event_destroy>;
using Metadata = CHandle<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using PartitionList =
    CHandle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

// Java's properties in the library's names, or kRejected with all problems.
Result<LibrarySettings> library_settings(ClientKind kind, const ClientProperties& properties);

class Library {
 public:
  using Delivered = std::function<void(const rd_kafka_message_t&)>;

  // `delivered`: called for every message that was acknowledged or failed (producers).
  static Result<std::unique_ptr<Library>> make(ClientKind kind, const LibrarySettings& settings,
                                               Delivered delivered = {});
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  rd_kafka_t* get() const { return client_; }
  // Serves callbacks.
  int poll(int timeout_ms) { return rd_kafka_poll(client_, timeout_ms); }

  // A broker refused the login or the encryption, as an error with its cause; until a broker answered.
  std::optional<Error> refusal() const;
  // A broker answered: an outage is over, a refusal was one of many.
  void answered();
  // What keeps the brokers from answering, for an error: "no broker of a:1,b:2 answers (..)".
  Error unreachable(std::string_view what) const;
  // A failure that ends the client.
  std::optional<Error> fatal() const;

 private:
  Library() = default;
  static void on_error(rd_kafka_t* client, int code, const char* reason, void* self);
  static void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text);
  static void on_delivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  void note(rd_kafka_resp_err_t code, std::string_view reason);

  ClientKind kind_{};
  rd_kafka_t* client_ = nullptr;
  Delivered delivered_;
  std::string brokers_;
  std::string mechanism_;
  bool down_ = false;
  SteadyTime down_since_;
  std::string last_reason_;
  std::optional<Error> refusal_;
};

// What a code means for us; `what`: what was tried, beginning a sentence; `detail`: the broker's words.
Error to_error(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail = {});
bool is_fenced(rd_kafka_resp_err_t code);

}  // namespace tidemark::kafka

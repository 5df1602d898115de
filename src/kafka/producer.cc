// SPDX-License-Identifier: Apache-2.0
#include "kafka/producer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "kafka/library.h"

namespace tidemark::kafka {
namespace {

using std::chrono::milliseconds;

constexpr int kSliceMs = 100;  // of a wait: how often a stop is seen
constexpr milliseconds kStopPatience{500};
constexpr std::int64_t kBatchBytes = 1'000'000;
constexpr std::int64_t kBatchBytesMin = 10'000;  // of what is held back for
// What a message takes of a batch at least: the library closes one after 10,000.
constexpr std::size_t kMessageBytesMin = 100;
constexpr int kRestMs = 5;
// What the library keeps of a message beside its bytes: the count bounds that memory.
constexpr std::size_t kBytesPerMessage = 512;
constexpr std::size_t kMessagesMin = 1000;
constexpr std::int64_t kBufferBytesMin = 1 << 20;

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

std::size_t buffer_bytes(const ProducerOptions& options) {
  const auto bytes = number_or(options.properties, "buffer.memory",
                               static_cast<std::int64_t>(options.buffer_bytes));
  return static_cast<std::size_t>(std::max(bytes, kBufferBytesMin));
}

// Defaults of ours, where the properties say nothing.
LibrarySettings with_defaults(LibrarySettings settings, const ProducerOptions& options) {
  const auto otherwise = [&](std::string_view name, std::string value) {
    settings.try_emplace(std::string(name), std::move(value));
  };
  const std::size_t bytes = buffer_bytes(options);
  otherwise("queue.buffering.max.kbytes", std::to_string(bytes / 1024));
  otherwise("queue.buffering.max.messages",
            std::to_string(std::max(bytes / kBytesPerMessage, kMessagesMin)));
  otherwise("linger.ms", "50");
  otherwise("batch.size", std::to_string(kBatchBytes));
  otherwise("message.max.bytes", std::to_string(kRequestBytesMax));
  otherwise("partitioner", "murmur2_random");
  otherwise("reconnect.backoff.max.ms", "2000");
  otherwise("client.id", "tidemark");
  if (options.transactional_id) {
    settings["transactional.id"] = *options.transactional_id;
    otherwise("transaction.timeout.ms", std::to_string(kTransactionTimeoutMs));
    // A message cannot outlive its transaction.
    const std::int64_t timeout =
        number_or(settings, "transaction.timeout.ms", kTransactionTimeoutMs);
    if (const std::int64_t given = number_or(settings, "delivery.timeout.ms", 0);
        given == 0 || given > timeout)
      settings["delivery.timeout.ms"] = std::to_string(timeout);
  } else {
    otherwise("delivery.timeout.ms", "0");  // forever, as Kafka Connect lets a source wait
  }
  return settings;
}

Error delivery_error(const rd_kafka_message_t& message) {
  const char* const topic = rd_kafka_topic_name(message.rkt);
  if (message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
      message.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
    return {ErrorKind::kRetryable,
            fmt::format("the transaction with records for topic {} is lost", topic),
            "see why Kafka did not answer in time"};
  }
  if (message.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) {
    return {
        ErrorKind::kRetryable,
        fmt::format("a record for topic {} was not acknowledged within delivery.timeout.ms", topic),
        "see that the brokers run and have enough replicas in sync (min.insync.replicas)"};
  }
  return to_error(message.err,
                  fmt::format("topic {} does not take a record (key {} bytes, value {} bytes)",
                              topic, message.key_len, message.len));
}

}  // namespace

class Producer::Client {
 public:
  static Result<std::unique_ptr<Client>> make(const ProducerOptions& options) {
    LibrarySettings settings =
        with_defaults(TRY(library_settings(ClientKind::kProducer, options.properties)), options);
    if (options.transactional_id && settings["enable.idempotence"] != "true") {
      return fail(ErrorKind::kRejected, "exactly-once delivery needs numbered messages",
                  "leave acks, retries and enable.idempotence of the producer away");
    }
    std::unique_ptr<Client> out(new Client());
    out->transactional_ = options.transactional_id.has_value();
    out->transaction_timeout_ =
        milliseconds(number_or(settings, "transaction.timeout.ms", kTransactionTimeoutMs));
    out->batch_bytes_ = static_cast<std::size_t>(
        std::max(number_or(settings, "batch.size", kBatchBytes), kBatchBytesMin));
    out->library_ = TRY(Library::make(
        ClientKind::kProducer, settings,
        [client = out.get()](const rd_kafka_message_t& message) { client->delivered(message); }));
    return out;
  }

  ~Client() {
    if (library_ == nullptr) return;
    // Failures of what is thrown away are nobody's business any more.
    closing_ = true;
    // Readers of committed records would wait for the end of a transaction that is left open.
    if (in_transaction_ && !library_->fatal())
      const LibraryError error(rd_kafka_abort_transaction(handle(), kSliceMs * 5));
    rd_kafka_purge(handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    library_->poll(0);
    topics_.clear();
  }

  Status connect(const std::stop_token& stop, milliseconds patience) {
    const SteadyTime until = clock_.steady() + patience;
    for (;;) {
      const bool done = transactional_ ? TRY(init_transactions()) : ask_for_metadata();
      library_->poll(0);
      if (done) break;
      if (stop.stop_requested() || stopping_) return cancelled();
      if (auto refusal = library_->refusal()) return std::unexpected(*std::move(refusal));
      if (auto fatal = library_->fatal()) return std::unexpected(*std::move(fatal));
      if (clock_.steady() >= until)
        return std::unexpected(library_->unreachable("cannot begin to write to Kafka"));
    }
    library_->answered();
    return {};
  }

  Status send(const Message& message) {
    if (failure_) [[unlikely]]
      return std::unexpected(*failure_);
    if (transactional_ && !in_transaction_) TRY(begin());
    Topic& topic = *TRY(topic_named(message.topic));
    const std::size_t bytes = size_of(message);
    if (topic.outstanding + bytes > window(topic)) TRY(wait_for_room(topic, bytes));
    for (Wait wait(*this);;) {
      const rd_kafka_resp_err_t code = produce(topic, message, bytes);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) [[likely]]
        break;
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return std::unexpected(refused(code, message));
      library_->poll(kSliceMs);
      TRY(wait.check());
    }
    topic.outstanding += bytes;
    return {};
  }

  Status rest() {
    if (in_flight() > 0) rd_kafka_flush(handle(), kRestMs);
    return tend();
  }

  Status flush() {
    for (Wait wait(*this);;) {
      const rd_kafka_resp_err_t code = rd_kafka_flush(handle(), kSliceMs);
      if (failure_) return std::unexpected(*failure_);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      TRY(wait.check());
    }
    library_->answered();
    return {};
  }

  Status commit() {
    if (!in_transaction_) return flush();
    TRY(flush());
    for (Wait wait(*this);;) {
      const LibraryError error(rd_kafka_commit_transaction(handle(), kCommitMs));
      if (error == nullptr) break;
      if (!rd_kafka_error_is_retriable(error.get())) return std::unexpected(lost(error));
      library_->poll(0);
      TRY(wait.check());
    }
    in_transaction_ = false;
    return {};
  }

  Status discard() {
    if (!in_transaction_) return {};
    closing_ = true;  // what is purged fails, as it should
    for (Wait wait(*this);;) {
      const LibraryError error(rd_kafka_abort_transaction(handle(), kCommitMs));
      if (error == nullptr) break;
      if (!rd_kafka_error_is_retriable(error.get())) return std::unexpected(lost(error));
      library_->poll(0);
      TRY(wait.check());
    }
    closing_ = in_transaction_ = false;
    failure_.reset();
    return {};
  }

  Status tend() {
    library_->poll(0);
    if (failure_) return std::unexpected(*failure_);
    if (auto fatal = library_->fatal()) return std::unexpected(keep(fenced_or(*std::move(fatal))));
    return {};
  }

  bool transactional() const { return transactional_; }
  std::size_t in_flight() const { return static_cast<std::size_t>(rd_kafka_outq_len(handle())); }
  void stop_waiting() { stopping_ = true; }

 private:
  static constexpr int kCommitMs = 1000;

  // One wait for the brokers: until the program is to end and nothing moves any more.
  class Wait {
   public:
    explicit Wait(Client& client)
        : client_(client), left_(kUnknown), moved_(client.clock_.steady()) {}
    Status check() {
      if (client_.failure_) return std::unexpected(*client_.failure_);
      if (auto fatal = client_.library_->fatal())
        return std::unexpected(client_.keep(client_.fenced_or(*std::move(fatal))));
      client_.library_->poll(0);  // what waits to be called back counts as in flight
      const std::size_t left = client_.in_flight();
      const SteadyTime now = client_.clock_.steady();
      if (left_ != kUnknown && left < left_) {
        client_.library_->answered();
        moved_ = now;
      }
      left_ = left;
      if (!client_.stopping_) {
        moved_ = now;
        return {};
      }
      if (now - moved_ >= kStopPatience) return client_.cancelled();
      return {};
    }

   private:
    static constexpr auto kUnknown = static_cast<std::size_t>(-1);
    Client& client_;
    std::size_t left_;
    SteadyTime moved_;
  };

  Client() = default;
  rd_kafka_t* handle() const { return library_->get(); }

  static std::unexpected<Error> cancelled() {
    return fail(ErrorKind::kCancelled, "stopped while waiting for Kafka");
  }
  // The first failure stays.
  Error keep(Error error) {
    if (!failure_) failure_ = std::move(error);
    return *failure_;
  }

  bool ask_for_metadata() {
    const rd_kafka_metadata_t* raw = nullptr;
    const rd_kafka_resp_err_t code = rd_kafka_metadata(handle(), 0, nullptr, &raw, kSliceMs * 5);
    const Metadata metadata(raw);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR;
  }

  Result<bool> init_transactions() {
    const LibraryError error(rd_kafka_init_transactions(handle(), kSliceMs * 5));
    if (error == nullptr) return true;
    if (rd_kafka_error_is_retriable(error.get())) return false;
    library_->poll(0);
    if (auto refusal = library_->refusal()) return std::unexpected(*std::move(refusal));
    return std::unexpected(to_error(rd_kafka_error_code(error.get()), "cannot begin transactions",
                                    rd_kafka_error_string(error.get())));
  }

  Status begin() {
    const LibraryError error(rd_kafka_begin_transaction(handle()));
    if (error != nullptr) return std::unexpected(lost(error));
    in_transaction_ = true;
    begun_ = clock_.steady();
    return {};
  }

  // With numbered messages the library holds one batch of a partition in flight and, while another is full
  // or has lingered, asks the socket without a pause: a core that the broker and MySQL may need. So a topic
  // has no more outstanding than what is in flight and most of the next batch, which is completed the moment
  // the other is acknowledged; and what lingers is hurried when nothing more comes (rest()).
  struct Topic {
    TopicHandle handle;
    std::size_t outstanding = 0;  // bytes that are not acknowledged
    std::int32_t partitions = 1;  // that acknowledged something, as far as is known
  };
  std::size_t window(const Topic& topic) const {
    return static_cast<std::size_t>(topic.partitions) * batch_bytes_ / 5 * 9;
  }

  static std::size_t size_of(const Message& message) {
    std::size_t out = message.key.value_or("").size() + message.value.value_or("").size();
    for (const Header& header : message.headers)
      out += header.name.size() + header.value.value_or("").size() + 2;
    return std::max(out, kMessageBytesMin);
  }

  // A message that is larger than the window goes alone.
  Status wait_for_room(const Topic& topic, std::size_t bytes) {
    library_->poll(0);
    for (Wait wait(*this); topic.outstanding > 0 && topic.outstanding + bytes > window(topic);) {
      library_->poll(kSliceMs);
      TRY(wait.check());
    }
    return {};
  }

  Result<Topic*> topic_named(std::string_view name) {
    if (last_topic_ != nullptr && name == last_name_) return last_topic_;
    auto found = topics_.find(name);
    if (found == topics_.end()) {
      found = topics_.try_emplace(std::string(name)).first;
      rd_kafka_topic_conf_t* const conf = rd_kafka_default_topic_conf_dup(handle());
      rd_kafka_topic_conf_set_opaque(conf, &found->second);
      found->second.handle.reset(rd_kafka_topic_new(handle(), found->first.c_str(), conf));
      if (found->second.handle == nullptr) {
        rd_kafka_topic_conf_destroy(conf);
        Error error = to_error(rd_kafka_last_error(), fmt::format("topic {} cannot be used", name));
        topics_.erase(found);
        return std::unexpected(std::move(error));
      }
    }
    last_name_ = found->first;
    last_topic_ = &found->second;
    return last_topic_;
  }

  rd_kafka_resp_err_t produce(const Topic& topic, const Message& message, std::size_t bytes) {
    std::array<rd_kafka_vu_t, 8> parts{};
    std::size_t count = 0;
    const auto add = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
      parts[count].vtype = type;
      return parts[count++];
    };
    add(RD_KAFKA_VTYPE_RKT).u.rkt = topic.handle.get();
    add(RD_KAFKA_VTYPE_PARTITION).u.i32 = message.partition;
    add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the library hands it back, and nobody follows it
    add(RD_KAFKA_VTYPE_OPAQUE).u.ptr = reinterpret_cast<void*>(bytes);
    set_bytes(add(RD_KAFKA_VTYPE_KEY), message.key);
    set_bytes(add(RD_KAFKA_VTYPE_VALUE), message.value);
    if (message.timestamp_ms >= 0) add(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = message.timestamp_ms;
    rd_kafka_headers_t* headers = nullptr;
    if (!message.headers.empty()) {
      headers = copy_of(message.headers);
      add(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
    }
    const LibraryError error(rd_kafka_produceva(handle(), parts.data(), count));
    if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    return rd_kafka_error_code(error.get());
  }

  // A null is no pointer at all; a text of no bytes has one.
  static void set_bytes(rd_kafka_vu_t& part, const std::optional<std::string_view>& bytes) {
    static char nothing = 0;
    part.u.mem.ptr = !bytes           ? nullptr
                     : bytes->empty() ? &nothing
                                      : const_cast<char*>(bytes->data());
    part.u.mem.size = bytes ? bytes->size() : 0;
  }

  static rd_kafka_headers_t* copy_of(std::span<const Header> headers) {
    rd_kafka_headers_t* const out = rd_kafka_headers_new(headers.size());
    for (const Header& header : headers) {
      const std::string_view value = header.value.value_or(std::string_view());
      const char* const bytes = !header.value ? nullptr : value.empty() ? "" : value.data();
      rd_kafka_header_add(out, header.name.data(), static_cast<ssize_t>(header.name.size()), bytes,
                          static_cast<ssize_t>(value.size()));
    }
    return out;
  }

  // Of send(): the library itself does not take the message.
  Error refused(rd_kafka_resp_err_t code, const Message& message) {
    library_->poll(0);
    if (failure_) return *failure_;
    if (code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__STATE) {
      if (auto fatal = library_->fatal()) return keep(fenced_or(*std::move(fatal)));
      return keep({ErrorKind::kRetryable, "the transaction is lost",
                   "see what the broker says of transaction.timeout.ms"});
    }
    return keep(to_error(
        code,
        fmt::format("topic {} does not take a record (key {} bytes, value {} bytes)", message.topic,
                    message.key.value_or("").size(), message.value.value_or("").size())));
  }

  // Of a call on the transaction.
  Error lost(const LibraryError& error) {
    library_->poll(0);
    if (failure_) return *failure_;
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
    if (is_fenced(code)) return keep(fenced_or(to_error(code, "the transaction is not committed")));
    if (auto fatal = library_->fatal()) return keep(fenced_or(*std::move(fatal)));
    Error out =
        to_error(code, "the transaction is not committed", rd_kafka_error_string(error.get()));
    return keep(std::move(out));
  }

  // A broker that ended a transaction for its age says the same as one that took the id from us.
  Error fenced_or(Error error) {
    if (error.kind() != ErrorKind::kConflict || !in_transaction_ ||
        clock_.steady() - begun_ < transaction_timeout_) {
      return error;
    }
    return {ErrorKind::kRetryable,
            fmt::format("the broker ended a transaction that was open for longer than "
                        "transaction.timeout.ms ({} ms)",
                        transaction_timeout_.count()),
            "see why Kafka did not answer in time"};
  }

  void delivered(const rd_kafka_message_t& message) {
    auto& topic = *static_cast<Topic*>(rd_kafka_topic_opaque(message.rkt));
    topic.outstanding -= reinterpret_cast<std::size_t>(message._private);
    topic.partitions = std::max(topic.partitions, message.partition + 1);
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR || failure_ || closing_) return;
    // What ended the producer says more than what became of one message.
    if (auto fatal = library_->fatal()) {
      keep(fenced_or(*std::move(fatal)));
    } else {
      keep(fenced_or(delivery_error(message)));
    }
  }

  const SystemClock clock_;
  std::unique_ptr<Library> library_;
  std::unordered_map<std::string, Topic, StringHash, std::equal_to<>> topics_;
  std::string_view last_name_;  // a key of topics_
  Topic* last_topic_ = nullptr;
  std::optional<Error> failure_;  // the first
  std::atomic<bool> stopping_ = false;
  std::size_t batch_bytes_ = kBatchBytes;
  bool closing_ = false;
  bool transactional_ = false;
  bool in_transaction_ = false;
  SteadyTime begun_;
  milliseconds transaction_timeout_{0};
};

Result<std::unique_ptr<Producer>> Producer::open(const ProducerOptions& options) {
  return std::unique_ptr<Producer>(new Producer(TRY(Client::make(options))));
}
Producer::Producer(std::unique_ptr<Client> client) : client_(std::move(client)) {}
Producer::~Producer() = default;

Status Producer::connect(const std::stop_token& stop, int patience_ms) {
  return client_->connect(stop, milliseconds(patience_ms));
}
Status Producer::send(const Message& message) { return client_->send(message); }
Status Producer::flush() { return client_->flush(); }
Status Producer::commit() { return client_->commit(); }
Status Producer::discard() { return client_->discard(); }
Status Producer::rest() { return client_->rest(); }
Status Producer::tend() { return client_->tend(); }
bool Producer::transactional() const { return client_->transactional(); }
std::size_t Producer::in_flight() const { return client_->in_flight(); }
void Producer::stop_waiting() { client_->stop_waiting(); }

}  // namespace tidemark::kafka

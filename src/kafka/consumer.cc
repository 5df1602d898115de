// SPDX-License-Identifier: Apache-2.0
#include "kafka/consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/clock.h"
#include "kafka/library.h"

namespace tidemark::kafka {
namespace {

using std::chrono::milliseconds;
using OwnedMessage = CHandle<rd_kafka_message_t, rd_kafka_message_destroy>;

constexpr milliseconds kSlice{200};  // of a wait: how often a stop is seen

std::optional<std::string_view> bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

LibrarySettings consumer_settings(LibrarySettings settings, const ConsumerOptions& options,
                                  Isolation isolation) {
  settings["isolation.level"] =
      isolation == Isolation::kCommitted ? "read_committed" : "read_uncommitted";
  // The library wants a group of who is assigned partitions; nothing is kept in it.
  if (!options.group.empty()) settings["group.id"] = options.group;
  settings.try_emplace("group.id", "tidemark");
  settings["enable.auto.commit"] = "false";
  settings["enable.auto.offset.store"] = "false";
  settings["enable.partition.eof"] = "true";
  settings["auto.offset.reset"] = "error";
  settings.try_emplace("check.crcs", "true");
  settings.try_emplace("queued.max.messages.kbytes", "16384");
  settings.try_emplace("fetch.error.backoff.ms", "100");
  settings.try_emplace("reconnect.backoff.max.ms", "2000");
  settings.try_emplace("client.id", "tidemark");
  return settings;
}

PartitionList one(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  PartitionList out(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(out.get(), topic.c_str(), partition)->offset = offset;
  return out;
}

}  // namespace

std::optional<std::string_view> ConsumedRecord::header(std::string_view name) const {
  const auto found = std::find_if(headers.rbegin(), headers.rend(),
                                  [&](const auto& h) { return h.first == name; });
  return found == headers.rend() ? std::nullopt : found->second;
}

class Consumer::Client {
 public:
  static Result<std::unique_ptr<Client>> make(ConsumerOptions options) {
    std::unique_ptr<Client> out(new Client());
    const LibrarySettings settings =
        TRY(library_settings(ClientKind::kConsumer, options.properties));
    out->library_ = TRY(Library::make(ClientKind::kConsumer,
                                      consumer_settings(settings, options, options.isolation)));
    rd_kafka_poll_set_consumer(out->handle());
    if (options.isolation == Isolation::kCommitted) {
      out->ends_ = TRY(Library::make(
          ClientKind::kConsumer, consumer_settings(settings, options, Isolation::kUncommitted)));
    }
    out->options_ = std::move(options);
    return out;
  }

  ~Client() { message_.reset(); }

  Result<bool> read_topic(const std::string& topic, const Visitor& visit,
                          const std::stop_token& stop) {
    const std::int32_t partitions = TRY(count_partitions(topic, stop));
    if (partitions == 0) return false;
    std::vector<std::int64_t> ends;  // by partition; 0: read to its end
    const PartitionList assignment(rd_kafka_topic_partition_list_new(partitions));
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
      const Range range = TRY(this->range(topic, partition));
      ends.push_back(range.end > range.first ? range.end : 0);
      if (ends.back() > 0)
        rd_kafka_topic_partition_list_add(assignment.get(), topic.c_str(), partition)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    }
    TRY(assign(assignment.get(), topic));
    auto done = read_to(topic, ends, visit, stop);
    rd_kafka_assign(handle(), nullptr);
    TRY(std::move(done));
    return true;
  }

  Status seek(const std::string& topic, const std::map<std::int32_t, std::int64_t>& next) {
    const PartitionList assignment(
        rd_kafka_topic_partition_list_new(static_cast<int>(next.size())));
    for (const auto& [partition, offset] : next)
      rd_kafka_topic_partition_list_add(assignment.get(), topic.c_str(), partition)->offset =
          offset;
    return assign(assignment.get(), topic);
  }

  Result<std::optional<ConsumedRecord>> poll(milliseconds wait) {
    const SteadyTime until = clock_.steady() + wait;
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(until - clock_.steady());
      TRY(next(std::max(left, milliseconds(0))));
      if (message_ != nullptr && message_->err == RD_KAFKA_RESP_ERR_NO_ERROR) return record();
      if (clock_.steady() >= until) return std::nullopt;
    }
  }

  Result<Range> range(const std::string& topic, std::int32_t partition) {
    Range out;
    Library& library = asker();
    const SteadyTime until = clock_.steady() + options_.patience;
    for (;;) {
      const rd_kafka_resp_err_t code =
          rd_kafka_query_watermark_offsets(library.get(), topic.c_str(), partition, &out.first,
                                           &out.end, static_cast<int>(kSlice.count()) * 5);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return out;
      Error error = to_error(code, fmt::format("cannot read topic {}", topic));
      serve(library);
      TRY(patient(library, until, std::move(error)));
    }
  }

  Status commit(const std::string& topic, std::int32_t partition, std::int64_t next) {
    const PartitionList offsets = one(topic, partition, next);
    const std::string what = fmt::format("cannot commit the offset of topic {}", topic);
    Library& library = asker();
    const QueueHandle queue(rd_kafka_queue_new(library.get()));
    const rd_kafka_resp_err_t code =
        rd_kafka_commit_queue(library.get(), offsets.get(), queue.get(), nullptr, nullptr);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(to_error(code, what));
    const EventHandle event(
        rd_kafka_queue_poll(queue.get(), static_cast<int>(options_.patience.count())));
    serve(library);
    if (event == nullptr) return std::unexpected(library.unreachable(what));
    if (const auto failed = rd_kafka_event_error(event.get()))
      return std::unexpected(to_error(failed, what));
    return {};
  }

  Result<std::optional<std::int64_t>> committed(const std::string& topic, std::int32_t partition) {
    Library& library = asker();
    const PartitionList offsets = one(topic, partition, RD_KAFKA_OFFSET_INVALID);
    const SteadyTime until = clock_.steady() + options_.patience;
    for (;;) {
      const rd_kafka_resp_err_t code =
          rd_kafka_committed(library.get(), offsets.get(), static_cast<int>(kSlice.count()) * 5);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      Error error = to_error(code, fmt::format("cannot read the offset of topic {}", topic));
      serve(library);
      TRY(patient(library, until, std::move(error)));
    }
    const std::int64_t offset = offsets->elems[0].offset;
    return offset < 0 ? std::nullopt : std::optional(offset);
  }

 private:
  Client() = default;
  rd_kafka_t* handle() const { return library_->get(); }

  // For what is no reading: beside records that wait to be polled.
  Library& asker() { return ends_ ? *ends_ : *library_; }
  // Serving the callbacks of a client that reads takes records out of its queue, at which the library aborts;
  // its own poll serves them.
  void serve(Library& library) {
    if (&library != library_.get() || !assigned_) library.poll(0);
  }

  // An error that may pass is one only when time is up.
  Status patient(Library& library, SteadyTime until, Error error) {
    if (auto refusal = library.refusal()) return std::unexpected(*std::move(refusal));
    if (error.kind() != ErrorKind::kRetryable) return std::unexpected(std::move(error));
    if (clock_.steady() >= until) return std::unexpected(library.unreachable(error.message()));
    return {};
  }

  Status assign(const rd_kafka_topic_partition_list_t* partitions, const std::string& topic) {
    message_.reset();
    assigned_ = true;
    const rd_kafka_resp_err_t code = rd_kafka_assign(handle(), partitions);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return std::unexpected(to_error(code, fmt::format("cannot read topic {}", topic)));
  }

  // 0: no such topic.
  Result<std::int32_t> count_partitions(const std::string& topic, const std::stop_token& stop) {
    const TopicHandle of(rd_kafka_topic_new(handle(), topic.c_str(), nullptr));
    const std::string what = fmt::format("cannot read topic {}", topic);
    if (of == nullptr) return std::unexpected(to_error(rd_kafka_last_error(), what));
    const SteadyTime until = clock_.steady() + options_.patience;
    for (;;) {
      const rd_kafka_metadata_t* raw = nullptr;
      rd_kafka_resp_err_t code =
          rd_kafka_metadata(handle(), 0, of.get(), &raw, static_cast<int>(kSlice.count()) * 5);
      const Metadata metadata(raw);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1) {
        code = metadata->topics[0].err;
        if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return 0;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topics[0].partition_cnt > 0)
          return metadata->topics[0].partition_cnt;
      }
      if (stop.stop_requested())
        return fail(ErrorKind::kCancelled, "stopped while reading a topic");
      serve(*library_);
      TRY(patient(*library_, until, to_error(code, what)));
    }
  }

  // The next message, record or end of a partition, or none; an error of the reading as such.
  Status next(milliseconds wait) {
    message_.reset();
    message_.reset(rd_kafka_consumer_poll(handle(), static_cast<int>(wait.count())));
    if (message_ == nullptr) {
      if (auto refusal = library_->refusal()) return std::unexpected(*std::move(refusal));
      return {};
    }
    switch (message_->err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        library_->answered();
        return {};
      // Nothing is kept in a group, unless asked for; then committing says so.
      case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return {};
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        return fail(ErrorKind::kPositionLost,
                    fmt::format("topic {} holds no record at the offset to go on from any more",
                                rd_kafka_topic_name(message_->rkt)),
                    "keep records of that topic for longer (retention.ms)");
      default:
        break;
    }
    Error error =
        to_error(message_->err, "cannot read from Kafka", rd_kafka_message_errstr(message_.get()));
    if (error.kind() == ErrorKind::kRetryable) return {};  // the library goes on by itself
    return std::unexpected(std::move(error));
  }

  ConsumedRecord record() const {
    const rd_kafka_message_t& from = *message_;
    ConsumedRecord out;
    out.topic = rd_kafka_topic_name(from.rkt);
    out.partition = from.partition;
    out.offset = from.offset;
    out.timestamp_ms = rd_kafka_message_timestamp(&from, nullptr);
    out.key = bytes(from.key, from.key_len);
    out.value = bytes(from.payload, from.len);
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      out.headers.emplace_back(name, bytes(value, size));
    }
    return out;
  }

  // Until each partition was read to its end of the beginning.
  Status read_to(const std::string& topic, std::vector<std::int64_t>& ends, const Visitor& visit,
                 const std::stop_token& stop) {
    auto left = std::ranges::count_if(ends, [](std::int64_t end) { return end > 0; });
    SteadyTime until = clock_.steady() + options_.patience;
    while (left > 0) {
      if (stop.stop_requested())
        return fail(ErrorKind::kCancelled, "stopped while reading a topic");
      TRY(next(kSlice));
      if (message_ == nullptr || message_->rkt == nullptr) {
        if (clock_.steady() >= until) return std::unexpected(held_back(topic));
        continue;
      }
      const bool is_record = message_->err == RD_KAFKA_RESP_ERR_NO_ERROR;
      if (!is_record && message_->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
      std::int64_t& end = ends[static_cast<std::size_t>(message_->partition)];
      if (end == 0) continue;  // newer than the beginning
      const std::int64_t at = message_->offset + (is_record ? 1 : 0);
      if (is_record && message_->offset < end) {
        TRY(visit(record()));
        until = clock_.steady() + options_.patience;
      }
      if (at >= end) {
        end = 0;
        --left;
      }
    }
    message_.reset();
    return {};
  }

  Error held_back(const std::string& topic) const {
    if (library_->refusal()) return *library_->refusal();
    if (options_.isolation == Isolation::kUncommitted)
      return library_->unreachable(fmt::format("cannot read topic {} to its end", topic));
    return {ErrorKind::kRetryable,
            fmt::format("topic {} was not read to its end within {} ms: no broker answers, or a "
                        "transaction is open there",
                        topic, options_.patience.count()),
            "look for it with kafka-transactions.sh find-hanging; the broker ends it after its "
            "producer's transaction.timeout.ms"};
  }

  const SystemClock clock_;
  ConsumerOptions options_;
  std::unique_ptr<Library> library_;
  std::unique_ptr<Library> ends_;  // sees the end as of all records; null: library_ does
  bool assigned_ = false;  // library_ was given partitions to read
  OwnedMessage message_;
};

Result<std::unique_ptr<Consumer>> Consumer::open(ConsumerOptions options) {
  return std::unique_ptr<Consumer>(new Consumer(TRY(Client::make(std::move(options)))));
}
Consumer::Consumer(std::unique_ptr<Client> client) : client_(std::move(client)) {}
Consumer::~Consumer() = default;

Result<bool> Consumer::read_topic(const std::string& topic, const Visitor& visit,
                                  const std::stop_token& stop) {
  return client_->read_topic(topic, visit, stop);
}
Status Consumer::seek(const std::string& topic, const std::map<std::int32_t, std::int64_t>& next) {
  return client_->seek(topic, next);
}
Result<std::optional<ConsumedRecord>> Consumer::poll(std::chrono::milliseconds wait) {
  return client_->poll(wait);
}
Result<Consumer::Range> Consumer::range(const std::string& topic, std::int32_t partition) {
  return client_->range(topic, partition);
}
Status Consumer::commit(const std::string& topic, std::int32_t partition, std::int64_t next) {
  return client_->commit(topic, partition, next);
}
Result<std::optional<std::int64_t>> Consumer::committed(const std::string& topic,
                                                        std::int32_t partition) {
  return client_->committed(topic, partition);
}

}  // namespace tidemark::kafka

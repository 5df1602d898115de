// SPDX-License-Identifier: Apache-2.0
#include "kafka/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.h"
#include "kafka/library.h"

namespace tidemark::kafka {
namespace {

using std::chrono::milliseconds;
using AdminOptions = CHandle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using OwnedTopic = CHandle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using OwnedResource = CHandle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

constexpr int kSliceMs = 1000;
constexpr std::size_t kTextBytes = 512;

}  // namespace

class Admin::Client {
 public:
  static Result<std::unique_ptr<Client>> make(const ClientProperties& properties,
                                              milliseconds patience) {
    std::unique_ptr<Client> out(new Client());
    out->patience_ = patience;
    LibrarySettings settings = TRY(library_settings(ClientKind::kAdmin, properties));
    settings.try_emplace("reconnect.backoff.max.ms", "2000");
    settings.try_emplace("client.id", "tidemark");
    out->library_ = TRY(Library::make(ClientKind::kAdmin, settings));
    return out;
  }

  Status check() {
    TRY(metadata(nullptr, "cannot ask Kafka"));
    return {};
  }

  Result<std::optional<TopicDescription>> describe(const std::string& topic) {
    const std::string what = fmt::format("cannot ask for topic {}", topic);
    const TopicHandle of(rd_kafka_topic_new(handle(), topic.c_str(), nullptr));
    if (of == nullptr) return std::unexpected(to_error(rd_kafka_last_error(), what));
    const Metadata found = TRY(metadata(of.get(), what));
    if (found->topic_cnt != 1) return std::nullopt;
    const rd_kafka_metadata_topic_t& it = found->topics[0];
    if (it.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::nullopt;
    if (it.err != RD_KAFKA_RESP_ERR_NO_ERROR && it.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
      return std::unexpected(to_error(it.err, what));
    TopicDescription out{.partitions = it.partition_cnt};
    if (it.partition_cnt > 0) out.replication_factor = it.partitions[0].replica_cnt;
    return out;
  }

  Result<std::map<std::string, std::string, std::less<>>> configs(const std::string& topic) {
    const std::string what = fmt::format("cannot read the settings of topic {}", topic);
    const OwnedResource resource(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    rd_kafka_ConfigResource_t* resources = resource.get();
    const QueueHandle queue(rd_kafka_queue_new(handle()));
    const AdminOptions options = make_options(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_DescribeConfigs(handle(), &resources, 1, options.get(), queue.get());
    const EventHandle event = TRY(answer(queue.get(), what));
    std::size_t count = 0;
    const auto* const results = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event.get()), &count);
    std::map<std::string, std::string, std::less<>> out;
    for (std::size_t i = 0; i < count; ++i) {
      if (const auto code = rd_kafka_ConfigResource_error(results[i]))
        return std::unexpected(
            to_error(code, what, null_as_empty(rd_kafka_ConfigResource_error_string(results[i]))));
      std::size_t entries = 0;
      const auto* const found = rd_kafka_ConfigResource_configs(results[i], &entries);
      for (std::size_t k = 0; k < entries; ++k)
        out.emplace(rd_kafka_ConfigEntry_name(found[k]),
                    null_as_empty(rd_kafka_ConfigEntry_value(found[k])));
    }
    return out;
  }

  Result<bool> create(const NewTopic& topic) {
    const std::string what = fmt::format("cannot create topic {}", topic.name);
    std::array<char, kTextBytes> text{};
    const OwnedTopic made(rd_kafka_NewTopic_new(
        topic.name.c_str(), topic.partitions, topic.replication_factor, text.data(), text.size()));
    if (made == nullptr)
      return std::unexpected(to_error(RD_KAFKA_RESP_ERR__INVALID_ARG, what, text.data()));
    for (const auto& [name, value] : topic.configs)
      rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
    rd_kafka_NewTopic_t* topics = made.get();
    const QueueHandle queue(rd_kafka_queue_new(handle()));
    const AdminOptions options = make_options(RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(handle(), &topics, 1, options.get(), queue.get());
    const EventHandle event = TRY(answer(queue.get(), what));
    std::size_t count = 0;
    const auto* const results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event.get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
      const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
      if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return std::unexpected(
            to_error(code, what, null_as_empty(rd_kafka_topic_result_error_string(results[i]))));
    }
    return true;
  }

 private:
  Client() = default;
  rd_kafka_t* handle() const { return library_->get(); }
  static const char* null_as_empty(const char* text) { return text == nullptr ? "" : text; }

  AdminOptions make_options(rd_kafka_admin_op_t operation) const {
    AdminOptions out(rd_kafka_AdminOptions_new(handle(), operation));
    std::array<char, kTextBytes> text{};
    rd_kafka_AdminOptions_set_request_timeout(out.get(), static_cast<int>(patience_.count()),
                                              text.data(), text.size());
    return out;
  }

  // No topic: of the cluster alone.
  Result<Metadata> metadata(rd_kafka_topic_t* topic, const std::string& what) {
    const SteadyTime until = clock_.steady() + patience_;
    for (;;) {
      const rd_kafka_metadata_t* raw = nullptr;
      const rd_kafka_resp_err_t code = rd_kafka_metadata(handle(), 0, topic, &raw, kSliceMs);
      Metadata out(raw);
      library_->poll(0);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        library_->answered();
        return out;
      }
      if (auto refusal = library_->refusal()) return std::unexpected(*std::move(refusal));
      Error error = to_error(code, what);
      if (error.kind() != ErrorKind::kRetryable) return std::unexpected(std::move(error));
      if (clock_.steady() >= until) return std::unexpected(library_->unreachable(what));
    }
  }

  Result<EventHandle> answer(rd_kafka_queue_t* queue, const std::string& what) {
    const SteadyTime until = clock_.steady() + patience_ + milliseconds(kSliceMs);
    for (;;) {
      EventHandle event(rd_kafka_queue_poll(queue, kSliceMs));
      library_->poll(0);
      if (auto refusal = library_->refusal()) return std::unexpected(*std::move(refusal));
      if (event == nullptr && clock_.steady() >= until)
        return std::unexpected(library_->unreachable(what));
      if (event == nullptr) continue;
      const rd_kafka_resp_err_t code = rd_kafka_event_error(event.get());
      if (code == RD_KAFKA_RESP_ERR__TIMED_OUT) return std::unexpected(library_->unreachable(what));
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return std::unexpected(
            to_error(code, what, null_as_empty(rd_kafka_event_error_string(event.get()))));
      return event;
    }
  }

  const SystemClock clock_;
  std::unique_ptr<Library> library_;
  milliseconds patience_{0};
};

Result<std::unique_ptr<Admin>> Admin::open(const ClientProperties& properties,
                                           std::chrono::milliseconds patience) {
  return std::unique_ptr<Admin>(new Admin(TRY(Client::make(properties, patience))));
}
Admin::Admin(std::unique_ptr<Client> client) : client_(std::move(client)) {}
Admin::~Admin() = default;

Status Admin::check() { return client_->check(); }
Result<std::optional<TopicDescription>> Admin::describe(const std::string& topic) {
  return client_->describe(topic);
}
Result<std::map<std::string, std::string, std::less<>>> Admin::configs(const std::string& topic) {
  return client_->configs(topic);
}
Result<bool> Admin::create(const NewTopic& topic) { return client_->create(topic); }

}  // namespace tidemark::kafka

// SPDX-License-Identifier: Apache-2.0
#include "connector/kafka_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "kafka/admin.h"
#include "kafka/properties.h"

namespace tidemark {
namespace {

// A transaction need not be larger: a commit is then a small part of the time that it takes to write it.
constexpr std::size_t kTransactionBytes = 32U << 20U;
// Of a start with brokers that do not answer; later they are waited for.
constexpr int kConnectPatienceMs = 20'000;

// Errors: kRejected, by the property's name, where an expression cannot be matched with the topic
Result<bool> applies(const TopicRule& rule, const std::string& topic) {
  const auto in = [&](const RegexList& list, std::string_view option) -> Result<bool> {
    return TRY_AT(list.matches(topic), fmt::format("topic.creation.{}.{}", rule.group, option));
  };
  if (rule.include && !TRY(in(*rule.include, "include"))) return false;
  return !rule.exclude || !TRY(in(*rule.exclude, "exclude"));
}

}  // namespace

Result<std::unique_ptr<kafka::Producer>> connect_producer(const Settings& settings,
                                                          const std::stop_token& stop) {
  if (settings.sink.kind != SinkKind::kKafka) return nullptr;
  kafka::ProducerOptions options{.properties = settings.kafka.producer};
  if (settings.kafka.exactly_once) options.transactional_id = settings.kafka.transactional_id;
  auto producer = TRY(kafka::Producer::open(options));
  TRY(producer->connect(stop, kConnectPatienceMs));
  return producer;
}

Result<std::optional<kafka::NewTopic>> new_topic_of(const KafkaSettings& settings,
                                                    const std::string& topic) {
  for (const TopicRule& rule : settings.topic_creation) {
    if (!TRY(applies(rule, topic))) continue;
    return kafka::NewTopic{.name = topic,
                           .partitions = rule.partitions,
                           .replication_factor = rule.replication_factor,
                           .configs = {rule.configs.begin(), rule.configs.end()}};
  }
  return std::nullopt;
}

std::unique_ptr<kafka::TopicMaker> topic_maker_of(const KafkaSettings& settings) {
  if (settings.topic_creation.empty()) return nullptr;
  return std::make_unique<kafka::TopicMaker>(settings.admin, [&settings](const std::string& topic) {
    return new_topic_of(settings, topic);
  });
}

Result<std::size_t> record_bytes_max(const KafkaSettings& settings, const std::string& topic) {
  const std::int64_t of_producer =
      kafka::number_or(settings.producer, "max.request.size", kafka::kRequestBytesMax);
  const auto admin = TRY(kafka::Admin::open(settings.admin));
  // The broker makes the topic with its defaults, which take what the producer does.
  if (!TRY(admin->describe(topic))) return static_cast<std::size_t>(of_producer);
  const std::int64_t of_topic =
      kafka::number_or(TRY(admin->configs(topic)), "max.message.bytes", of_producer);
  return static_cast<std::size_t>(std::min(of_producer, of_topic));
}

void set_commits(const Settings& settings, Delivery::Options& options) {
  using std::chrono::milliseconds;
  options.flush_interval = milliseconds(settings.offset.flush_interval_ms);
  if (!settings.kafka.exactly_once) return;
  options.flush_interval = milliseconds(settings.kafka.transaction_interval_ms);
  options.flush_bytes = kTransactionBytes;
  options.uncovered_max =
      milliseconds(kafka::number_or(settings.kafka.producer, "transaction.timeout.ms",
                                    kafka::kTransactionTimeoutMs) /
                   3);
}

}  // namespace tidemark

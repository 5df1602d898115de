// SPDX-License-Identifier: Apache-2.0
#include "connector/kafka_parts.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "kafka/admin.h"
#include "kafka/properties.h"

namespace tidemark {
namespace {

// A transaction need not be larger: a commit is then a small part of the time that it takes to write it.
constexpr std::size_t kTransactionBytes = 32U << 20U;
// Of a start with brokers that do not answer; later they are waited for.
constexpr int kConnectPatienceMs = 20'000;

bool applies(const TopicRule& rule, const std::string& topic) {
  const auto in = [&](const std::optional<RegexList>& list) {
    return list && list->matches(topic).value_or(false);
  };
  return (!rule.include || in(rule.include)) && !in(rule.exclude);
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

std::unique_ptr<kafka::TopicMaker> topic_maker_of(const KafkaSettings& settings) {
  if (settings.topic_creation.empty()) return nullptr;
  const auto rules = [&settings](const std::string& topic) -> std::optional<kafka::NewTopic> {
    const auto rule = std::ranges::find_if(settings.topic_creation,
                                           [&](const TopicRule& it) { return applies(it, topic); });
    if (rule == settings.topic_creation.end()) return std::nullopt;
    return kafka::NewTopic{.name = topic,
                           .partitions = rule->partitions,
                           .replication_factor = rule->replication_factor,
                           .configs = {rule->configs.begin(), rule->configs.end()}};
  };
  return std::make_unique<kafka::TopicMaker>(settings.admin, rules);
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

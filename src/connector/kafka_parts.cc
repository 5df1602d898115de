// SPDX-License-Identifier: Apache-2.0
#include "connector/kafka_parts.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "kafka/admin.h"

namespace tidemark {
namespace {

// A transaction need not be larger: a commit is then a small part of the time that it takes to write it.
constexpr std::size_t kTransactionBytes = 32U << 20U;
// Of a start with brokers that do not answer; later they are waited for.
constexpr int kConnectPatienceMs = 20'000;
constexpr std::int64_t kTransactionTimeoutMs = 60'000;  // Kafka's default of transaction.timeout.ms

constexpr std::size_t kRequestBytes = 1U << 20U;  // Kafka's default of max.request.size

template <class Number>
Number number_of(const kafka::ClientProperties& properties, std::string_view name,
                 Number otherwise) {
  const auto found = properties.find(name);
  if (found == properties.end()) return otherwise;
  const std::string& text = found->second;
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

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
  std::size_t out = number_of(settings.producer, "max.request.size", kRequestBytes);
  const auto admin = TRY(kafka::Admin::open(settings.admin));
  // The broker makes the topic with its defaults, which take what the producer does.
  if (!TRY(admin->describe(topic))) return out;
  return std::min(out, number_of(TRY(admin->configs(topic)), "max.message.bytes", out));
}

void set_commits(const Settings& settings, Delivery::Options& options) {
  using std::chrono::milliseconds;
  options.flush_interval = milliseconds(settings.offset.flush_interval_ms);
  if (!settings.kafka.exactly_once) return;
  options.flush_interval = milliseconds(settings.kafka.transaction_interval_ms);
  options.flush_bytes = kTransactionBytes;
  options.uncovered_max = milliseconds(
      number_of(settings.kafka.producer, "transaction.timeout.ms", kTransactionTimeoutMs) / 3);
}

}  // namespace tidemark

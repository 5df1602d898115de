// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/assert.h"
#include "config/cross_checks.h"
#include "config/kafka_clients.h"
#include "config/value_check.h"

namespace tidemark {
namespace {

constexpr std::string_view kOffsetTopic = "offset.storage.topic";
constexpr std::string_view kOffsetFile = "offset.storage.file.filename";
constexpr std::string_view kHistoryTopic = "schema.history.internal.kafka.topic";
constexpr std::string_view kTopicCreation = "topic.creation.";
// Short enough that a reader of committed records hardly waits, long enough that the two round trips of a
// commit are a small part of it.
constexpr std::int64_t kTransactionMs = 300;

std::string text_of(const Config& config, std::string_view name) {
  return std::string(trim(config.text(name)));
}
bool has_text(const Config& config, std::string_view name) {
  return !text_of(config, name).empty();
}
bool names_class(const Config& config, std::string_view name, std::string_view last) {
  return config.text(name).ends_with(last);
}

std::int32_t small_number(const Config& config, std::string_view name) {
  return static_cast<std::int32_t>(config.integer(name));
}

// An option of a topic group that is a number; the default group's where there is none.
std::int32_t group_number(const Config& config, std::string_view group, std::string_view option) {
  for (const std::string_view one : {group, std::string_view("default")}) {
    const std::string text = text_of(config, fmt::format("{}{}.{}", kTopicCreation, one, option));
    if (const auto number = parse_integer(text)) return static_cast<std::int32_t>(*number);
  }
  return -1;
}

std::optional<RegexList> group_list(const Config& config, std::string_view group,
                                    std::string_view option) {
  const std::string text = config.text(fmt::format("{}{}.{}", kTopicCreation, group, option));
  auto list = RegexList::compile(text, RegexCase::kSensitive);
  ASSERT(list.has_value(), "topic.creation was checked");
  return list->empty() ? std::nullopt : std::optional(*std::move(list));
}

TopicRule topic_rule(const Config& config, const std::string& group) {
  TopicRule out;
  out.group = group;
  out.partitions = group_number(config, group, "partitions");
  out.replication_factor = group_number(config, group, "replication.factor");
  if (group != "default") {
    out.include = group_list(config, group, "include");
    out.exclude = group_list(config, group, "exclude");
  }
  constexpr auto kOurs =
      std::to_array<std::string_view>({"include", "exclude", "partitions", "replication.factor"});
  for (auto& [name, value] : config.under(fmt::format("{}{}.", kTopicCreation, group))) {
    if (std::find(kOurs.begin(), kOurs.end(), name) == kOurs.end())
      out.configs[name] = std::move(value);
  }
  return out;
}

// Connect's, of the one task there is.
std::string transactional_id(const Config& config) {
  const std::string name = text_of(config, "name");
  if (config.has_worker() && has_text(config, "group.id"))
    return fmt::format("{}-{}-0", text_of(config, "group.id"), name);
  return fmt::format("tidemark-{}-{}", name, config.text("topic.prefix"));
}

// A name as the last part of a path.
std::string file_name_of(std::string_view name) {
  std::string out(name);
  std::replace_if(
      out.begin(), out.end(),
      [](unsigned char c) { return c <= ' ' || c == '/' || c == '\\' || c == 0x7F; }, '_');
  return out;
}

}  // namespace

OffsetKind offset_kind(const Config& config) {
  if (config.given("offset.storage")) {
    return names_class(config, "offset.storage", "KafkaOffsetBackingStore") ? OffsetKind::kKafka
                                                                            : OffsetKind::kFile;
  }
  if (!sink_is_kafka(config) || !has_text(config, kOffsetTopic)) return OffsetKind::kFile;
  const bool standalone = has_text(config, kOffsetFile) && !has_text(config, "group.id");
  return standalone ? OffsetKind::kFile : OffsetKind::kKafka;
}

HistoryKind history_kind(const Config& config) {
  constexpr std::string_view kClass = "schema.history.internal";
  if (names_class(config, kClass, "FileSchemaHistory")) return HistoryKind::kFile;
  if (names_class(config, kClass, "MemorySchemaHistory")) return HistoryKind::kNone;
  if (!sink_is_kafka(config)) return HistoryKind::kNone;
  const bool expected =
      config.given(kClass) || config.has_worker() || config.form() == ConfigForm::kConnect;
  return expected || has_text(config, kHistoryTopic) ? HistoryKind::kKafka : HistoryKind::kNone;
}

bool has_channel(const Config& config, std::string_view channel) {
  const auto channels = comma_items(config.text("signal.enabled.channels"));
  return std::find(channels.begin(), channels.end(), channel) != channels.end();
}

std::vector<std::string> topic_groups(const Config& config) {
  const auto given = config.under(kTopicCreation);
  const bool any = std::any_of(given.begin(), given.end(),
                               [](const auto& option) { return option.first != "enable"; });
  if (!any || !config.boolean("topic.creation.enable")) return {};
  std::vector<std::string> out = comma_items(config.text("topic.creation.groups"));
  std::erase(out, "default");
  out.emplace_back("default");
  return out;
}

bool delivers_exactly_once(const Config& config) {
  if (!sink_is_kafka(config) || offset_kind(config) != OffsetKind::kKafka) return false;
  return config.text("exactly.once.support") == "required" ||
         config.text("exactly.once.source.support") == "enabled";
}

TransactionInterval transaction_interval(const Config& config) {
  if (config.text("transaction.boundary") != "interval") return {kTransactionMs, {}};
  constexpr std::string_view kOwn = "transaction.boundary.interval.ms";
  const std::string_view property = config.given(kOwn) ? kOwn : "offset.flush.interval.ms";
  return {config.integer(property), property};
}

bool has_plain_headers(const Config& config) {
  constexpr std::string_view kConverter = "header.converter";
  if (!config.given(kConverter))
    return sink_is_kafka(config) && config.form() != ConfigForm::kServer;
  return config.text(kConverter).find("Simple") != std::string::npos;
}

KafkaSettings kafka_settings(const Config& config) {
  KafkaSettings out;
  if (!sink_is_kafka(config)) return out;
  out.producer = client_sources(config, KafkaClient::kProducer).properties;
  out.consumer = client_sources(config, KafkaClient::kConsumer).properties;
  out.admin = client_sources(config, KafkaClient::kAdmin).properties;
  for (const std::string& group : topic_groups(config))
    out.topic_creation.push_back(topic_rule(config, group));
  out.exactly_once = delivers_exactly_once(config);
  out.transactional_id = transactional_id(config);
  out.transaction_interval_ms = transaction_interval(config).ms;
  out.plain_headers = has_plain_headers(config);
  if (config.text("tidemark.kafka.oversize") == "divert") out.oversize = OversizePolicy::kDivert;
  out.oversize_path = text_of(config, "tidemark.kafka.oversize.path");
  return out;
}

OffsetSettings offset_settings(const Config& config) {
  OffsetSettings out;
  out.kind = offset_kind(config);
  out.flush_interval_ms = config.integer("offset.flush.interval.ms");
  if (out.kind == OffsetKind::kFile) {
    out.path = config.text(kOffsetFile);
    return out;
  }
  out.path = fmt::format("{}/{}", text_of(config, "tidemark.data.dir"),
                         file_name_of(text_of(config, "name")));
  out.topic = text_of(config, "offsets.storage.topic");
  if (out.topic.empty()) out.topic = text_of(config, kOffsetTopic);
  out.partitions = small_number(config, "offset.storage.partitions");
  out.replication_factor = small_number(config, "offset.storage.replication.factor");
  constexpr auto kOurs = std::to_array<std::string_view>(
      {"topic", "partitions", "replication.factor", "file.", "kafka.", "jdbc.", "redis."});
  for (auto& [name, value] : config.under("offset.storage.")) {
    const bool ours =
        std::any_of(kOurs.begin(), kOurs.end(), [&, &option = name](std::string_view own) {
          return own.ends_with('.') ? option.starts_with(own) : option == own;
        });
    if (!ours) out.topic_configs[name] = std::move(value);
  }
  out.consumer = client_sources(config, KafkaClient::kOffsets).properties;
  out.admin = out.consumer;
  return out;
}

HistorySettings history_settings(const Config& config) {
  HistorySettings out;
  out.kind = history_kind(config);
  if (out.kind == HistoryKind::kFile)
    out.path = text_of(config, "schema.history.internal.file.filename");
  if (out.kind != HistoryKind::kKafka) return out;
  out.topic = text_of(config, kHistoryTopic);
  const ClientSources producer = client_sources(config, KafkaClient::kHistoryProducer);
  out.with_sink =
      same_brokers(producer.text("bootstrap.servers"),
                   client_sources(config, KafkaClient::kProducer).text("bootstrap.servers"));
  out.producer = producer.properties;
  out.consumer = client_sources(config, KafkaClient::kHistoryConsumer).properties;
  return out;
}

SignalSettings signal_settings(const Config& config) {
  SignalSettings out;
  if (const auto name = parse_collection(config.text("signal.data.collection")))
    out.data_collection = SignalCollection{.database = name->database, .table = name->table};
  out.source_channel = has_channel(config, "source");
  if (has_channel(config, "file")) out.file = text_of(config, "signal.file");
  out.poll_interval_ms = config.integer("signal.poll.interval.ms");
  if (!has_channel(config, "kafka")) return out;
  KafkaSignalSettings kafka;
  kafka.topic = text_of(config, "signal.kafka.topic");
  if (kafka.topic.empty()) kafka.topic = config.text("topic.prefix") + "-signal";
  kafka.group = text_of(config, "signal.kafka.groupId");
  kafka.consumer = client_sources(config, KafkaClient::kSignalConsumer).properties;
  out.kafka = std::move(kafka);
  return out;
}

NotificationSettings notification_settings(const Config& config) {
  NotificationSettings out;
  for (const std::string& channel : comma_items(config.text("notification.enabled.channels"))) {
    if (channel == "log") out.log = true;
    if (channel == "sink") out.sink_topic = text_of(config, "notification.sink.topic.name");
  }
  return out;
}

}  // namespace tidemark

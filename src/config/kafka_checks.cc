// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/ascii.h"
#include "base/regex.h"
#include "config/kafka_clients.h"
#include "config/kafka_settings.h"
#include "config/value_check.h"
#include "kafka/properties.h"

namespace tidemark {
namespace {

constexpr std::string_view kBrokers = "bootstrap.servers";
constexpr std::size_t kTopicNameMax = 249;

std::string text_of(const Config& config, std::string_view name) {
  return std::string(trim(config.text(name)));
}

// Kafka's own rule for names of topics.
void check_topic_name(const Config& config, std::string_view name, const Report& report) {
  const std::string topic = text_of(config, name);
  if (topic.empty()) return;
  if (!is_plain_name(topic) || topic.size() > kTopicNameMax || topic == "." || topic == "..") {
    report(name, {"is no name of a topic",
                  "up to 249 letters, digits, '_', '.' and '-', but not '.' or '..' alone"});
  }
}

// [protocol://]host:port, separated by commas.
bool are_brokers(std::string_view text) {
  const auto items = comma_items(text);
  return !items.empty() && std::all_of(items.begin(), items.end(), [](std::string_view item) {
    const std::size_t colon = item.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto port = parse_integer(item.substr(colon + 1));
    return port && *port >= 1 && *port <= std::numeric_limits<std::uint16_t>::max();
  });
}

// The brokers of one client; `missing` is the property to report where there are none.
void check_brokers(const ClientSources& client, std::string_view missing, const Report& report) {
  constexpr std::string_view kForm = "host:port, separated by commas";
  const std::string brokers = client.text(kBrokers);
  const auto from = client.from.find(kBrokers);
  if (brokers.empty()) {
    report(missing, {"is missing: nothing names the brokers", std::string(kForm)});
  } else if (!are_brokers(brokers)) {
    report(from == client.from.end() ? missing : from->second,
           {"is no list of brokers", std::string(kForm)});
  }
}

// The name under which a client's property was given, or would have been beside the others.
std::string written_for(const ClientSources& sources, const std::string& property) {
  if (const auto from = sources.from.find(property); from != sources.from.end())
    return from->second;
  for (const std::string_view other :
       {"sasl.mechanism", "security.protocol", "ssl.keystore.key", "ssl.keystore.location"}) {
    const auto from = sources.from.find(other);
    if (from == sources.from.end() || !from->second.ends_with(other)) continue;
    return from->second.substr(0, from->second.size() - other.size()) + property;
  }
  return property;
}

// Everything that is given for one client, by the names it was given under.
void check_client(const Config& config, KafkaClient client, kafka::ClientKind kind,
                  const Report& report) {
  const ClientSources sources = client_sources(config, client);
  const auto settings = kafka::translate(kind, sources.properties);
  if (settings) return;

  for (const kafka::ClientProblem& problem : settings.error())
    report(written_for(sources, problem.property), {problem.problem, problem.allowed});
}

std::string_view producer_brokers_name(const Config& config) {
  return config.form() == ConfigForm::kServer ? "debezium.sink.kafka.producer.bootstrap.servers"
                                              : kBrokers;
}

void check_number_of_group(const Config& config, const std::string& name, const Report& report) {
  const auto number = parse_integer(text_of(config, name));
  if (number && (*number == -1 || (*number >= 1 && *number <= 32'767))) return;
  report(name, {number ? "is out of bounds" : "is not a whole number",
                "a whole number above 0, or -1 for the default of the brokers"});
}

void check_lists_of_group(const Config& config, const std::string& group, const Report& report) {
  for (const std::string_view list : {"include", "exclude"}) {
    const std::string name = fmt::format("topic.creation.{}.{}", group, list);
    const auto compiled = RegexList::compile(config.text(name), RegexCase::kSensitive);
    if (!compiled) {
      report(name, {compiled.error().message(), compiled.error().remedy()});
    } else if (list == "include" && compiled->empty()) {
      report(name, {fmt::format("is missing, and topic.creation.groups names {}", group),
                    "expressions for the topics of this group"});
    }
  }
}

void check_topic_creation(const Config& config, const Report& report) {
  constexpr std::string_view kGroups = "topic.creation.groups";
  auto groups = comma_items(config.text(kGroups));
  std::sort(groups.begin(), groups.end());
  if (const auto twice = std::adjacent_find(groups.begin(), groups.end()); twice != groups.end())
    return report(kGroups, {fmt::format("names {} twice", *twice), "each group once"});
  for (const std::string& group : topic_groups(config)) {
    for (const std::string_view option : {"replication.factor", "partitions"}) {
      const std::string name = fmt::format("topic.creation.{}.{}", group, option);
      if (config.given(name)) {
        check_number_of_group(config, name, report);
      } else if (group == "default") {
        report(name, {"is missing, and topic.creation.* needs it",
                      "a whole number above 0, or -1 for the default of the brokers"});
      }
    }
    if (group != "default") check_lists_of_group(config, group, report);
  }
}

// A transaction is made of numbered messages.
void check_idempotence(const Config& config, const Report& report) {
  const ClientSources producer = client_sources(config, KafkaClient::kProducer);
  const auto unless = [&](bool good, std::string_view name, std::string_view allowed) {
    const auto from = producer.from.find(name);
    if (!good && from != producer.from.end())
      report(from->second, {"cannot be had with delivery exactly once", std::string(allowed)});
  };
  const std::string acks = producer.text("acks");
  unless(acks.empty() || acks == "all" || acks == "-1", "acks", "all");
  unless(producer.text("enable.idempotence") != "false", "enable.idempotence", "true");
  unless(producer.text("retries") != "0", "retries", "leave it out");
}

// The brokers would end every transaction that is to last longer than they wait for it.
void check_transaction_time(const Config& config, const Report& report) {
  constexpr std::string_view kTimeout = "transaction.timeout.ms";
  const ClientSources producer = client_sources(config, KafkaClient::kProducer);
  const std::int64_t timeout =
      kafka::number_or(producer.properties, kTimeout, kafka::kTransactionTimeoutMs);
  const TransactionInterval interval = transaction_interval(config);
  if (interval.ms <= timeout) return;
  const std::string timeout_name = written_for(producer, std::string(kTimeout));
  report(interval.property.empty() ? timeout_name : interval.property,
         {fmt::format("lets a transaction last {} ms, and brokers end it after {} ms ({} of the "
                      "producer)",
                      interval.ms, timeout, kTimeout),
          fmt::format("an interval of at most {} ms, or a {} of more than {} ms", timeout,
                      timeout_name, interval.ms)});
}

void check_exactly_once(const Config& config, const Report& report) {
  constexpr std::string_view kSupport = "exactly.once.support";
  if (config.text("transaction.boundary") == "connector") {
    report("transaction.boundary",
           {"is connector, and this connector defines no boundaries, as in the original",
            "poll, interval"});
  }
  if (config.text(kSupport) == "required" && offset_kind(config) == OffsetKind::kFile) {
    report(kSupport,
           {"is required, and the offset is in a file: only what is in a topic can be part of a "
            "Kafka transaction",
            "offset.storage.topic, a compacted topic, in place of offset.storage.file.filename; or "
            "requested"});
  }
  if (!delivers_exactly_once(config)) return;
  check_idempotence(config, report);
  check_transaction_time(config, report);
}

void check_sink(const Config& config, const Report& report) {
  check_brokers(client_sources(config, KafkaClient::kProducer), producer_brokers_name(config),
                report);
  check_client(config, KafkaClient::kProducer, kafka::ClientKind::kProducer, report);
  check_client(config, KafkaClient::kAdmin, kafka::ClientKind::kAdmin, report);
  check_client(config, KafkaClient::kConsumer, kafka::ClientKind::kConsumer, report);
  check_topic_creation(config, report);
  check_exactly_once(config, report);
  if (config.text("tidemark.kafka.oversize") == "divert" &&
      text_of(config, "tidemark.kafka.oversize.path").empty()) {
    report("tidemark.kafka.oversize.path",
           {"is missing, and tidemark.kafka.oversize=divert needs it", "a path"});
  }
}

// Offsets lie where records go: other brokers in an override would take them along.
void check_offset_brokers(const Config& config, const Report& report) {
  const ClientSources producer = client_sources(config, KafkaClient::kProducer);
  const std::string brokers = producer.text(kBrokers);
  if (!config.given(kBrokers) || same_brokers(brokers, config.text(kBrokers))) return;
  const auto from = producer.from.find(kBrokers);
  if (from == producer.from.end()) return;
  report(from->second,
         {"names other brokers than bootstrap.servers: the offset topic is kept beside the records "
          "here",
          "the same brokers in the same words, or offset.storage.file.filename for a file"});
}

void check_offset_topic(const Config& config, const Report& report) {
  if (!sink_is_kafka(config)) {
    return report("offset.storage", {"is a topic, and records do not go to Kafka",
                                     "org.apache.kafka.connect.storage.FileOffsetBackingStore, or "
                                     "debezium.sink.type=kafka"});
  }
  if (text_of(config, "offset.storage.topic").empty() &&
      text_of(config, "offsets.storage.topic").empty()) {
    report("offset.storage.topic",
           {"is missing, and the Kafka offset store needs it", "the name of a compacted topic"});
  }
  for (const std::string_view name : {"offset.storage.topic", "offsets.storage.topic"})
    check_topic_name(config, name, report);
  for (const std::string_view name :
       {"offset.storage.partitions", "offset.storage.replication.factor"}) {
    if (config.integer(name) == 0)
      report(name, {"is out of bounds", "a whole number above 0, or -1"});
  }
  if (const std::string policy = text_of(config, "offset.storage.cleanup.policy");
      !policy.empty() && policy != "compact") {
    report("offset.storage.cleanup.policy",
           {"would lose the offset in time: the topic has to be compacted", "compact"});
  }
  if (text_of(config, "tidemark.data.dir").empty())
    report("tidemark.data.dir", {"is empty", "a folder"});
  check_offset_brokers(config, report);
  check_client(config, KafkaClient::kOffsets, kafka::ClientKind::kConsumer, report);
}

void check_offsets(const Config& config, const Report& report) {
  if (offset_kind(config) == OffsetKind::kKafka) return check_offset_topic(config, report);
  constexpr std::string_view kFile = "offset.storage.file.filename";
  if (!text_of(config, kFile).empty()) return;
  if (sink_is_kafka(config)) {
    report(kFile, {"is missing, and so is offset.storage.topic: the resume point has no place",
                   "set offset.storage.topic (a distributed worker has it), or this (a standalone "
                   "one)"});
  } else {
    report(kFile, {"is required", "a path"});
  }
}

void check_history(const Config& config, const Report& report) {
  const HistoryKind kind = history_kind(config);
  if (kind == HistoryKind::kFile && history_settings(config).path.empty()) {
    report("schema.history.internal.file.filename",
           {"is missing, and schema.history.internal=FileSchemaHistory needs it", "a path"});
  }
  if (kind != HistoryKind::kKafka) return;
  constexpr std::string_view kTopic = "schema.history.internal.kafka.topic";
  if (text_of(config, kTopic).empty()) {
    report(kTopic,
           {"is missing, and the schema history is kept in Kafka unless schema.history.internal "
            "says otherwise",
            "the name of a topic, or "
            "schema.history.internal=io.debezium.relational.history.MemorySchemaHistory to keep "
            "none"});
  }
  check_topic_name(config, kTopic, report);
  check_brokers(client_sources(config, KafkaClient::kHistoryConsumer),
                "schema.history.internal.kafka.bootstrap.servers", report);
  check_client(config, KafkaClient::kHistoryProducer, kafka::ClientKind::kProducer, report);
  check_client(config, KafkaClient::kHistoryConsumer, kafka::ClientKind::kConsumer, report);
}

bool has_table(const Config& config) { return !text_of(config, "signal.data.collection").empty(); }

void check_channels(const Config& config, const Report& report) {
  constexpr std::string_view kChannels = "signal.enabled.channels";
  const bool elsewhere = has_channel(config, "kafka") || has_channel(config, "file");
  if (!config.boolean("read.only")) {
    if (has_table(config) && !has_channel(config, "source")) {
      report(kChannels,
             {"lacks source, and signal.data.collection is set: snapshots would wait for ever for "
              "the watermarks they place there",
              "source beside the others, or read.only=true"});
    }
    if (elsewhere && !has_table(config)) {
      report(
          "signal.data.collection",
          {"is missing, and snapshots place their watermarks in that table, whatever the channel "
           "that asks for them",
           "db.table (docs/operating/signals.md), or read.only=true"});
    }
  }
  if (has_channel(config, "file") && text_of(config, "signal.file").empty())
    report("signal.file", {"is empty, and the file channel needs it", "a path"});
  if (!has_channel(config, "kafka")) return;
  check_topic_name(config, "signal.kafka.topic", report);
  check_brokers(client_sources(config, KafkaClient::kSignalConsumer),
                "signal.kafka.bootstrap.servers", report);
  check_client(config, KafkaClient::kSignalConsumer, kafka::ClientKind::kConsumer, report);
}

void check_notifications(const Config& config, const Report& report) {
  constexpr std::string_view kTopic = "notification.sink.topic.name";
  const auto channels = comma_items(config.text("notification.enabled.channels"));
  const bool sink = std::find(channels.begin(), channels.end(), "sink") != channels.end();
  if (!sink) return;
  if (text_of(config, kTopic).empty()) {
    report(kTopic,
           {"is missing, and notification.enabled.channels has sink", "the name of a topic"});
  }
  check_topic_name(config, kTopic, report);
}

}  // namespace

void check_kafka(const Config& config, const Report& report) {
  if (sink_is_kafka(config)) check_sink(config, report);
  check_offsets(config, report);
  check_history(config, report);
  check_channels(config, report);
  check_notifications(config, report);
}

std::vector<std::string> kafka_warnings(const Config& config) {
  std::vector<std::string> out;
  const auto unless = [&](bool used, std::string_view name, std::string_view why) {
    if (!used && config.given(name)) out.push_back(fmt::format("{} has no effect: {}", name, why));
  };
  unless(history_kind(config) == HistoryKind::kKafka, "schema.history.internal.kafka.topic",
         "the structure of tables is kept with the offset, no history is written to Kafka");
  unless(history_kind(config) == HistoryKind::kFile, "schema.history.internal.file.filename",
         "schema.history.internal does not name the file store");
  unless(has_channel(config, "kafka"), "signal.kafka.topic",
         "signal.enabled.channels does not name kafka");
  unless(has_channel(config, "file"), "signal.file", "signal.enabled.channels does not name file");
  if (!sink_is_kafka(config)) return out;
  const auto groups = topic_groups(config);
  for (const auto& [rest, value] : config.under("topic.creation.")) {
    const bool known =
        rest == "enable" || rest == "groups" ||
        std::any_of(groups.begin(), groups.end(), [&, &option = rest](const auto& group) {
          return option.starts_with(group + ".");
        });
    unless(
        known, fmt::format("topic.creation.{}", rest),
        groups.empty() ? "topic.creation.enable is off" : "topic.creation.groups does not name it");
  }
  if (config.text("exactly.once.source.support") == "enabled" &&
      offset_kind(config) == OffsetKind::kFile) {
    out.emplace_back(
        "exactly.once.source.support has no effect: the offset is in a file, so delivery is at "
        "least once");
  }
  return out;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "config/kafka_clients.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "config/value_check.h"

namespace tidemark {
namespace {

constexpr std::string_view kBrokers = "bootstrap.servers";
constexpr std::string_view kClientId = "client.id";

bool is_login(std::string_view name) {
  return name == "security.protocol" || name.starts_with("sasl.") || name.starts_with("ssl.");
}

// producer.override.* does not belong to producer.*, nor admin.listeners to admin.*.
bool is_of_another(std::string_view head, std::string_view name) {
  return (head.find("override") == std::string_view::npos && name.starts_with("override.")) ||
         (head == "admin." && name.starts_with("listeners"));
}

class Sources {
 public:
  explicit Sources(const Config& config) : config_(config) {}

  void set(std::string_view name, std::string value) {
    out_.properties[std::string(name)] = std::move(value);
  }
  // One declared property, where it is given.
  void add(std::string_view name, std::string_view declared) {
    const std::string value = config_.text(declared);
    if (!config_.given(declared) || trim(value).empty()) return;
    set(name, value);
    out_.from[std::string(name)] = declared;
  }
  void add_all(std::string_view head) {
    for (auto& [name, value] : config_.under(head)) {
      if (is_of_another(head, name)) continue;
      out_.from[name] = fmt::format("{}{}", head, name);
      set(name, std::move(value));
    }
  }
  void add_login(const ClientSources& other) {
    for (const auto& [name, value] : other.properties) {
      if (is_login(name)) take(other, name, value);
    }
  }
  void add_brokers(const ClientSources& other) {
    if (const std::string brokers = other.text(kBrokers); !brokers.empty())
      take(other, std::string(kBrokers), brokers);
  }
  void name_client(std::string_view id) {
    if (out_.text(kClientId).empty()) set(kClientId, std::string(id));
  }
  bool has_login() const {
    return std::any_of(out_.properties.begin(), out_.properties.end(),
                       [](const auto& property) { return is_login(property.first); });
  }
  const ClientSources& so_far() const { return out_; }
  ClientSources done() { return std::move(out_); }

 private:
  void take(const ClientSources& other, const std::string& name, const std::string& value) {
    set(name, value);
    if (const auto from = other.from.find(name); from != other.from.end())
      out_.from[name] = from->second;
  }

  const Config& config_;
  ClientSources out_;
};

std::string id_of(const Config& config, std::string_view kind) {
  return fmt::format("connector-{}-{}-0", kind, trim(config.text("name")));
}

ClientSources producer(const Config& config) {
  Sources out(config);
  if (config.has_worker()) out.set(kBrokers, config.text(kBrokers));
  out.add(kBrokers, kBrokers);
  out.add_all("producer.");
  out.add_all("debezium.sink.kafka.producer.");
  out.add_all("producer.override.");
  out.name_client(id_of(config, "producer"));
  return out.done();
}

// "consumer" or "admin".
ClientSources beside_producer(const Config& config, std::string_view kind) {
  Sources out(config);
  const ClientSources of_producer = producer(config);
  out.add_brokers(of_producer);
  out.add_login(of_producer);
  out.add_all(fmt::format("{}.", kind));
  out.add_all(fmt::format("{}.override.", kind));
  out.name_client(id_of(config, kind == "admin" ? "adminclient" : kind));
  return out.done();
}

// Of the worker's own.
ClientSources for_offsets(const Config& config) {
  Sources worker(config);
  worker.add("security.protocol", "security.protocol");
  for (const std::string_view head : {"sasl.", "ssl."}) {
    for (const auto& [name, value] : config.under(head))
      worker.add(fmt::format("{}{}", head, name), fmt::format("{}{}", head, name));
  }
  Sources out(config);
  const ClientSources of_producer = producer(config);
  out.add_brokers(of_producer);
  out.add_login(worker.has_login() ? worker.so_far() : of_producer);
  out.name_client(id_of(config, "offsets"));
  return out.done();
}

// With brokers and settings of its own: `brokers` names the property, `head` begins the others'.
ClientSources on_its_own(const Config& config, std::string_view brokers, std::string_view head) {
  Sources out(config);
  out.add(kBrokers, brokers);
  out.add_all(head);
  if (!sink_is_kafka(config)) return out.done();
  const ClientSources of_producer = producer(config);
  const std::string own = out.so_far().text(kBrokers);
  const bool same = own.empty() || same_brokers(own, of_producer.text(kBrokers));
  if (own.empty()) out.add_brokers(of_producer);
  if (same && !out.has_login()) out.add_login(of_producer);
  return out.done();
}

ClientSources for_history(const Config& config, std::string_view kind) {
  ClientSources sources = on_its_own(config, "schema.history.internal.kafka.bootstrap.servers",
                                     fmt::format("schema.history.internal.{}.", kind));
  if (sources.text(kClientId).empty()) {
    const std::string given = config.text("schema.history.internal.name");
    sources.properties[std::string(kClientId)] =
        given.empty() ? config.text("topic.prefix") + "-schemahistory" : given;
  }
  return sources;
}

}  // namespace

std::string ClientSources::text(std::string_view name) const {
  const auto found = properties.find(name);
  return found == properties.end() ? std::string() : std::string(trim(found->second));
}

ClientSources client_sources(const Config& config, KafkaClient client) {
  switch (client) {
    case KafkaClient::kProducer:
      return producer(config);
    case KafkaClient::kConsumer:
      return beside_producer(config, "consumer");
    case KafkaClient::kAdmin:
      return beside_producer(config, "admin");
    case KafkaClient::kOffsets:
      return for_offsets(config);
    case KafkaClient::kHistoryProducer:
      return for_history(config, "producer");
    case KafkaClient::kHistoryConsumer:
      return for_history(config, "consumer");
    case KafkaClient::kSignalConsumer:
      return on_its_own(config, "signal.kafka.bootstrap.servers", "signal.consumer.");
  }
  return {};
}

bool sink_is_kafka(const Config& config) { return config.text("debezium.sink.type") == "kafka"; }

bool same_brokers(std::string_view a, std::string_view b) {
  auto first = comma_items(a);
  auto second = comma_items(b);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  return first == second;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "kafka/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "base/nearest.h"
#include "kafka/security.h"
#include "kafka/translation.h"

namespace tidemark::kafka {
namespace {

enum class How : std::uint8_t {
  kSame,  // the text goes to `library`
  kChoice,  // one of `allowed`, in any case, goes to `library` in lower case
  kNumber,  // between `low` and `high`, as far as the library goes: `library`'s range is between `floor` and
  // `ceiling`, and what lies outside of it is moved there
  kNothing,  // means nothing here
  kSecurity,  // security.h
  kOneOf,  // of `allowed`, and then it means nothing here
  kRefused,  // unless it is `allowed`, which is as if it were absent
};

constexpr std::uint8_t kP = 1;
constexpr std::uint8_t kC = 2;
constexpr std::uint8_t kA = 4;
constexpr std::uint8_t kAll = kP | kC | kA;

constexpr std::int64_t kIntMax = 2'147'483'647;
constexpr std::int64_t kLongMax = std::numeric_limits<std::int64_t>::max();

struct Rule {
  std::string_view name;
  std::uint8_t kinds;
  How how;
  std::string_view library = {};
  std::string_view allowed = {};  // separated by blanks; of kRefused also what to do
  std::int64_t low = 0;
  std::int64_t high = kLongMax;
  std::int64_t floor = 0;
  std::int64_t ceiling = kIntMax;
};

constexpr std::string_view kNoPlugIns = "leave it away: classes of Java cannot be loaded here";
constexpr std::string_view kSerializers =
    "org.apache.kafka.common.serialization.StringSerializer "
    "org.apache.kafka.common.serialization.ByteArraySerializer "
    "org.apache.kafka.common.serialization.StringDeserializer "
    "org.apache.kafka.common.serialization.ByteArrayDeserializer";

// clang-format off
constexpr auto kRules = std::to_array<Rule>({
    // All clients.
    {"bootstrap.servers", kAll, How::kSame, "bootstrap.servers"},
    {"client.id", kAll, How::kSame, "client.id"},
    {"client.dns.lookup", kAll, How::kOneOf, "", "use_all_dns_ips resolve_canonical_bootstrap_servers_only default"},
    {"client.rack", kC, How::kSame, "client.rack"},
    {"connections.max.idle.ms", kAll, How::kNumber, "connections.max.idle.ms", "", -1, kLongMax, 0, kIntMax},
    {"metadata.max.age.ms", kAll, How::kNumber, "topic.metadata.refresh.interval.ms", "", 0, kLongMax, 10, 3'600'000},
    {"metadata.max.idle.ms", kP, How::kNothing},
    {"metadata.recovery.strategy", kAll, How::kNothing},
    {"metadata.recovery.rebootstrap.trigger.ms", kAll, How::kNothing},
    {"receive.buffer.bytes", kAll, How::kNumber, "socket.receive.buffer.bytes", "", -1, kIntMax, 0, 100'000'000},
    {"send.buffer.bytes", kAll, How::kNumber, "socket.send.buffer.bytes", "", -1, kIntMax, 0, 100'000'000},
    {"reconnect.backoff.ms", kAll, How::kNumber, "reconnect.backoff.ms", "", 0, kLongMax, 0, 3'600'000},
    {"reconnect.backoff.max.ms", kAll, How::kNumber, "reconnect.backoff.max.ms", "", 0, kLongMax, 0, 3'600'000},
    {"retry.backoff.ms", kAll, How::kNumber, "retry.backoff.ms", "", 0, kLongMax, 1, 300'000},
    {"retry.backoff.max.ms", kAll, How::kNothing},
    {"socket.connection.setup.timeout.ms", kAll, How::kNumber, "socket.connection.setup.timeout.ms", "", 0, kLongMax, 1'000, kIntMax},
    {"socket.connection.setup.timeout.max.ms", kAll, How::kNothing},
    {"request.timeout.ms", kP, How::kNumber, "request.timeout.ms", "", 0, kIntMax, 1, 900'000},
    {"request.timeout.ms", kC | kA, How::kNumber, "socket.timeout.ms", "", 0, kIntMax, 1'000, 300'000},
    {"default.api.timeout.ms", kC | kA, How::kNothing},
    {"metric.reporters", kAll, How::kNothing},
    {"metrics.num.samples", kAll, How::kNothing},
    {"metrics.recording.level", kAll, How::kNothing},
    {"metrics.sample.window.ms", kAll, How::kNothing},
    {"auto.include.jmx.reporter", kAll, How::kNothing},
    {"enable.metrics.push", kAll, How::kNothing},
    {"config.providers", kAll, How::kRefused, "", "write the values themselves, or ${env:NAME}"},
    {"interceptor.classes", kAll, How::kRefused, "", kNoPlugIns},
    {"bootstrap.controllers", kA, How::kRefused, "", "give bootstrap.servers"},

    // Security.
    {"security.protocol", kAll, How::kSecurity},
    {"security.providers", kAll, How::kRefused, "", kNoPlugIns},
    {"sasl.mechanism", kAll, How::kSecurity},
    {"sasl.jaas.config", kAll, How::kSecurity},
    {"sasl.kerberos.service.name", kAll, How::kSame, "sasl.kerberos.service.name"},
    {"sasl.kerberos.kinit.cmd", kAll, How::kNothing},
    {"sasl.kerberos.min.time.before.relogin", kAll, How::kNumber, "sasl.kerberos.min.time.before.relogin", "", 0, kLongMax, 0, 86'400'000},
    {"sasl.kerberos.ticket.renew.jitter", kAll, How::kNothing},
    {"sasl.kerberos.ticket.renew.window.factor", kAll, How::kNothing},
    {"sasl.client.callback.handler.class", kAll, How::kRefused, "", kNoPlugIns},
    {"sasl.login.callback.handler.class", kAll, How::kRefused, "", kNoPlugIns},
    {"sasl.login.class", kAll, How::kRefused, "", kNoPlugIns},
    {"sasl.login.connect.timeout.ms", kAll, How::kNothing},
    {"sasl.login.read.timeout.ms", kAll, How::kNothing},
    {"sasl.login.refresh.buffer.seconds", kAll, How::kNothing},
    {"sasl.login.refresh.min.period.seconds", kAll, How::kNothing},
    {"sasl.login.refresh.window.factor", kAll, How::kNothing},
    {"sasl.login.refresh.window.jitter", kAll, How::kNothing},
    {"sasl.login.retry.backoff.ms", kAll, How::kNothing},
    {"sasl.login.retry.backoff.max.ms", kAll, How::kNothing},
    {"ssl.truststore.location", kAll, How::kSecurity},
    {"ssl.truststore.password", kAll, How::kSecurity},
    {"ssl.truststore.type", kAll, How::kSecurity},
    {"ssl.truststore.certificates", kAll, How::kSecurity},
    {"ssl.keystore.location", kAll, How::kSecurity},
    {"ssl.keystore.password", kAll, How::kSecurity},
    {"ssl.keystore.type", kAll, How::kSecurity},
    {"ssl.keystore.key", kAll, How::kSecurity},
    {"ssl.keystore.certificate.chain", kAll, How::kSecurity},
    {"ssl.key.password", kAll, How::kSecurity},
    {"ssl.endpoint.identification.algorithm", kAll, How::kSecurity},
    {"ssl.enabled.protocols", kAll, How::kSecurity},
    {"ssl.protocol", kAll, How::kOneOf, "", "TLS TLSv1.2 TLSv1.3"},
    {"ssl.provider", kAll, How::kNothing},
    {"ssl.keymanager.algorithm", kAll, How::kNothing},
    {"ssl.trustmanager.algorithm", kAll, How::kNothing},
    {"ssl.secure.random.implementation", kAll, How::kNothing},
    {"ssl.cipher.suites", kAll, How::kRefused, "", "leave it away: the names of Java are not those of OpenSSL, whose defaults count"},
    {"ssl.engine.factory.class", kAll, How::kRefused, "", kNoPlugIns},

    // Producers. What bears on order and loss is checked together, in check_producer().
    {"acks", kP, How::kOneOf, "", "all -1 1 0"},
    {"batch.size", kP, How::kNumber, "batch.size", "", 0, kIntMax, 1, kIntMax},
    {"buffer.memory", kP, How::kNumber, "", "", 0},
    {"compression.type", kP, How::kChoice, "compression.type", "none gzip snappy lz4 zstd"},
    {"compression.gzip.level", kP, How::kNumber, "", "", -1, 9},
    {"compression.lz4.level", kP, How::kNumber, "", "", 1, 17},
    {"compression.zstd.level", kP, How::kNumber, "", "", -131072, 22},
    {"delivery.timeout.ms", kP, How::kNumber, "delivery.timeout.ms", "", 0, kIntMax, 0, kIntMax},
    {"enable.idempotence", kP, How::kOneOf, "", "true false"},
    {"linger.ms", kP, How::kNumber, "linger.ms", "", 0, kLongMax, 0, 900'000},
    {"max.block.ms", kP, How::kNothing},
    {"max.in.flight.requests.per.connection", kP, How::kNumber, "", "", 1, 5},
    {"max.request.size", kP, How::kNumber, "message.max.bytes", "", 0, kIntMax, 1'000, 1'000'000'000},
    {"partitioner.class", kP, How::kRefused, "", "leave it away: records with one key go to one partition, as with Kafka's default"},
    {"partitioner.ignore.keys", kP, How::kOneOf, "", "false"},
    {"partitioner.adaptive.partitioning.enable", kP, How::kNothing},
    {"partitioner.availability.timeout.ms", kP, How::kNothing},
    {"retries", kP, How::kNumber, "", "", 0, kIntMax},
    {"transaction.timeout.ms", kP, How::kNumber, "transaction.timeout.ms", "", 1, kIntMax, 1'000, kIntMax},
    {"transactional.id", kP, How::kRefused, "", "leave it away: exactly-once delivery makes one of the connector's name"},
    {"transaction.two.phase.commit.enable", kP, How::kOneOf, "", "false"},
    {"key.serializer", kP, How::kOneOf, "", kSerializers},
    {"value.serializer", kP, How::kOneOf, "", kSerializers},

    // Consumers.
    {"allow.auto.create.topics", kC, How::kNothing},
    {"auto.commit.interval.ms", kC, How::kNothing},
    {"auto.offset.reset", kC, How::kNothing},
    {"check.crcs", kC, How::kChoice, "check.crcs", "true false"},
    {"enable.auto.commit", kC, How::kNothing},
    {"exclude.internal.topics", kC, How::kNothing},
    {"fetch.max.bytes", kC, How::kNumber, "fetch.max.bytes", "", 0, kIntMax, 1'048'576, 2'147'483'135},
    {"fetch.max.wait.ms", kC, How::kNumber, "fetch.wait.max.ms", "", 0, kIntMax, 0, 300'000},
    {"fetch.min.bytes", kC, How::kNumber, "fetch.min.bytes", "", 0, kIntMax, 1, 100'000'000},
    {"group.id", kC, How::kSame, "group.id"},
    {"group.instance.id", kC, How::kNothing},
    {"group.protocol", kC, How::kNothing},
    {"group.remote.assignor", kC, How::kNothing},
    {"heartbeat.interval.ms", kC, How::kNothing},
    {"isolation.level", kC, How::kNothing},
    {"key.deserializer", kC, How::kOneOf, "", kSerializers},
    {"value.deserializer", kC, How::kOneOf, "", kSerializers},
    {"max.partition.fetch.bytes", kC, How::kNumber, "max.partition.fetch.bytes", "", 0, kIntMax, 1, 1'000'000'000},
    {"max.poll.interval.ms", kC, How::kNothing},
    {"max.poll.records", kC, How::kNothing},
    {"partition.assignment.strategy", kC, How::kNothing},
    {"session.timeout.ms", kC, How::kNothing},
    {"retries", kA, How::kNothing},
});
// clang-format on

std::uint8_t bit(ClientKind kind) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
}

std::string_view kind_text(ClientKind kind) {
  switch (kind) {
    case ClientKind::kProducer:
      return "producer";
    case ClientKind::kConsumer:
      return "consumer";
    case ClientKind::kAdmin:
      return "admin client";
  }
  return "";
}

const Rule* find_rule(ClientKind kind, std::string_view name) {
  const auto found = std::ranges::find_if(
      kRules, [&](const Rule& rule) { return rule.name == name && (rule.kinds & bit(kind)) != 0; });
  return found == kRules.end() ? nullptr : &*found;
}

bool among(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string with_commas(std::string_view words) {
  std::string out;
  for (const char c : words) out += c == ' ' ? std::string(", ") : std::string(1, c);
  return out;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

void unknown(ClientKind kind, std::string_view name, Translation& out) {
  std::vector<std::string_view> names;
  for (const Rule& rule : kRules) {
    if ((rule.kinds & bit(kind)) != 0) names.push_back(rule.name);
  }
  const auto meant = nearest(name, names);
  out.refuse(name, fmt::format("is no property of Kafka's {}", kind_text(kind)),
             meant ? fmt::format("did you mean {}?", *meant) : std::string("leave it away"));
}

void apply_number(const Rule& rule, const std::string& value, Translation& out) {
  const std::optional<std::int64_t> n = number(value);
  if (!n || *n < rule.low || *n > rule.high) {
    return out.refuse(rule.name, fmt::format("\"{}\" is not in its range", value),
                      rule.high == kLongMax ? fmt::format(">= {}", rule.low)
                                            : fmt::format("{} to {}", rule.low, rule.high));
  }
  if (!rule.library.empty())
    out.set(rule.library, std::to_string(std::clamp(*n, rule.floor, rule.ceiling)));
}

void apply(const Rule& rule, const std::string& value, Translation& out) {
  switch (rule.how) {
    case How::kSame:
      return out.set(rule.library, value);
    case How::kChoice:
      if (among(rule.allowed, lower(value))) return out.set(rule.library, lower(value));
      return out.refuse(rule.name, fmt::format("\"{}\" is not known", value),
                        with_commas(rule.allowed));
    case How::kNumber:
      return apply_number(rule, value, out);
    case How::kNothing:
    case How::kSecurity:
      return;
    case How::kOneOf:
      if (!among(rule.allowed, value))
        out.refuse(rule.name, fmt::format("\"{}\" is not possible here", value),
                   with_commas(rule.allowed));
      return;
    case How::kRefused:
      return out.refuse(rule.name, "is not supported here", std::string(rule.allowed));
  }
}

// Only the level of the codec in use counts. The library knows -1 (the codec's own) to 12.
void apply_compression_level(Translation& out) {
  const std::string codec = lower(out.java("compression.type"));
  const std::string value = out.java(fmt::format("compression.{}.level", codec));
  if (value.empty()) return;
  if (const auto level = number(value))
    out.set("compression.level", std::to_string(std::clamp<std::int64_t>(*level, -1, 12)));
}

// Order is kept, and nothing is lost, by numbered messages (an idempotent producer) where acks allow it, else
// by one request at a time.
void check_producer(Translation& out) {
  const std::string acks = out.java("acks");
  const bool all = acks.empty() || acks == "all" || acks == "-1";
  const bool wanted = out.java("enable.idempotence") != "false";
  if (!all && out.java("enable.idempotence") == "true")
    out.refuse("acks", fmt::format("\"{}\" does not go with enable.idempotence=true", acks), "all");
  const bool idempotent = all && wanted && out.java("retries") != "0";
  out.set("acks", all ? "-1" : acks);
  out.set("enable.idempotence", idempotent ? "true" : "false");
  const std::string in_flight = out.java("max.in.flight.requests.per.connection");
  out.set("max.in.flight.requests.per.connection", !idempotent         ? "1"
                                                   : in_flight.empty() ? "5"
                                                                       : in_flight);
  if (const std::string retries = out.java("retries"); !retries.empty())
    out.set("retries", retries);
  apply_compression_level(out);
}

}  // namespace

std::expected<LibrarySettings, std::vector<ClientProblem>> translate(
    ClientKind kind, const ClientProperties& properties) {
  Translation out(properties);
  for (const auto& [name, value] : properties) {
    const Rule* const rule = find_rule(kind, name);
    if (rule == nullptr) {
      unknown(kind, name, out);
    } else if (const std::string text = out.java(name); !text.empty()) {
      apply(*rule, text, out);
    }
  }
  translate_security(out);
  if (kind == ClientKind::kProducer) check_producer(out);
  if (!out.problems.empty()) return std::unexpected(std::move(out.problems));
  return std::move(out.settings);
}

std::int64_t number_or(const ClientProperties& properties, std::string_view name,
                       std::int64_t otherwise) {
  const auto found = properties.find(name);
  if (found == properties.end()) return otherwise;
  const std::string& text = found->second;
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

}  // namespace tidemark::kafka

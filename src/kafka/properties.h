// SPDX-License-Identifier: Apache-2.0
// Settings of Kafka's clients under the names that Kafka's own (Java) clients give them, in the names of the
// library.
// Source: producer, consumer and admin configuration of Apache Kafka 4; CONFIGURATION.md of librdkafka 2.0.2
// Value types. Both kinds of settings hold secrets: never print one.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::kafka {

// By Java name, without a prefix such as "producer.".
using ClientProperties = std::map<std::string, std::string, std::less<>>;
// By the name of the library.
using LibrarySettings = std::map<std::string, std::string, std::less<>>;

// Kafka's defaults, for where a client's properties say nothing.
inline constexpr std::int64_t kTransactionTimeoutMs = 60'000;  // transaction.timeout.ms
inline constexpr std::int64_t kRequestBytesMax = 1 << 20;  // max.request.size

// The whole number of that name; `otherwise` where there is none. Of either kind of settings, or of a topic's.
std::int64_t number_or(const ClientProperties& properties, std::string_view name,
                       std::int64_t otherwise);

enum class ClientKind : std::uint8_t { kProducer, kConsumer, kAdmin };

// What is wrong with one property, without its value where that may be a secret, and what would be right.
struct ClientProblem {
  std::string property;
  std::string problem;
  std::string allowed;
};

// Every property is translated, means nothing here, or is a problem. Reads the key and trust stores that are
// named; they stay in memory for the life of the process (base/pkcs12.h). A blank value counts as absent.
std::expected<LibrarySettings, std::vector<ClientProblem>> translate(
    ClientKind kind, const ClientProperties& properties);

}  // namespace tidemark::kafka

// SPDX-License-Identifier: Apache-2.0
#include "store/history_log_kafka.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/log.h"
#include "kafka/admin.h"
#include "store/json_layout.h"

namespace tidemark {
namespace {

std::string setting(const std::map<std::string, std::string, std::less<>>& configs,
                    std::string_view name) {
  const auto found = configs.find(name);
  return found == configs.end() ? std::string() : found->second;
}

// -1, or what the original sets for its topics, the largest number.
bool is_unlimited(const std::string& value) {
  return value.empty() || value == "-1" ||
         value == std::to_string(std::numeric_limits<std::int64_t>::max());
}

Status check(kafka::Admin& admin, const std::string& topic) {
  const auto configs = admin.configs(topic);
  if (!configs) {
    // The rights to look may be missing where those to read and write are there.
    log::failure(log::Level::kWarn, "history.topic_not_checked", configs.error());
    return {};
  }
  const std::string policy = setting(*configs, "cleanup.policy");
  if (policy.find("compact") != std::string::npos) {
    return fail(ErrorKind::kRejected,
                fmt::format("topic {} has cleanup.policy={}: records of a schema history have no "
                            "keys, a compacted topic takes none",
                            topic, policy),
                "set schema.history.internal.kafka.topic to another one, which is made as needed");
  }
  for (const char* const limit : {"retention.ms", "retention.bytes"}) {
    const std::string value = setting(*configs, limit);
    if (is_unlimited(value)) continue;
    return fail(ErrorKind::kRejected,
                fmt::format("topic {} has {}={}: the broker would drop table structures that are "
                            "still needed",
                            topic, limit, value),
                fmt::format("kafka-configs.sh --alter --entity-type topics --entity-name {} "
                            "--add-config {}=-1",
                            topic, limit));
  }
  return {};
}

Status prepare(const KafkaHistoryOptions& options) {
  const auto admin = TRY(kafka::Admin::open(options.admin));
  if (!TRY(admin->describe(options.topic))) {
    const kafka::NewTopic wanted{
        .name = options.topic,
        .partitions = 1,
        .configs = {
            {"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}}};
    if (TRY(admin->create(wanted))) {
      log::info("history.topic_created", {{"topic", options.topic}});
      return {};
    }
  }
  return check(*admin, options.topic);
}

}  // namespace

Result<std::unique_ptr<KafkaHistoryLog>> KafkaHistoryLog::open(KafkaHistoryOptions options,
                                                               kafka::Producer& producer,
                                                               const std::stop_token& stop) {
  TRY(prepare(options));
  return std::unique_ptr<KafkaHistoryLog>(new KafkaHistoryLog(std::move(options), producer, stop));
}

Status KafkaHistoryLog::append(std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    const kafka::Header header{kStructuresName, entry.structures};
    const std::string value = pretty_json(entry.record);
    TRY_AT(producer_.send({.topic = options_.topic,
                           .partition = 0,
                           .value = value,
                           .headers = std::span(&header, 1)}),
           where());
  }
  TRY_AT(producer_.flush(), where());
  return {};
}

Status KafkaHistoryLog::read(const Visitor& visit) {
  const auto consumer = TRY(kafka::Consumer::open({.properties = options_.consumer}));
  const auto each = [&](const kafka::ConsumedRecord& record) -> Status {
    if (record.partition != 0 || !record.value) return {};
    return visit(*record.value, record.header(kStructuresName));
  };
  TRY(consumer->read_topic(options_.topic, each, stop_));
  return {};
}

}  // namespace tidemark

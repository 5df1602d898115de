// SPDX-License-Identifier: Apache-2.0
#include "store/kafka_offset_store.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "store/offset_format.h"
#include "store/process.h"

namespace tidemark {
namespace {

constexpr std::string_view kStateHeader = "tidemark";
constexpr std::string_view kHostHeader = "tidemark.host";
constexpr std::string_view kPidHeader = "tidemark.pid";
constexpr std::string_view kCopyHeader = "tidemark.copy";
constexpr std::string_view kCleanupPolicy = "cleanup.policy";
// To say who took over is worth a short wait only.
constexpr std::chrono::milliseconds kExplainPatience{10'000};

OffsetWriter writer_of(const kafka::ConsumedRecord& record) {
  OffsetWriter out;
  out.host = record.header(kHostHeader).value_or("");
  const std::string_view pid = record.header(kPidHeader).value_or("");
  std::from_chars(pid.data(), pid.data() + pid.size(), out.pid);
  out.at_ms = record.timestamp_ms;
  return out;
}

std::optional<std::string> copied(std::optional<std::string_view> text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

StoredOffsetRecord stored_of(const kafka::ConsumedRecord& record) {
  return {.value = copied(record.value),
          .state = copied(record.header(kStateHeader)),
          .writer = writer_of(record)};
}

// An offset under another name is none of ours: the first start of a connector with a new name begins anew,
// with Debezium, too. It may be a mistake, though.
void warn_of_other_names(const std::vector<std::string>& names,
                         const KafkaOffsetStoreOptions& options) {
  for (const std::string& name : names) {
    log::warn("offsets.other_name",
              {{"topic", options.topic.name},
               {"name", name},
               {"meaning", fmt::format("there is an offset of topic.prefix {} under this name, and "
                                       "none under {}",
                                       options.topic_prefix, options.connector_name)},
               {"do", "set name to it to go on from there"}});
  }
}

}  // namespace

std::string OffsetWriter::text() const { return fmt::format("process {} on host {}", pid, host); }

bool runs_here(const OffsetWriter& writer) {
  return writer.pid != 0 && writer.host == host_name() && writer.pid != process_id() &&
         is_running_here(writer.pid);
}

Status prepare_offset_topic(const KafkaOffsetStoreOptions& options) {
  const auto admin = TRY(kafka::Admin::open(options.admin));
  const std::string& topic = options.topic.name;
  if (!TRY(admin->describe(topic))) {
    kafka::NewTopic wanted = options.topic;
    wanted.configs.insert_or_assign(std::string(kCleanupPolicy), "compact");
    if (TRY(admin->create(wanted))) {
      log::info("offsets.topic_created", {{"topic", topic}});
      return {};
    }
  }
  const auto configs = admin->configs(topic);
  if (!configs) {
    // The rights to look may be missing where those to read and write are there.
    log::failure(log::Level::kWarn, "offsets.topic_not_checked", configs.error());
    return {};
  }
  const auto policy = configs->find(kCleanupPolicy);
  if (policy == configs->end() || policy->second == "compact") return {};
  return fail(ErrorKind::kRejected,
              fmt::format("topic {} has cleanup.policy={}: the broker would drop offsets that are "
                          "still needed",
                          topic, policy->second),
              fmt::format("kafka-configs.sh --alter --entity-type topics --entity-name {} "
                          "--add-config cleanup.policy=compact, or set offset.storage.topic to "
                          "another one",
                          topic));
}

Result<std::optional<StoredOffsetRecord>> read_offset_record(const KafkaOffsetStoreOptions& options,
                                                             kafka::Isolation isolation,
                                                             const std::stop_token& stop) {
  const auto consumer =
      TRY(kafka::Consumer::open({.properties = options.consumer, .isolation = isolation}));
  // Under Debezium's key, and under our own; the latter counts where the former is a copy.
  std::optional<StoredOffsetRecord> out;
  std::optional<StoredOffsetRecord> ours;
  bool copy = false;
  std::vector<std::string> other_names;
  const auto visit = [&](const kafka::ConsumedRecord& record) -> Status {
    const std::optional<OffsetKey> key =
        record.key ? decode_offset_key(*record.key) : std::optional<OffsetKey>();
    if (!key || key->topic_prefix != options.topic_prefix) return {};
    const bool is_ours = key->kind == OffsetKeyKind::kOurs;
    if (key->connector_name != options.connector_name) {
      if (is_ours) return {};
      std::erase(other_names, key->connector_name);
      if (record.value) other_names.push_back(key->connector_name);
      return {};
    }
    // One key is in one partition, until somebody adds partitions.
    std::optional<StoredOffsetRecord>& last = is_ours ? ours : out;
    if (last && last->writer.at_ms > record.timestamp_ms) return {};
    last = stored_of(record);
    if (!is_ours) copy = record.header(kCopyHeader).has_value();
    return {};
  };
  TRY(consumer->read_topic(options.topic.name, visit, stop));
  if (copy && ours) return ours;
  if (!out) warn_of_other_names(other_names, options);
  return out;
}

Result<std::unique_ptr<KafkaOffsetStore>> KafkaOffsetStore::open(KafkaOffsetStoreOptions options,
                                                                 kafka::Producer& producer,
                                                                 Claim claim,
                                                                 const std::stop_token& stop) {
  std::unique_ptr<KafkaOffsetStore> out(new KafkaOffsetStore(std::move(options), producer));
  out->stored_ = TRY(read_offset_record(out->options_, kafka::Isolation::kCommitted, stop));
  if (claim == Claim::kLook) return out;
  TRY_AT(out->decode(), out->where());  // what is not ours to replace stays as it is
  TRY(out->check_alone());
  TRY(out->restate());
  return out;
}

// With a transactional id the other one is fenced, and stops by itself.
Status KafkaOffsetStore::check_alone() const {
  if (producer_.transactional() || !stored_ || !runs_here(stored_->writer)) return {};
  return fail(ErrorKind::kConflict,
              fmt::format("{} stores this offset already, in {}", stored_->writer.text(), where()),
              "stop that process first, or give this one a name and topic.prefix of its own");
}

Result<std::optional<LoadedOffset>> KafkaOffsetStore::decode() const {
  if (!stored_ || !stored_->value) return std::optional<LoadedOffset>();
  if (!stored_->state)
    return std::optional(taken_over(TRY(decode_debezium_offset(*stored_->value))));
  return std::optional(LoadedOffset{.state = TRY(decode_offset(*stored_->state)).state});
}

Result<std::optional<LoadedOffset>> KafkaOffsetStore::load() {
  auto out = decode();
  if (!out) return std::unexpected(std::move(out).error().at(where()));
  return out;
}

Status KafkaOffsetStore::commit(const ResumeState& state) {
  StoredOffsetRecord next{
      .value = encode_debezium_offset(state),
      .state = encode_offset(options_.connector_name, options_.topic_prefix, state),
      .writer = {}};
  // Should this transaction be aborted, under Debezium's key is what was committed all the same.
  const std::optional<std::string> before = stored_ ? stored_->value : std::nullopt;
  const bool exactly_once = producer_.transactional();
  TRY(exactly_once ? send_pair(before, next) : send(OffsetKeyKind::kDebezium, next));
  TRY(end(std::move(next)));
  behind_ = exactly_once;
  return {};
}

Status KafkaOffsetStore::place(std::string_view map) {
  TRY(decode_debezium_offset(map));
  return replace({.value = std::string(map), .state = {}, .writer = {}});
}

Status KafkaOffsetStore::remove() { return replace({}); }

// By what is not ours, and does not lead to ours.
Status KafkaOffsetStore::replace(StoredOffsetRecord record) {
  if (producer_.transactional()) TRY(send(OffsetKeyKind::kOurs, {}));
  TRY(send(OffsetKeyKind::kDebezium, record));
  return end(std::move(record));
}

Status KafkaOffsetStore::restate() {
  if (!stored_) return remove();
  TRY(producer_.transactional() ? send_pair(stored_->value, *stored_)
                                : send(OffsetKeyKind::kDebezium, *stored_));
  return end(*stored_);
}

Status KafkaOffsetStore::settle() { return behind_ ? restate() : Status(); }

// `map`: what Debezium finds.
Status KafkaOffsetStore::send_pair(const std::optional<std::string>& map,
                                   const StoredOffsetRecord& ours) {
  TRY(send(OffsetKeyKind::kDebezium, {.value = map, .state = {}, .writer = {}}, true));
  return send(OffsetKeyKind::kOurs, ours);
}

Status KafkaOffsetStore::send(OffsetKeyKind kind, const StoredOffsetRecord& record, bool copy) {
  const std::string key = encode_offset_key(options_.connector_name, options_.topic_prefix, kind);
  const std::string host = host_name();
  const std::string pid = std::to_string(process_id());
  std::vector<kafka::Header> headers{{kHostHeader, host}, {kPidHeader, pid}};
  if (record.state) headers.push_back({kStateHeader, *record.state});
  if (copy) headers.push_back({kCopyHeader, "true"});
  kafka::Message message{.topic = options_.topic.name, .key = key, .headers = headers};
  if (record.value) message.value = *record.value;
  TRY_AT(producer_.send(message), where());
  return {};
}

Status KafkaOffsetStore::end(StoredOffsetRecord record) {
  auto done = producer_.commit();
  if (!done) return std::unexpected(std::move(done).error().at(where()));
  record.writer = {.host = host_name(), .pid = process_id()};
  stored_ = std::move(record);
  behind_ = false;
  return {};
}

Error KafkaOffsetStore::explained(Error error) {
  if (error.kind() != ErrorKind::kConflict) return error;
  const auto consumer = kafka::Consumer::open({.properties = options_.consumer,
                                               .isolation = kafka::Isolation::kUncommitted,
                                               .patience = kExplainPatience});
  if (!consumer) return error;
  OffsetWriter last;
  const std::string key = encode_offset_key(options_.connector_name, options_.topic_prefix);
  const auto visit = [&](const kafka::ConsumedRecord& record) -> Status {
    if (record.key && *record.key == key) last = writer_of(record);
    return {};
  };
  // Whoever fenced us writes that only when it has read where to go on.
  const SystemClock clock;
  const SteadyTime until = clock.steady() + kExplainPatience;
  const auto is_other = [&] {
    return last.pid != 0 && (last.pid != process_id() || last.host != host_name());
  };
  while (!is_other()) {
    if (!(*consumer)->read_topic(options_.topic.name, visit, {})) return error;
    if (clock.steady() >= until) return error;
  }
  return Error(ErrorKind::kConflict, fmt::format("{} took over: {}", last.text(), error.message()),
               error.remedy());
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/opening.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "connector/kafka_parts.h"
#include "connector/kafka_stores.h"
#include "sink/kafka_sink.h"
#include "sink/make_sink.h"
#include "store/file_offset_store.h"
#include "store/history_log_file.h"

namespace tidemark {
namespace {

Status open_offsets(ConnectorParts& parts, const std::stop_token& stop) {
  const Settings& settings = parts.settings;
  if (settings.offset.kind == OffsetKind::kKafka) {
    ASSERT(parts.producer != nullptr, "offsets in a topic go with records in topics");
    TRY(make_data_folder(settings));
    KafkaOffsetStoreOptions topic = offset_topic_of(settings);
    TRY(prepare_offset_topic(topic));
    parts.offsets = TRY(KafkaOffsetStore::open(std::move(topic), *parts.producer,
                                               KafkaOffsetStore::Claim::kTake, stop));
  } else {
    parts.offsets = TRY(FileOffsetStore::open({.path = settings.offset.path,
                                               .connector_name = settings.connector_name,
                                               .topic_prefix = settings.topic_prefix}));
  }
  return {};
}

Status load_offset(ConnectorParts& parts) {
  parts.loaded = TRY(parts.offsets->load());
  if (!parts.loaded) return {};
  if (parts.loaded->from_debezium) {
    log::info("offsets.taken_over", {{"from", parts.offsets->where()},
                                     {"position", parts.loaded->state.offset.position.text()}});
  }
  if (parts.loaded->first_repeats) {
    log::warn("offsets.first_transaction_repeats",
              {{"why",
                "Debezium's offset names one GTID and lies within a transaction: while it knew no "
                "GTIDs it counts the first one as done when that has only begun"},
               {"do", "nothing: the changes of the first two transactions at most come again"}});
  }
  parts.stored = parts.loaded->state;
  if (parts.settings.gtid.ignore_on_recovery) {
    parts.stored->offset.gtid_mode = false;
    parts.stored->offset.gtids = {};
  }
  parts.signals = parts.stored->signals;
  return {};
}

Status open_structures(ConnectorParts& parts, const std::stop_token& stop) {
  parts.schema_files.emplace(parts.settings.offset.path);
  parts.schemas = &*parts.schema_files;
  const HistorySettings& history = parts.settings.history;
  if (history.kind == HistoryKind::kNone) return {};
  std::unique_ptr<HistoryLog> log;
  if (history.kind == HistoryKind::kKafka) {
    parts.history_producer = TRY(connect_history_producer(parts.settings, stop));
    kafka::Producer* const producer =
        parts.history_producer ? parts.history_producer.get() : parts.producer.get();
    ASSERT(producer != nullptr, "a history in a topic has brokers");
    log = TRY(open_history_topic(parts.settings, *producer, stop));
  } else {
    log = TRY(FileHistoryLog::open(history.path));
  }
  parts.history = std::make_unique<HistoryStore>(
      HistoryStore::Options{
          .topic_prefix = parts.settings.topic_prefix,
          .before = parts.loaded && parts.loaded->from_debezium ? nullptr : &*parts.schema_files},
      std::move(log), parts.clock);
  parts.schemas = parts.history.get();
  return {};
}

Result<std::unique_ptr<Sink>> open_sink(ConnectorParts& parts) {
  const Settings& settings = parts.settings;
  if (parts.producer == nullptr) {
    return make_sink({.kind = settings.sink.kind == SinkKind::kFile ? "file" : "stdout",
                      .path = settings.sink.path,
                      .rotate_bytes = settings.sink.rotate_bytes});
  }
  KafkaSinkOptions options{.producer = *parts.producer,
                           .plain_headers = settings.kafka.plain_headers};
  if (settings.kafka.oversize == OversizePolicy::kDivert) {
    options.divert_path = settings.kafka.oversize_path;
    options.record_bytes_max = [&kafka = settings.kafka](const std::string& topic) {
      return record_bytes_max(kafka, topic);
    };
  }
  parts.topic_maker = topic_maker_of(settings.kafka);
  if (parts.topic_maker)
    options.prepare_topic = [&maker = *parts.topic_maker](const std::string& topic) {
      return maker.ensure(topic);
    };
  return make_kafka_sink(std::move(options));
}

// `printed`: how records are to leave the chain.
Result<std::unique_ptr<transform::Chain>> chain_of(const TransformSettings& settings,
                                                   const EncodeSettings& printed) {
  if (settings.empty()) return nullptr;
  auto chain =
      transform::Chain::build(settings, {.schemas_key = printed.schemas_enable_key,
                                         .schemas_value = printed.schemas_enable_value,
                                         .schemas_headers = printed.schemas_enable_headers,
                                         .nulls_replaced = printed.replace_null_with_default});
  if (chain) return *std::move(chain);
  const transform::OptionProblem& first = chain.error().front();
  return fail(ErrorKind::kRejected, first.option + ": " + first.problem,
              "allowed: " + first.allowed);
}

}  // namespace

Status open_stores(ConnectorParts& parts, const std::stop_token& stop) {
  parts.producer = TRY(connect_producer(parts.settings, stop));
  TRY(open_offsets(parts, stop));
  TRY(load_offset(parts));
  TRY(open_structures(parts, stop));
  parts.replica_uuid = parts.stored && !parts.stored->replica_uuid.is_zero()
                           ? parts.stored->replica_uuid
                           : Uuid::random();
  parts.sink = TRY(open_sink(parts));
  return parts.sink->open(parts.stored ? std::optional<SinkFields>(parts.stored->sink.fields)
                                       : std::nullopt);
}

Status start_delivery(ConnectorParts& parts, const EncodeSettings& printed) {
  const Settings& settings = parts.settings;
  Delivery::Options options{.queue_bytes_max = settings.queue_bytes_max,
                            .flush_interval = {},
                            .replica_uuid = parts.replica_uuid,
                            .transforms = TRY(chain_of(settings.transforms, printed))};
  set_commits(settings, options);
  parts.delivery.emplace(std::move(options), *parts.sink, *parts.offsets, *parts.schemas,
                         parts.clock);
  parts.output.emplace(*parts.delivery);
  const bool history = settings.history.kind != HistoryKind::kNone;
  if (settings.schema_changes.on || history)
    parts.ddl.emplace(
        DdlLog::Parts{.settings = settings.schema_changes,
                      .encoding = parts.encoding,
                      .clock = parts.clock,
                      .tables = parts.tables,
                      .output = *parts.output,
                      .history = history,
                      .names_in_lower_case = parts.server.lower_case_table_names == 1});
  return {};
}

}  // namespace tidemark

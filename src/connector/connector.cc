// SPDX-License-Identifier: Apache-2.0
#include "connector/connector.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/version.h"
#include "connector/adoption.h"
#include "connector/backoff.h"
#include "connector/connector_parts.h"
#include "connector/first_load.h"
#include "connector/initial_snapshot.h"
#include "connector/opening.h"
#include "connector/preflight.h"
#include "connector/signal_topic.h"
#include "connector/snapshot_tables.h"
#include "connector/status_thread.h"
#include "connector/streaming.h"
#include "connector/test_fault.h"

namespace tidemark {
namespace {

// Transforms work on records that are not wrapped into their schemas; the chain wraps what comes out.
Settings for_transforms(Settings settings) {
  if (settings.transforms.empty()) return settings;
  EncodeSettings& encode = settings.encode;
  encode.schemas_enable_key = encode.schemas_enable_value = encode.schemas_enable_headers = false;
  encode.carry_schemas = true;
  return settings;
}

bool renews_lost_position(const SnapshotSettings& settings) {
  return settings.mode == SnapshotMode::kWhenNeeded ||
         settings.mode == SnapshotMode::kWhenNeededNoData ||
         (settings.mode == SnapshotMode::kConfigurationBased && settings.flags.on_data_error);
}

// What a first load had still to read, a new one reads anyway. What signals asked for is done nonetheless, but
// where that would be done in chunks, too: then what they had read already may have changed since, unseen.
Status forget_covered(ConnectorParts& parts) {
  using From = SnapshotDecision::From;
  if (!parts.stored || parts.decision.from == From::kStored || !parts.decision.rows) return {};
  std::vector<TablePtr> read;
  if (parts.decision.from == From::kLogEnd)
    read = TRY(tables_to_read(parts.tables, parts.settings));
  std::erase_if(parts.stored->incremental.tables, [&](const TableSnapshotState& table) {
    if (is_first_load(table.signal_id)) return true;
    const TableId id{table.database, table.table};
    if (!table.condition.empty() || std::ranges::find(read, id, &TableDef::id) == read.end())
      return false;
    log::info("snapshot.begun_anew",
              {{"table", id.text()}, {"signal", table.signal_id}, {"by", "the first load"}});
    return true;
  });
  return {};
}

// What was answered, what is being read in chunks and how far signals were read outlive a new snapshot.
Checkpoint kept_beyond_snapshot(const ConnectorParts& parts) {
  Checkpoint out;
  if (parts.stored) {
    out.incremental = std::make_shared<const IncrementalState>(parts.stored->incremental);
    out.blocking = std::make_shared<const std::vector<BlockingRequest>>(parts.stored->blocking);
    out.answers = std::make_shared<const AnswerLog>(
        AnswerLog{parts.stored->verdicts, parts.stored->outcomes});
  }
  out.signals = std::make_shared<const SignalMarks>(parts.signals);
  out.urgent = true;
  return out;
}

// How a snapshot is stored on its way, where the sink cannot hold all of it back; nothing where the next start
// could not read the rest through windows.
std::optional<ScanCheckpoints::Options> checkpoints_amid(const ConnectorParts& parts,
                                                         const Checkpoint& kept) {
  if (!parts.delivery->covers_in_parts() || !parts.decision.rows || !parts.decision.stream)
    return std::nullopt;
  if (!reads_in_chunks(parts.settings)) return std::nullopt;
  const auto next = decide_snapshot(
      parts.settings.snapshot,
      {.stored = StoredOffset::kComplete, .position_lost = [] { return std::nullopt; }});
  if (!next || next->from != SnapshotDecision::From::kStored) return std::nullopt;
  ScanCheckpoints::Options options{
      .base = kept, .operations_skipped = parts.settings.skipped_operations.some_row_changes()};
  options.base.urgent = false;
  return options;
}

// Signals that are sent from the very first start on count, although they are executed behind the initial
// snapshot. A broker that is away now is asked again then.
void place_signal_topic(ConnectorParts& parts) {
  const auto& kafka = parts.settings.signal.kafka;
  if (!kafka || parts.signals.topic == kafka->topic) return;
  SignalTopic topic({.settings = *kafka, .key = parts.settings.topic_prefix}, parts.signals,
                    parts.clock);
  if (auto placed = topic.place(); !placed) {
    log::failure(log::Level::kWarn, "signal.topic_unreadable", placed.error());
    return;
  }
  move_marks(parts.signals, topic.mark());
}

}  // namespace

Connector::Connector(Settings settings, const Clock& clock)
    : printed_(settings.encode), settings_(for_transforms(std::move(settings))), clock_(clock) {}

Status Connector::run(const std::stop_token& stop) {
  log::info("connector.starting",
            {{"version", TIDEMARK_VERSION},
             {"server", settings_.server.host + ":" + std::to_string(settings_.server.port)},
             {"topic_prefix", settings_.topic_prefix}});
  Backoff backoff(settings_.retry);
  for (;;) {
    auto ended = live(stop);
    if (!ended && ended.error().kind() == ErrorKind::kCancelled && stop.stop_requested()) return {};
    const bool lost = !ended && ended.error().kind() == ErrorKind::kRetryable;
    renew_ = !ended && ended.error().kind() == ErrorKind::kPositionLost &&
             renews_lost_position(settings_.snapshot);
    const bool again = (lost && reached_server_) || renew_;
    if (!again || stop.stop_requested()) return ended;
    const auto wait = backoff.next();
    if (!wait && renew_) return ended;
    if (!wait) {
      return std::unexpected(std::move(ended).error().with_remedy(
          "the server stayed away for all of errors.max.retries attempts: see that it runs and "
          "start again"));
    }
    log::failure(log::Level::kWarn, "connector.restarting", ended.error());
    sleep_unless_stopped(stop, *wait);
    if (stop.stop_requested()) return {};
  }
}

Status Connector::live(const std::stop_token& stop) {
  ConnectorParts parts(settings_, clock_, stop);
  auto ended = live(parts, stop);
  if (ended || parts.offsets == nullptr) return ended;
  // Somebody may have taken our place: who?
  return std::unexpected(parts.offsets->explained(std::move(ended).error()));
}

Status Connector::live(ConnectorParts& parts, const std::stop_token& stop) {
  TRY(prepare(parts, stop));
  const std::stop_callback hurry(stop, [&] { parts.sink->stop_waiting(); });
  StatusThread status({.offset_path = settings_.offset.path,
                       .connector_name = settings_.connector_name,
                       .topic_prefix = settings_.topic_prefix,
                       .clock = clock_,
                       .board = parts.status,
                       .delivery = *parts.delivery});
  Status ended;
  {
    const std::jthread shown([&](const std::stop_token& end) { status.run(end); });
    ended = work(parts, stop);
    parts.status.update([](StatusView& view) { view.state = "stopping"; });
    // A failed delivery is the cause of whatever else went wrong; one that was hurried at a stop is not.
    auto delivered = parts.delivery->finish();
    if (!delivered && (ended || delivered.error().kind() != ErrorKind::kCancelled))
      ended = std::move(delivered);
  }
  if (!ended && ended.error().kind() == ErrorKind::kCancelled) ended = {};
  status.write_last(ended ? "stopped" : "failed", ended ? "" : ended.error().text());
  const DeliveryStats stats = parts.delivery->stats();
  log::info("connector.stopped", {{"records", stats.records},
                                  {"dropped", stats.dropped},
                                  {"bytes", stats.bytes},
                                  {"commits", stats.commits}});
  return ended;
}

Status Connector::prepare(ConnectorParts& parts, const std::stop_token& stop) {
  auto opened = open_stores(parts, stop);
  reached_server_ |= parts.stored.has_value();
  TRY(std::move(opened));
  parts.server = TRY(read_server(parts.desk));
  reached_server_ = true;
  TRY(check_server(parts));
  TRY(decide(parts, {.taken = snapshot_taken_, .renew = renew_}));
  TRY(check_access(parts));
  TRY(adopt_structures(parts));
  TRY(adopt_snapshot(parts));
  TRY(forget_covered(parts));
  TRY(check_gtid_sources(parts));
  TRY(check_signals(parts));
  place_signal_topic(parts);
  return start_delivery(parts, printed_);
}

Status Connector::work(ConnectorParts& parts, const std::stop_token& stop) {
  TRY(snapshot(parts, stop));
  warn_if_nothing_captured(parts.tables);
  if (!parts.decision.stream) {
    log::info("connector.done", {{"reason", "snapshot.mode"}});
    return {};
  }
  warn_of_generated_columns(parts.tables, parts.server);
  if (stop.stop_requested()) return {};
  return stream(parts, stop);
}

Status Connector::snapshot(ConnectorParts& parts, const std::stop_token& stop) {
  if (parts.decision.from == SnapshotDecision::From::kStored) {
    parts.start = parts.stored->offset;
    parts.transaction = parts.stored->transaction;
  }
  if (parts.decision.from != SnapshotDecision::From::kView) {
    parts.notifications.initial("SKIPPED", {}, {}, parts.output->batch());
    return {};
  }
  Checkpoint kept = kept_beyond_snapshot(parts);
  // From here until the last row is out, or the first checkpoint amid them, a restart starts over, and cuts off
  // what is half done.
  Checkpoint running = kept;
  running.offset.initial_snapshot_running = true;
  TRY(parts.output->send(std::move(running)));
  TRY(parts.delivery->wait_committed());
  InitialSnapshot initial({.settings = settings_,
                           .encoding = parts.encoding,
                           .clock = clock_,
                           .tables = parts.tables,
                           .output = *parts.output,
                           .status = parts.status,
                           .ddl = parts.ddl ? &*parts.ddl : nullptr,
                           .notifications = &parts.notifications,
                           .checkpoints = checkpoints_amid(parts, kept)});
  parts.start = TRY(initial.run(parts.decision.rows, parts.server.gtid_mode == "ON", stop));
  kept.offset = parts.start;
  kept.schema = parts.tables.snapshot();
  TRY(parts.output->send(std::move(kept)));
  TRY(parts.delivery->wait_committed());
  snapshot_taken_ = true;
  renew_ = false;
  if (parts.decision.stream)
    sleep_unless_stopped(stop, std::chrono::milliseconds(settings_.snapshot.streaming_delay_ms));
  return {};
}

Status Connector::stream(ConnectorParts& parts, const std::stop_token& stop) {
  if (settings_.read_only) TRY(check_read_only_start(parts.start, parts.server));
  Streaming streaming(parts, TRY(test_fault()));
  if (parts.decision.from == SnapshotDecision::From::kLogEnd) {
    TRY(streaming.first_load());
    snapshot_taken_ = true;
  }
  return streaming.run(stop);
}

}  // namespace tidemark

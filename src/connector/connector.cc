// SPDX-License-Identifier: Apache-2.0
#include "connector/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "base/version.h"
#include "connector/backoff.h"
#include "connector/chunk_reader.h"
#include "connector/delivery.h"
#include "connector/incremental.h"
#include "connector/initial_snapshot.h"
#include "connector/server_desk.h"
#include "connector/source.h"
#include "connector/status_board.h"
#include "connector/status_thread.h"
#include "connector/tables.h"
#include "connector/test_fault.h"
#include "control/signal_table.h"
#include "mysql/client/schema_reader.h"
#include "mysql/client/server_info.h"
#include "sink/make_sink.h"
#include "store/offset_store.h"
#include "store/schema_store.h"

namespace tidemark {
namespace {

std::optional<TableId> signal_table_of(const Settings& settings) {
  const auto& collection = settings.signal.data_collection;
  if (!collection || !settings.signal.source_channel) return std::nullopt;
  return TableId{collection->database, collection->table};
}

CaptureFilter filter_of(const Settings& settings) {
  const CaptureSettings& capture = settings.capture;
  return CaptureFilter({.database_include = capture.database_include,
                        .database_exclude = capture.database_exclude,
                        .table_include = capture.table_include,
                        .table_exclude = capture.table_exclude,
                        .ignore_builtin = capture.ignore_builtin,
                        .signal_table = signal_table_of(settings)});
}

// Every finding is logged; the first error is what ends the run.
Status report(const std::vector<Error>& findings) {
  for (const Error& finding : findings)
    log::failure(log::Level::kError, "preflight.failed", finding);
  if (!findings.empty()) return std::unexpected(findings.front());
  return {};
}

bool same_but_for_case(const TableId& a, const TableId& b) {
  const auto equal = [](std::string_view x, std::string_view y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](char c, char d) {
      return std::tolower(static_cast<unsigned char>(c)) ==
             std::tolower(static_cast<unsigned char>(d));
    });
  };
  return a != b && equal(a.database, b.database) && equal(a.table, b.table);
}

void warn_if_nothing_captured(Tables& tables) {
  for (const TableId& id : tables.ids()) {
    if (!tables.find(id)->is_signal_table) return;
  }
  log::warn("capture.nothing", {{"do",
                                 "no table matches: check database.include.list and "
                                 "table.include.list (db.table, the whole name); a table "
                                 "created later is captured if it matches"}});
}

struct Grants {
  std::vector<std::string> lines;
  std::string account;
};

Result<Grants> read_grants(Connection& connection) {
  Grants out;
  const ResultSet account = TRY(connection.query("SELECT CURRENT_USER()"));
  out.account = account.rows()[0][0].value_or("");
  const ResultSet lines = TRY(connection.query("SHOW GRANTS"));
  for (const ResultSet::Row row : lines.rows()) out.lines.emplace_back(row[0].value_or(""));
  return out;
}

}  // namespace

// Declared in the order of construction; destroyed in reverse.
struct Connector::Parts {
  Parts(const Settings& settings, const Clock& clock, const std::stop_token& stop)
      : encoding{.settings = settings.encode,
                 .topic_prefix = settings.topic_prefix,
                 .topic_delimiter = settings.topic_delimiter,
                 .connector_version = TIDEMARK_VERSION,
                 .connector_name = "mysql",
                 .run_id = Uuid::time_ordered(clock.wall_ns()).text(),
                 .task_id = "0",
                 .topics = &topics},
        desk(settings.server, stop),
        tables(filter_of(settings), encoding, signal_table_of(settings)) {}

  std::unique_ptr<OffsetStore> offsets;
  std::optional<SchemaStore> schemas;
  std::unique_ptr<Sink> sink;
  std::optional<ResumeState> stored;
  ServerInfo server;
  Uuid replica_uuid;
  TopicRegistry topics;
  EncoderContext encoding;
  ServerDesk desk;
  Tables tables;
  StatusBoard status;
  std::optional<Delivery> delivery;
  std::optional<Output> output;
  Offset start;  // of the stream
  TransactionState transaction;  // open there
};

Connector::Connector(Settings settings, const Clock& clock)
    : settings_(std::move(settings)), clock_(clock) {}

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
    if (!lost || !reached_server_ || stop.stop_requested()) return ended;
    const auto wait = backoff.next();
    if (!wait) return ended;
    log::failure(log::Level::kWarn, "connector.restarting", ended.error());
    sleep_unless_stopped(stop, *wait);
    if (stop.stop_requested()) return {};
  }
}

Status Connector::live(const std::stop_token& stop) {
  Parts parts(settings_, clock_, stop);
  TRY(open_stores(parts));
  TRY(check_server(parts));
  TRY(adopt_structures(parts));
  TRY(check_signals(parts));
  TRY(start_delivery(parts));
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
    ended = snapshot(parts, stop);
    if (ended) warn_if_nothing_captured(parts.tables);
    const bool only = settings_.snapshot.mode == SnapshotMode::kInitialOnly;
    if (ended && only) log::info("connector.done", {{"reason", "snapshot.mode=initial_only"}});
    if (ended && !only && !stop.stop_requested()) ended = stream(parts, stop);
    parts.status.update([](StatusView& view) { view.state = "stopping"; });
    // A failed delivery is the cause of whatever else went wrong; one that was hurried at a stop is not.
    auto delivered = parts.delivery->finish();
    if (!delivered && (ended || delivered.error().kind() != ErrorKind::kCancelled))
      ended = std::move(delivered);
  }
  if (!ended && ended.error().kind() == ErrorKind::kCancelled) ended = {};
  status.write_last(ended ? "stopped" : "failed", ended ? "" : ended.error().text());
  const DeliveryStats stats = parts.delivery->stats();
  log::info("connector.stopped",
            {{"records", stats.records}, {"bytes", stats.bytes}, {"commits", stats.commits}});
  return ended;
}

Status Connector::open_stores(Parts& parts) {
  parts.offsets = TRY(OffsetStore::open({.path = settings_.offset.path,
                                         .connector_name = settings_.connector_name,
                                         .topic_prefix = settings_.topic_prefix}));
  parts.stored = TRY(parts.offsets->load());
  parts.schemas.emplace(settings_.offset.path);
  parts.replica_uuid = parts.stored && !parts.stored->replica_uuid.is_zero()
                           ? parts.stored->replica_uuid
                           : Uuid::random();
  parts.sink = TRY(make_sink({.kind = settings_.sink.kind == SinkKind::kFile ? "file" : "stdout",
                              .path = settings_.sink.path,
                              .rotate_bytes = settings_.sink.rotate_bytes}));
  return parts.sink->open(parts.stored ? std::optional<SinkFields>(parts.stored->sink.fields)
                                       : std::nullopt);
}

Status Connector::check_server(Parts& parts) {
  parts.server =
      TRY(parts.desk.ask([](Connection& connection) { return read_server_info(connection); }));
  log::info("server.connected", {{"version", parts.server.version},
                                 {"server_uuid", parts.server.server_uuid},
                                 {"gtid_mode", parts.server.gtid_mode},
                                 {"binlog_row_metadata", parts.server.binlog_row_metadata}});
  reached_server_ = true;
  TRY(report(check_for_streaming(parts.server)));
  const bool locks = !parts.stored && settings_.snapshot.locking == LockingMode::kMinimal;
  TRY(report(TRY(parts.desk.ask(
      [&](Connection& connection) { return check_grants(connection, {.lock = locks}); }))));
  TRY(parts.desk.ask([&](Connection& connection) {
    return check_server_id_free(connection, settings_.server.server_id, parts.replica_uuid);
  }));
  if (settings_.events.include_query) {
    if (const auto off = check_statements_logged(parts.server))
      log::failure(log::Level::kWarn, "server.statements_not_logged", *off);
  }
  if (parts.server.binlog_row_metadata != "FULL") {
    log::warn("server.row_metadata_minimal",
              {{"do",
                "SET PERSIST binlog_row_metadata='FULL': with MINIMAL a change of a table's "
                "structure can end the "
                "stream, because events do not name their columns"}});
  }
  return {};
}

// The structures that the rows after the stored position were written with.
Status Connector::adopt_structures(Parts& parts) {
  if (!parts.stored || parts.stored->offset.initial_snapshot_running) return {};
  const std::uint64_t revision = parts.stored->schema_revision;
  for (TableDef& def : TRY(parts.schemas->load(revision))) {
    if (TRY(parts.tables.captures(def.id))) TRY(parts.tables.put(std::move(def), true));
  }
  // Tables that are captured only now, or whose stored structure was not certain.
  for (TableDef& def :
       TRY(parts.desk.ask([](Connection& c) { return read_tables(c, TableSelection::all()); }))) {
    if (parts.tables.find(def.id) == nullptr && TRY(parts.tables.captures(def.id))) {
      TRY(parts.tables.put(std::move(def), false));
    }
  }
  parts.tables.set_revision(revision + 1);
  return {};
}

Status Connector::check_signals(Parts& parts) {
  const std::optional<TableId> id = signal_table_of(settings_);
  if (!id) return {};
  const auto defs =
      TRY(parts.desk.ask([](Connection& c) { return read_tables(c, TableSelection::all()); }));
  const auto grants = TRY(parts.desk.ask([](Connection& c) { return read_grants(c); }));
  SignalTableFacts facts;
  facts.configured = *id;
  facts.strategy = settings_.incremental.strategy;
  facts.grants = grants.lines;
  facts.account = grants.account;
  for (const TableDef& def : defs) {
    if (def.id == *id) facts.table = &def;
    if (TRY(parts.tables.captures(def.id)))
      facts.collection_chars_max = std::max(facts.collection_chars_max, def.id.text().size());
    if (facts.table == nullptr && same_but_for_case(def.id, *id)) facts.other_case = def.id;
  }
  std::vector<Error> errors;
  for (const Finding& finding : check_signal_table(facts)) {
    if (finding.severity == Finding::Severity::kError) {
      errors.emplace_back(ErrorKind::kServer, finding.text, finding.remedy);
    } else {
      log::warn("signal.table_warning", {{"finding", finding.text}, {"do", finding.remedy}});
    }
  }
  return report(errors);
}

Status Connector::start_delivery(Parts& parts) {
  parts.delivery.emplace(Delivery::Options{.queue_bytes_max = settings_.queue_bytes_max,
                                           .flush_interval = std::chrono::milliseconds(
                                               settings_.offset.flush_interval_ms),
                                           .replica_uuid = parts.replica_uuid},
                         *parts.sink, *parts.offsets, *parts.schemas, clock_);
  parts.output.emplace(*parts.delivery);
  return {};
}

Status Connector::snapshot(Parts& parts, const std::stop_token& stop) {
  if (parts.stored && !parts.stored->offset.initial_snapshot_running) {
    parts.start = parts.stored->offset;
    parts.transaction = parts.stored->transaction;
    return {};
  }
  // From here until the last row is out a restart starts over, and cuts off what is half done.
  Checkpoint running{.offset = {.initial_snapshot_running = true}, .urgent = true};
  TRY(parts.output->send(std::move(running)));
  TRY(parts.delivery->wait_committed());
  InitialSnapshot initial({.settings = settings_,
                           .encoding = parts.encoding,
                           .clock = clock_,
                           .tables = parts.tables,
                           .output = *parts.output,
                           .status = parts.status});
  parts.start = TRY(initial.run(parts.server.gtid_mode == "ON", stop));
  TRY(parts.output->send(
      Checkpoint{.offset = parts.start, .schema = parts.tables.snapshot(), .urgent = true}));
  TRY(parts.delivery->wait_committed());
  sleep_unless_stopped(stop, std::chrono::milliseconds(settings_.snapshot.streaming_delay_ms));
  return {};
}

Status Connector::stream(Parts& parts, const std::stop_token& stop) {
  const WindowFault fault = TRY(test_fault());
  Director director({.chunk_rows = settings_.incremental.chunk_rows,
                     .readers = settings_.incremental.readers_max,
                     .new_id = [] { return Uuid::random().text(); },
                     .fault = fault},
                    clock_);
  AnswerLog answers;
  if (parts.stored) answers = {parts.stored->verdicts, parts.stored->outcomes};
  Incremental incremental(
      {.clock = clock_,
       .director = director,
       .tables = parts.tables,
       .output = *parts.output,
       .desk = parts.desk,
       .status = parts.status},
      {.watermarking = settings_.incremental.strategy == WatermarkStrategy::kInsertDelete
                           ? Watermarking::kInsertDelete
                           : Watermarking::kInsertInsert,
       .fault = fault},
      std::move(answers));
  if (parts.stored) {
    director.restore(parts.stored->incremental, [&](const TableId& id) {
      const CapturedTable* const table = parts.tables.find(id);
      return table == nullptr ? TablePtr() : table->def;
    });
  }
  Source source({.settings = settings_,
                 .clock = clock_,
                 .tables = parts.tables,
                 .incremental = incremental,
                 .output = *parts.output,
                 .desk = parts.desk,
                 .status = parts.status,
                 .topics = parts.topics},
                {.offset = parts.start,
                 .transaction = parts.transaction,
                 .replica_uuid = parts.replica_uuid,
                 .register_name = "tidemark/" + settings_.topic_prefix});
  incremental.on_post([&] { source.wake(); });

  std::optional<WatermarkWriter> watermarks;
  std::vector<std::unique_ptr<ChunkReader>> readers;
  std::vector<std::jthread> threads;
  if (const auto id = signal_table_of(settings_)) {
    const CapturedTable* const table = parts.tables.find(*id);
    ASSERT(table != nullptr, id->text());
    watermarks.emplace(*table->def, settings_.incremental.strategy);
    const std::string probe = Uuid::random().text();
    TRY(parts.desk.ask([&](Connection& connection) {
      return connection.execute(watermarks->insert_row(probe, kProbeType, "{}"));
    }));
    const LogEnd end =
        TRY(parts.desk.ask([](Connection& connection) { return read_log_end(connection); }));
    const SkippedOperations& skipped = settings_.skipped_operations;
    const bool skips = skipped.create || skipped.update || skipped.remove;
    incremental.expect({.id = probe, .by = end.position});
    for (ReaderId reader = 0; reader < settings_.incremental.readers_max; ++reader) {
      readers.push_back(std::make_unique<ChunkReader>(
          reader, ChunkReader::Parts{.server = settings_.server,
                                     .encoding = parts.encoding,
                                     .clock = clock_,
                                     .director = director,
                                     .incremental = incremental,
                                     .watermarks = *watermarks,
                                     .status = parts.status,
                                     .strategy = settings_.incremental.strategy,
                                     .operations_skipped = skips}));
      threads.emplace_back([&reader = *readers.back()](const std::stop_token& end_of_reading) {
        reader.run(end_of_reading);
      });
    }
  }
  parts.delivery->on_failure([&] { source.wake(); });
  auto ended = source.run(stop);
  parts.delivery->on_failure({});
  for (std::jthread& thread : threads) thread.request_stop();
  threads.clear();
  return ended;
}

}  // namespace tidemark

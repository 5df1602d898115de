// SPDX-License-Identifier: Apache-2.0
#include "connector/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "base/version.h"
#include "connector/backoff.h"
#include "connector/blocking.h"
#include "connector/chunk_reader.h"
#include "connector/ddl_log.h"
#include "connector/delivery.h"
#include "connector/gtid_sources.h"
#include "connector/guardrail.h"
#include "connector/incremental.h"
#include "connector/initial_snapshot.h"
#include "connector/kafka_parts.h"
#include "connector/kafka_stores.h"
#include "connector/notifications.h"
#include "connector/read_only_marks.h"
#include "connector/server_desk.h"
#include "connector/signal_channels.h"
#include "connector/signal_topic.h"
#include "connector/snapshot_decision.h"
#include "connector/snapshot_tables.h"
#include "connector/source.h"
#include "connector/status_board.h"
#include "connector/status_thread.h"
#include "connector/tables.h"
#include "connector/take_over.h"
#include "connector/test_fault.h"
#include "connector/written_marks.h"
#include "control/signal_table.h"
#include "mysql/client/read_only.h"
#include "mysql/client/schema_reader.h"
#include "mysql/client/server_info.h"
#include "sink/kafka_sink.h"
#include "sink/make_sink.h"
#include "store/file_offset_store.h"
#include "store/history_log_file.h"
#include "store/history_store.h"
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

Watermarking watermarking_of(const Settings& settings) {
  if (settings.read_only) return Watermarking::kReadOnly;
  return settings.incremental.strategy == WatermarkStrategy::kInsertDelete
             ? Watermarking::kInsertDelete
             : Watermarking::kInsertInsert;
}

// Transforms work on records that are not wrapped into their schemas; the chain wraps what comes out.
Settings for_transforms(Settings settings) {
  if (settings.transforms.empty()) return settings;
  EncodeSettings& encode = settings.encode;
  encode.schemas_enable_key = encode.schemas_enable_value = encode.schemas_enable_headers = false;
  encode.carry_schemas = true;
  return settings;
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

bool renews_lost_position(const SnapshotSettings& settings) {
  return settings.mode == SnapshotMode::kWhenNeeded ||
         settings.mode == SnapshotMode::kWhenNeededNoData ||
         (settings.mode == SnapshotMode::kConfigurationBased && settings.flags.on_data_error);
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

// Which versions leave them out is not known but for 11.8, which does, and 10.11, which does not.
void warn_of_generated_columns(const Tables& tables, const ServerInfo& server) {
  unsigned version = 0;
  std::from_chars(server.version.data(), server.version.data() + server.version.size(), version);
  if (!server.is_mariadb || version < 11) return;
  const std::vector<std::string> columns = tables.generated_columns();
  if (columns.empty()) return;
  log::warn("stream.generated_columns",
            {{"columns", fmt::format("{}", fmt::join(columns, ","))},
             {"meaning",
              "MariaDB 11.8 logs updates and deletes without generated columns; the first such "
              "change ends the run"},
             {"do", "name these columns in column.exclude.list"}});
}

// By Debezium's history; nothing where that says nothing, or something else than the server has.
std::optional<TableDef> completed_from(const std::vector<TableModel>& models,
                                       const TableDef& present) {
  const auto model = std::ranges::find(models, present.id, &TableModel::id);
  if (model == models.end()) return std::nullopt;
  std::optional<TableDef> out = completed(*model, present);
  if (!out) {
    log::warn(
        "schema.history_differs",
        {{"table", present.id.text()},
         {"meaning",
          "Debezium's schema history has other columns than the server: the table was altered "
          "since, or its types are noted in another way. Rows say which holds"}});
  }
  return out;
}

// Records name the kind of server, their schemas, too, and an offset's GTIDs have its form: none of that may
// change by itself under a consumer.
Status check_class(const ServerInfo& server, ServerKind configured) {
  const ServerKind actual = server.is_mariadb ? ServerKind::kMariaDb : ServerKind::kMySql;
  if (actual == configured) return {};
  const bool maria = actual == ServerKind::kMariaDb;
  return fail(
      ErrorKind::kRejected,
      fmt::format("connector.class is the one for {}, and the server is {} {}",
                  maria ? "MySQL" : "MariaDB", maria ? "MariaDB" : "MySQL", server.version),
      fmt::format("set connector.class=io.debezium.connector.{}, with an offset file of its "
                  "own",
                  maria ? "mariadb.MariaDbConnector" : "mysql.MySqlConnector"));
}

// Where it began without GTIDs it knows only those that it has met since.
Status check_read_only_start(const Offset& start, const ServerInfo& server) {
  if (server.is_mariadb || start.gtid_mode) return {};
  return fail(ErrorKind::kRejected,
              fmt::format("the stored offset goes by file and position ({}), and read.only=true "
                          "tells by GTIDs what a SELECT sees",
                          start.position.text()),
              "take a new snapshot (remove the offset file), or set read.only=false");
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
                 .rules = settings.rules,
                 .topic_prefix = settings.topic_prefix,
                 .topic_delimiter = settings.topic_delimiter,
                 .topic_naming = settings.topic_naming,
                 .connector_version = TIDEMARK_VERSION,
                 .connector_name = std::string(server_kind_text(settings.server_kind)),
                 .run_id = Uuid::time_ordered(clock.wall_ns()).text(),
                 .task_id = "0",
                 .topics = &topics},
        notifications(settings, topics, clock),
        desk(settings.server, stop),
        tables(filter_of(settings), encoding, signal_table_of(settings)) {}

  std::unique_ptr<kafka::Producer> producer;  // of sink and stores, who borrow it
  std::unique_ptr<kafka::TopicMaker> topic_maker;
  std::unique_ptr<kafka::Producer> history_producer;  // where that has brokers of its own
  std::unique_ptr<OffsetStore> offsets;
  std::optional<SchemaStore> schema_files;
  std::unique_ptr<HistoryStore> history;
  StructureStore* schemas = nullptr;  // one of these two
  std::unique_ptr<Sink> sink;
  std::optional<LoadedOffset> loaded;
  std::optional<ResumeState> stored;
  SignalMarks signals;  // where their channels are read on
  SnapshotDecision decision;
  StoredStructures structures;  // as the stored offset knows them
  std::vector<TableId> listed;  // all tables of the server
  ServerInfo server;
  Uuid replica_uuid;
  TopicRegistry topics;
  EncoderContext encoding;
  Notifications notifications;
  ServerDesk desk;
  Tables tables;
  StatusBoard status;
  std::optional<Delivery> delivery;
  std::optional<Output> output;
  std::optional<DdlLog> ddl;
  Offset start;  // of the stream
  TransactionState transaction;  // open there
};

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
  Parts parts(settings_, clock_, stop);
  auto ended = live(parts, stop);
  if (ended || parts.offsets == nullptr) return ended;
  // Somebody may have taken our place: who?
  return std::unexpected(parts.offsets->explained(std::move(ended).error()));
}

Status Connector::live(Parts& parts, const std::stop_token& stop) {
  parts.producer = TRY(connect_producer(settings_, stop));
  TRY(open_stores(parts, stop));
  TRY(check_server(parts));
  TRY(decide(parts));
  TRY(check_access(parts));
  TRY(adopt_structures(parts));
  TRY(adopt_snapshot(parts));
  TRY(check_gtid_sources(parts));
  TRY(check_signals(parts));
  place_signal_topic(parts);
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
    const bool streams = parts.decision.stream;
    if (ended && !streams) log::info("connector.done", {{"reason", "snapshot.mode"}});
    if (ended && streams) warn_of_generated_columns(parts.tables, parts.server);
    if (ended && streams && !stop.stop_requested()) ended = stream(parts, stop);
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

Status Connector::open_stores(Parts& parts, const std::stop_token& stop) {
  if (settings_.offset.kind == OffsetKind::kKafka) {
    ASSERT(parts.producer != nullptr, "offsets in a topic go with records in topics");
    TRY(make_data_folder(settings_));
    parts.offsets = TRY(KafkaOffsetStore::open(offset_topic_of(settings_), *parts.producer,
                                               KafkaOffsetStore::Claim::kTake, stop));
  } else {
    parts.offsets = TRY(FileOffsetStore::open({.path = settings_.offset.path,
                                               .connector_name = settings_.connector_name,
                                               .topic_prefix = settings_.topic_prefix}));
  }
  parts.loaded = TRY(parts.offsets->load());
  if (parts.loaded && parts.loaded->from_debezium) {
    log::info("offsets.taken_over", {{"from", parts.offsets->where()},
                                     {"position", parts.loaded->state.offset.position.text()}});
  }
  if (parts.loaded) parts.stored = parts.loaded->state;
  if (parts.stored && settings_.gtid.ignore_on_recovery) {
    parts.stored->offset.gtid_mode = false;
    parts.stored->offset.gtids = {};
  }
  if (parts.stored) parts.signals = parts.stored->signals;
  reached_server_ |= parts.stored.has_value();
  TRY(open_structures(parts, stop));
  parts.replica_uuid = parts.stored && !parts.stored->replica_uuid.is_zero()
                           ? parts.stored->replica_uuid
                           : Uuid::random();
  parts.sink = TRY(open_sink(parts));
  return parts.sink->open(parts.stored ? std::optional<SinkFields>(parts.stored->sink.fields)
                                       : std::nullopt);
}

Result<std::unique_ptr<Sink>> Connector::open_sink(Parts& parts) {
  if (parts.producer == nullptr) {
    return make_sink({.kind = settings_.sink.kind == SinkKind::kFile ? "file" : "stdout",
                      .path = settings_.sink.path,
                      .rotate_bytes = settings_.sink.rotate_bytes});
  }
  KafkaSinkOptions options{.producer = *parts.producer,
                           .plain_headers = settings_.kafka.plain_headers};
  if (settings_.kafka.oversize == OversizePolicy::kDivert) {
    options.divert_path = settings_.kafka.oversize_path;
    options.record_bytes_max = [&settings = settings_.kafka](const std::string& topic) {
      return record_bytes_max(settings, topic);
    };
  }
  parts.topic_maker = topic_maker_of(settings_.kafka);
  if (parts.topic_maker)
    options.prepare_topic = [&maker = *parts.topic_maker](const std::string& topic) {
      return maker.ensure(topic);
    };
  return make_kafka_sink(std::move(options));
}

Status Connector::open_structures(Parts& parts, const std::stop_token& stop) {
  parts.schema_files.emplace(settings_.offset.path);
  parts.schemas = &*parts.schema_files;
  const HistorySettings& history = settings_.history;
  if (history.kind == HistoryKind::kNone) return {};
  std::unique_ptr<HistoryLog> log;
  if (history.kind == HistoryKind::kKafka) {
    parts.history_producer = TRY(connect_history_producer(settings_, stop));
    kafka::Producer* const producer =
        parts.history_producer ? parts.history_producer.get() : parts.producer.get();
    ASSERT(producer != nullptr, "a history in a topic has brokers");
    log = TRY(open_history_topic(settings_, *producer, stop));
  } else {
    log = TRY(FileHistoryLog::open(history.path));
  }
  parts.history = std::make_unique<HistoryStore>(
      HistoryStore::Options{
          .topic_prefix = settings_.topic_prefix,
          .before = parts.loaded && parts.loaded->from_debezium ? nullptr : &*parts.schema_files},
      std::move(log), clock_);
  parts.schemas = parts.history.get();
  return {};
}

Status Connector::check_server(Parts& parts) {
  parts.server =
      TRY(parts.desk.ask([](Connection& connection) { return read_server_info(connection); }));
  log::info("server.connected", {{"version", parts.server.version},
                                 {"server_uuid", parts.server.server_uuid},
                                 {"gtid_mode", parts.server.gtid_mode},
                                 {"binlog_row_metadata", parts.server.binlog_row_metadata}});
  reached_server_ = true;
  TRY(check_class(parts.server, settings_.server_kind));
  if (!settings_.read_only) return report(check_for_streaming(parts.server));
  return report(TRY(
      parts.desk.ask([](Connection& connection) { return check_read_only_server(connection); })));
}

// Signals and watermarks are written on this server: under its UUID, unless MariaDB, which has none.
Status Connector::check_gtid_sources(Parts& parts) {
  if (!signal_table_of(settings_) || settings_.read_only || !parts.server.has_gtids()) return {};
  const Result<Uuid> writer = Uuid::parse(parts.server.server_uuid);
  if (!writer) return {};
  GtidSources sources(settings_.gtid);
  if (!TRY(sources.drops_rows(*writer))) return {};
  return fail(ErrorKind::kRejected,
              fmt::format("{} leaves out {}, the server that signals and watermarks are written "
                          "on: no signal would ever be seen",
                          settings_.gtid.includes ? "gtid.source.includes" : "gtid.source.excludes",
                          parts.server.server_uuid),
              "let the list admit this server, or set gtid.source.filter.dml.events=false");
}

Status Connector::decide(Parts& parts) {
  SnapshotFacts facts{.taken = snapshot_taken_, .renew = renew_};
  if (parts.stored) {
    facts.stored = parts.stored->offset.initial_snapshot_running ? StoredOffset::kIncomplete
                                                                 : StoredOffset::kComplete;
  }
  const bool has_structures = settings_.history.kind != HistoryKind::kNone ||
                              (parts.loaded && !parts.loaded->from_debezium);
  if (facts.stored == StoredOffset::kComplete && !has_structures) {
    facts.structures_lost =
        Error(ErrorKind::kCorrupt,
              "Debezium's offset is taken over, and there is no schema history that would say how "
              "the tables were at that place",
              "name Debezium's in schema.history.internal, or start once with "
              "snapshot.mode=recovery, which reads the present structures");
  } else if (facts.stored == StoredOffset::kComplete) {
    if (auto tables = parts.schemas->load(*parts.stored)) {
      parts.structures = *std::move(tables);
    } else if (tables.error().kind() == ErrorKind::kCorrupt) {
      facts.structures_lost = std::move(tables).error();
    } else {
      return std::unexpected(std::move(tables).error());
    }
  }
  facts.position_lost = [&]() -> Result<std::optional<Error>> {
    GtidSources sources(settings_.gtid);
    const GtidSources::Resume resume =
        TRY(sources.resume(parts.stored->offset, parts.server.gtid_purged));
    auto there = parts.desk.ask(
        [&](Connection& connection) { return check_position_available(connection, resume.check); });
    if (there) return std::nullopt;
    if (there.error().kind() == ErrorKind::kPositionLost) return std::move(there).error();
    return std::unexpected(std::move(there).error());
  };
  parts.decision = TRY(decide_snapshot(settings_.snapshot, facts));
  if (parts.decision.from != SnapshotDecision::From::kStored &&
      facts.stored == StoredOffset::kComplete) {
    log::warn("snapshot.offset_discarded",
              {{"position", parts.stored->offset.position.text()},
               {"why", "snapshot.mode asks for a new snapshot; deletes since then are not seen"}});
  }
  return {};
}

Status Connector::check_access(Parts& parts) {
  const bool locks = parts.decision.from == SnapshotDecision::From::kView &&
                     settings_.snapshot.locking != LockingMode::kNone;
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
    log::warn(
        "server.row_metadata_minimal",
        {{"do", fmt::format(
                    "{}: with {} a change of a table's structure can end the stream, because "
                    "events do not name their columns",
                    setting_statement(parts.server, "binlog_row_metadata", "'FULL'"),
                    parts.server.binlog_row_metadata.empty() ? "a server without that variable"
                                                             : parts.server.binlog_row_metadata)}});
  }
  return {};
}

// The structures that the rows after the stored position were written with; and for a first load in
// chunks its place in the log, which comes before the structures are read.
Status Connector::adopt_structures(Parts& parts) {
  using From = SnapshotDecision::From;
  if (parts.decision.from == From::kLogEnd) {
    LogEnd end = TRY(parts.desk.ask([](Connection& c) { return read_log_end(c); }));
    parts.start = {.position = std::move(end.position),
                   .gtids = std::move(end.gtids),
                   .gtid_mode = parts.server.gtid_mode == "ON",
                   .maria_gtids = std::move(end.maria_gtids)};
  }
  parts.listed = TRY(parts.desk.ask([](Connection& c) { return list_tables(c); }));
  TRY(check_limits(parts));
  if (parts.stored) parts.tables.set_revision(parts.stored->schema_revision + 1);
  if (parts.decision.from == From::kView) return {};
  if (parts.decision.structures == SnapshotDecision::Structures::kStored) {
    for (TableDef& def : parts.structures.tables) {
      if (TRY(parts.tables.captures(def.id))) TRY(parts.tables.put(std::move(def), true));
    }
  }
  // Tables that are captured only now, or whose stored structure was not certain.
  std::vector<TableId> unknown;
  for (const TableId& id : parts.listed) {
    if (parts.tables.find(id) == nullptr && TRY(parts.tables.captures(id))) unknown.push_back(id);
  }
  const auto selection = TableSelection::most_of(std::move(unknown), parts.listed.size());
  for (TableDef& def :
       TRY(parts.desk.ask([&](Connection& c) { return read_tables(c, selection); }))) {
    if (parts.tables.find(def.id) != nullptr || !TRY(parts.tables.captures(def.id))) continue;
    // Debezium's model, completed by what the server has, says it for certain.
    std::optional<TableDef> exact = completed_from(parts.structures.models, def);
    const bool certain = exact.has_value();
    TRY(parts.tables.put(certain ? *std::move(exact) : std::move(def), certain));
  }
  return {};
}

// What was stored may be Debezium's, whose snapshot of tables our director is to go on with.
Status Connector::adopt_snapshot(Parts& parts) {
  if (!parts.loaded) return {};
  if (parts.loaded->snapshot_lost) {
    log::warn("snapshot.not_named",
              {{"meaning",
                "Debezium stored this offset amid an incremental snapshot, without the tables that "
                "were still to be read"},
               {"do", "send the execute-snapshot signal again for tables that were not done"}});
  }
  if (!parts.loaded->snapshot) return {};
  const SkippedOperations& skipped = settings_.skipped_operations;
  TakenOverSnapshot taken =
      TRY(take_over(*parts.loaded->snapshot,
                    [&](const TableId& id) {
                      const CapturedTable* const table = parts.tables.find(id);
                      return table == nullptr ? TablePtr() : table->def;
                    },
                    {.operations_skipped = skipped.create || skipped.update || skipped.remove,
                     .message_keys = !settings_.rules.message_keys.empty()}));
  for (const std::string& why : taken.started_over) {
    log::warn("snapshot.started_over",
              {{"table", why},
               {"meaning",
                "the cursor of Debezium's snapshot does not say where we would be: rows "
                "that came before come again"}});
  }
  parts.stored->incremental = std::move(taken.state);
  return {};
}

Status Connector::check_limits(Parts& parts) {
  std::size_t captured = 0;
  std::size_t of_server = 0;  // in the server's own databases
  const std::optional<TableId> signal_table = signal_table_of(settings_);
  for (const TableId& id : parts.listed) {
    if (id == signal_table || !TRY(parts.tables.captures(id))) continue;
    ++captured;
    if (is_builtin_database(id.database)) ++of_server;
  }
  if (of_server > 0)
    log::warn(
        "capture.builtin",
        {{"tables", of_server},
         {"meaning",
          "tables of mysql and sys are captured (table.ignore.builtin=false): what the server "
          "itself or statements such as CREATE USER and GRANT change there is not logged as "
          "rows and comes with snapshots only"}});
  return check_guardrail(settings_.capture, captured);
}

Status Connector::check_signals(Parts& parts) {
  const std::optional<TableId> id = signal_table_of(settings_);
  if (!id) return {};
  const auto defs =
      TRY(parts.desk.ask([&](Connection& c) { return read_tables(c, TableSelection::of({*id})); }));
  const auto grants = TRY(parts.desk.ask([](Connection& c) { return read_grants(c); }));
  SignalTableFacts facts;
  facts.configured = *id;
  facts.strategy = settings_.incremental.strategy;
  facts.watermarks = !settings_.read_only;
  facts.grants = grants.lines;
  facts.account = grants.account;
  for (const TableDef& def : defs) {
    if (def.id == *id) facts.table = &def;
  }
  for (const TableId& listed : parts.listed) {
    if (TRY(parts.tables.captures(listed)))
      facts.collection_chars_max = std::max(facts.collection_chars_max, listed.text().size());
    if (facts.table == nullptr && same_but_for_case(listed, *id)) facts.other_case = listed;
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

// Signals that are sent from the very first start on count, although they are executed behind the initial
// snapshot. A broker that is away now is asked again then.
void Connector::place_signal_topic(Parts& parts) {
  const auto& kafka = settings_.signal.kafka;
  if (!kafka || parts.signals.topic == kafka->topic) return;
  SignalTopic topic({.settings = *kafka, .key = settings_.topic_prefix}, parts.signals, clock_);
  if (auto placed = topic.place(); !placed) {
    log::failure(log::Level::kWarn, "signal.topic_unreadable", placed.error());
    return;
  }
  move_marks(parts.signals, topic.mark());
}

Status Connector::start_delivery(Parts& parts) {
  Delivery::Options options{.queue_bytes_max = settings_.queue_bytes_max,
                            .flush_interval = {},
                            .replica_uuid = parts.replica_uuid,
                            .transforms = TRY(chain_of(settings_.transforms, printed_))};
  set_commits(settings_, options);
  parts.delivery.emplace(std::move(options), *parts.sink, *parts.offsets, *parts.schemas, clock_);
  parts.output.emplace(*parts.delivery);
  const bool history = settings_.history.kind != HistoryKind::kNone;
  if (settings_.schema_changes.on || history)
    parts.ddl.emplace(
        DdlLog::Parts{.settings = settings_.schema_changes,
                      .encoding = parts.encoding,
                      .clock = clock_,
                      .tables = parts.tables,
                      .output = *parts.output,
                      .history = history,
                      .names_in_lower_case = parts.server.lower_case_table_names == 1});
  return {};
}

Status Connector::snapshot(Parts& parts, const std::stop_token& stop) {
  if (parts.decision.from == SnapshotDecision::From::kStored) {
    parts.start = parts.stored->offset;
    parts.transaction = parts.stored->transaction;
  }
  if (parts.decision.from != SnapshotDecision::From::kView) {
    parts.notifications.initial("SKIPPED", {}, {}, parts.output->batch());
    return {};
  }
  // What was answered, and what is being read in chunks, outlives a new snapshot.
  Checkpoint kept;
  if (parts.stored) {
    kept.incremental = std::make_shared<const IncrementalState>(parts.stored->incremental);
    kept.blocking = std::make_shared<const std::vector<BlockingRequest>>(parts.stored->blocking);
    kept.answers = std::make_shared<const AnswerLog>(
        AnswerLog{parts.stored->verdicts, parts.stored->outcomes});
  }
  kept.signals = std::make_shared<const SignalMarks>(parts.signals);
  kept.urgent = true;
  // From here until the last row is out a restart starts over, and cuts off what is half done.
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
                           .notifications = &parts.notifications});
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

Status Connector::stream(Parts& parts, const std::stop_token& stop) {
  if (settings_.read_only) TRY(check_read_only_start(parts.start, parts.server));
  const WindowFault fault = TRY(test_fault());
  const SkippedOperations& skipped = settings_.skipped_operations;
  const bool skips = skipped.create || skipped.update || skipped.remove;
  Director director({.chunk_rows = settings_.incremental.chunk_rows,
                     .readers = settings_.incremental.readers_max,
                     .operations_skipped = skips,
                     .new_id = [] { return Uuid::random().text(); },
                     .fault = fault},
                    clock_);
  AnswerLog answers;
  if (parts.stored) answers = {parts.stored->verdicts, parts.stored->outcomes};
  BlockingSnapshots blocking(
      {.settings = settings_,
       .encoding = parts.encoding,
       .clock = clock_,
       .director = director,
       .tables = parts.tables,
       .output = *parts.output,
       .desk = parts.desk,
       .status = parts.status,
       .notifications = &parts.notifications},
      parts.stored ? parts.stored->blocking : std::vector<BlockingRequest>());
  Incremental incremental({.clock = clock_,
                           .director = director,
                           .blocking = blocking,
                           .tables = parts.tables,
                           .output = *parts.output,
                           .desk = parts.desk,
                           .status = parts.status,
                           .notifications = &parts.notifications},
                          {.watermarking = watermarking_of(settings_), .fault = fault},
                          std::move(answers), parts.signals);
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
                 .blocking = blocking,
                 .output = *parts.output,
                 .desk = parts.desk,
                 .status = parts.status,
                 .topics = parts.topics,
                 .ddl = parts.ddl ? &*parts.ddl : nullptr},
                {.offset = parts.start,
                 .transaction = parts.transaction,
                 .replica_uuid = parts.replica_uuid,
                 .register_name = "tidemark/" + settings_.topic_prefix});
  incremental.on_post([&] { source.wake(); });

  if (parts.decision.from == SnapshotDecision::From::kLogEnd) {
    if (parts.ddl) {
      const auto script =
          TRY(parts.desk.ask([&](Connection& c) { return parts.ddl->read_script(c); }));
      TRY(parts.ddl->write_script(script, parts.start.position, true));
    }
    // Place and queue are stored in one step: from here on a restart goes on with the load.
    TRY(incremental.first_load(TRY(tables_to_read(parts.tables, settings_))));
    TRY(parts.output->send(Checkpoint{.offset = parts.start,
                                      .incremental = incremental.state(),
                                      .blocking = blocking.state(),
                                      .answers = incremental.answers(),
                                      .signals = incremental.marks(),
                                      .schema = parts.tables.snapshot(),
                                      .urgent = true}));
    TRY(parts.delivery->wait_committed());
    snapshot_taken_ = true;
  }

  std::optional<WatermarkWriter> watermarks;
  std::vector<std::unique_ptr<ChunkReader>> readers;
  std::vector<std::jthread> threads;
  const std::optional<TableId> signal_table = signal_table_of(settings_);
  if (signal_table && !settings_.read_only) {
    const CapturedTable* const table = parts.tables.find(*signal_table);
    ASSERT(table != nullptr, signal_table->text());
    watermarks.emplace(*table->def, settings_.incremental.strategy);
    std::string probe;
    TRY(parts.desk.ask([&](Connection& connection) {
      probe = Uuid::random().text();  // asked again, the row before may be there all the same
      return connection.execute(watermarks->insert_row(probe, kProbeType, "{}"));
    }));
    const LogEnd end =
        TRY(parts.desk.ask([](Connection& connection) { return read_log_end(connection); }));
    incremental.expect({.id = probe, .by = end.position, .gtids = end.gtids});
  }
  const auto marks = [&]() -> std::unique_ptr<WindowMarks> {
    if (settings_.read_only) return std::make_unique<ReadOnlyMarks>(incremental, director, fault);
    return std::make_unique<WrittenMarks>(
        WrittenMarks::Parts{.clock = clock_,
                            .director = director,
                            .incremental = incremental,
                            .watermarks = *watermarks,
                            .strategy = settings_.incremental.strategy});
  };
  const bool in_chunks = watermarks || settings_.read_only;
  for (ReaderId reader = 0; in_chunks && reader < settings_.incremental.readers_max; ++reader) {
    readers.push_back(std::make_unique<ChunkReader>(reader,
                                                    ChunkReader::Parts{.server = settings_.server,
                                                                       .encoding = parts.encoding,
                                                                       .clock = clock_,
                                                                       .director = director,
                                                                       .incremental = incremental,
                                                                       .status = parts.status,
                                                                       .operations_skipped = skips},
                                                    marks()));
    threads.emplace_back([&one = *readers.back()](const std::stop_token& end_of_reading) {
      one.run(end_of_reading);
    });
  }
  std::optional<SignalChannels> channels;
  channels.emplace(SignalChannels::Parts{.settings = settings_,
                                         .incremental = incremental,
                                         .delivery = *parts.delivery,
                                         .clock = clock_},
                   parts.signals);
  parts.delivery->on_failure([&] { source.wake(); });
  auto ended = source.run(stop);
  parts.delivery->on_failure({});
  channels.reset();
  for (std::jthread& thread : threads) thread.request_stop();
  threads.clear();
  return ended;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/ascii.h"
#include "base/assert.h"
#include "config/column_rules.h"
#include "config/cross_checks.h"
#include "config/kafka_settings.h"
#include "config/pem.h"
#include "config/value_check.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kQueueBytes = 16ULL << 20U;

std::uint32_t small(const Config& config, std::string_view name) {
  const std::int64_t value = config.integer(name);
  ASSERT(value >= 0 && value <= std::numeric_limits<std::uint32_t>::max(), std::string(name));
  return static_cast<std::uint32_t>(value);
}

// The choice that stands where the property's value stands among the names.
template <class T, std::size_t N>
T choice(const Config& config, std::string_view name,
         const std::array<std::pair<std::string_view, T>, N>& choices) {
  const std::string value = config.text(name);
  for (const auto& [text, meaning] : choices) {
    if (text == value) return meaning;
  }
  ASSERT(false, std::string(name) + " has the unchecked value " + value);
  return choices.front().second;
}

// Text as it is, or after "hex:" the bytes that the digits stand for; the value was checked.
std::string placeholder_bytes(std::string text) {
  constexpr std::string_view kHex = "hex:";
  if (!text.starts_with(kHex)) return text;
  std::string out;
  for (std::size_t i = kHex.size(); i + 1 < text.size(); i += 2) {
    std::uint8_t byte = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  return out;
}

// `;` ends a statement, `;;` is a semicolon.
std::vector<std::string> statements(std::string_view text) {
  std::vector<std::string> out;
  std::string current;
  const auto finish = [&] {
    if (!trim(current).empty()) out.emplace_back(trim(current));
    current.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ';') {
      current += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == ';') {
      current += text[i++];
    } else {
      finish();
    }
  }
  finish();
  return out;
}

SslSettings ssl_of(const Config& config) {
  SslSettings out;
  out.mode = choice(config, "database.ssl.mode",
                    std::to_array<std::pair<std::string_view, SslMode>>(
                        {{"disabled", SslMode::kDisabled},
                         {"preferred", SslMode::kPreferred},
                         {"required", SslMode::kRequired},
                         {"verify_ca", SslMode::kVerifyCa},
                         {"verify_identity", SslMode::kVerifyIdentity},
                         // Of the MariaDB connector.
                         {"disable", SslMode::kDisabled},
                         {"trust", SslMode::kRequired},
                         {"verify-ca", SslMode::kVerifyCa},
                         {"verify-full", SslMode::kVerifyIdentity}}));
  if (is_for_mariadb(config) && !config.given("database.ssl.mode")) out.mode = SslMode::kDisabled;
  const auto pem = [&](StoreKind kind, const std::string& name) {
    const std::string path = config.text(name);
    if (path.empty() || out.mode == SslMode::kDisabled) return path;
    return pem_of_store(kind, path, config.text(name + ".password")).value_or(path);
  };
  out.ca_path = pem(StoreKind::kTrust, "database.ssl.truststore");
  out.cert_path = pem(StoreKind::kKey, "database.ssl.keystore");
  out.key_path = out.cert_path;
  out.key_password = config.text("database.ssl.keystore.password");
  return out;
}

ServerSettings server_of(const Config& config) {
  ServerSettings out;
  out.host = config.text("database.hostname");
  out.port = static_cast<std::uint16_t>(small(config, "database.port"));
  out.user = config.text("database.user");
  out.password = config.text("database.password");
  out.server_id = small(config, "database.server.id");
  out.connect_timeout_ms = small(config, "connect.timeout.ms");
  out.query_timeout_ms = small(config, "database.query.timeout.ms");
  out.keep_alive_interval_ms = small(config, "connect.keep.alive.interval.ms");
  out.initial_statements = statements(config.text("database.initial.statements"));
  out.ssl = ssl_of(config);
  out.net_write_timeout_s = small(config, "binlog.net.write.timeout");
  out.net_read_timeout_s = small(config, "binlog.net.read.timeout");
  return out;
}

std::optional<RegexList> list_of(const Config& config, std::string_view name) {
  auto list = RegexList::compile(config.text(name), RegexCase::kInsensitive);
  ASSERT(list.has_value(), std::string(name) + " was checked");
  if (list->empty()) return std::nullopt;
  return *std::move(list);
}

CaptureSettings capture_of(const Config& config) {
  CaptureSettings out;
  out.database_include = list_of(config, "database.include.list");
  out.database_exclude = list_of(config, "database.exclude.list");
  out.table_include = list_of(config, "table.include.list");
  out.table_exclude = list_of(config, "table.exclude.list");
  out.ignore_builtin = config.boolean("table.ignore.builtin");
  out.tables_max = config.integer("guardrail.collections.max");
  out.fail_above_max = config.text("guardrail.collections.limit.action") == "fail";
  return out;
}

GtidSettings gtid_of(const Config& config) {
  return {.includes = list_of(config, "gtid.source.includes"),
          .excludes = list_of(config, "gtid.source.excludes"),
          .drop_rows = config.boolean("gtid.source.filter.dml.events"),
          .ignore_on_recovery = config.boolean("gtid.ignore.on.recovery")};
}

SkippedOperations skipped_of(const Config& config) {
  const auto codes = comma_items(config.text("skipped.operations"));
  const auto has = [&](std::string_view code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  return {.create = has("c"), .update = has("u"), .remove = has("d"), .truncate = has("t")};
}

constexpr auto kSnapshotModes = std::to_array<std::pair<std::string_view, SnapshotMode>>(
    {{"always", SnapshotMode::kAlways},
     {"initial", SnapshotMode::kInitial},
     {"initial_only", SnapshotMode::kInitialOnly},
     {"when_needed", SnapshotMode::kWhenNeeded},
     {"when_needed_no_data", SnapshotMode::kWhenNeededNoData},
     {"no_data", SnapshotMode::kNoData},
     {"recovery", SnapshotMode::kRecovery},
     {"configuration_based", SnapshotMode::kConfigurationBased},
     {"incremental", SnapshotMode::kIncremental}});

// Which tables' rows are read, in which order, how, and by how many connections.
void read_snapshot_tables(const Config& config, SnapshotSettings& out) {
  out.include_collections = list_of(config, "snapshot.include.collection.list");
  for (const std::string& item : comma_items(config.text(kOverrides))) {
    const auto name = parse_collection(item);
    ASSERT(name.has_value(), "snapshot.select.statement.overrides was checked");
    out.overrides[name->database + "." + name->table] = override_statement(config, item);
  }
  out.order = choice(config, "snapshot.tables.order.by.row.count",
                     std::to_array<std::pair<std::string_view, RowCountOrder>>(
                         {{"disabled", RowCountOrder::kDisabled},
                          {"ascending", RowCountOrder::kAscending},
                          {"descending", RowCountOrder::kDescending}}));
  out.threads = small(config, "snapshot.max.threads");
  out.one_thread_per_table = config.boolean("legacy.snapshot.max.threads") ||
                             config.boolean("internal.legacy.snapshot.max.threads");
  out.range_multiplier = small(config, "snapshot.max.threads.multiplier");
  constexpr std::string_view kOfTable = "snapshot.max.threads.multiplier.";
  for (const EffectiveValue& value : config.describe()) {
    if (!value.name.starts_with(kOfTable)) continue;
    if (const auto name = parse_collection(value.name.substr(kOfTable.size())))
      out.range_multipliers[name->database + "." + name->table] = small(config, value.name);
  }
}

SnapshotSettings snapshot_of(const Config& config) {
  SnapshotSettings out;
  // custom: its name was checked to be one of these.
  const bool custom = config.text("snapshot.mode") == "custom";
  out.mode = choice(config, custom ? "snapshot.mode.custom.name" : "snapshot.mode", kSnapshotModes);
  const auto flag = [&](std::string_view name) {
    return config.boolean(fmt::format("snapshot.mode.configuration.based.{}", name));
  };
  out.flags = {.data = flag("snapshot.data"),
               .schema = flag("snapshot.schema"),
               .start_stream = flag("start.stream"),
               .on_schema_error = flag("snapshot.on.schema.error"),
               .on_data_error = flag("snapshot.on.data.error")};
  out.locking =
      choice(config, "snapshot.locking.mode",
             std::to_array<std::pair<std::string_view, LockingMode>>(
                 {{"minimal", LockingMode::kMinimal},
                  {"minimal_percona", LockingMode::kMinimalPercona},
                  {"minimal_percona_no_table_locks", LockingMode::kMinimalPerconaNoTableLocks},
                  {"extended", LockingMode::kExtended},
                  {"none", LockingMode::kNone}}));
  read_snapshot_tables(config, out);
  out.lock_timeout_ms = config.integer("snapshot.lock.timeout.ms");
  out.delay_ms = config.integer("snapshot.delay.ms");
  out.streaming_delay_ms = config.integer("streaming.delay.ms");
  return out;
}

IncrementalSettings incremental_of(const Config& config) {
  IncrementalSettings out;
  out.chunk_rows = small(config, "incremental.snapshot.chunk.size");
  out.strategy = choice(config, "incremental.snapshot.watermarking.strategy",
                        std::to_array<std::pair<std::string_view, WatermarkStrategy>>(
                            {{"insert_insert", WatermarkStrategy::kInsertInsert},
                             {"insert_delete", WatermarkStrategy::kInsertDelete}}));
  out.readers_max = small(config, "incremental.snapshot.max.threads");
  return out;
}

CellModes cells_of(const Config& config) {
  CellModes out;
  out.decimal = choice(
      config, "decimal.handling.mode",
      std::to_array<std::pair<std::string_view, DecimalMode>>({{"precise", DecimalMode::kPrecise},
                                                               {"double", DecimalMode::kDouble},
                                                               {"string", DecimalMode::kString}}));
  out.decimal_numbers = config.text("value.converter.decimal.format") == "NUMERIC";
  out.bigint_unsigned =
      choice(config, "bigint.unsigned.handling.mode",
             std::to_array<std::pair<std::string_view, BigintMode>>(
                 {{"long", BigintMode::kLong}, {"precise", BigintMode::kPrecise}}));
  out.binary = choice(config, "binary.handling.mode",
                      std::to_array<std::pair<std::string_view, BinaryMode>>(
                          {{"bytes", BinaryMode::kBytes},
                           {"base64", BinaryMode::kBase64},
                           {"base64-url-safe", BinaryMode::kBase64UrlSafe},
                           {"hex", BinaryMode::kHex}}));
  out.time = choice(config, "time.precision.mode",
                    std::to_array<std::pair<std::string_view, TimeMode>>(
                        {{"adaptive_time_microseconds", TimeMode::kAdaptiveMicroseconds},
                         {"connect", TimeMode::kConnect},
                         {"isostring", TimeMode::kIsoString},
                         {"microseconds", TimeMode::kMicroseconds},
                         {"nanoseconds", TimeMode::kNanoseconds}}));
  out.adjust_years = config.boolean("enable.time.adjuster");
  return out;
}

NameAdjustment adjustment(const Config& config, std::string_view name) {
  return choice(config, name,
                std::to_array<std::pair<std::string_view, NameAdjustment>>(
                    {{"none", NameAdjustment::kNone},
                     {"avro", NameAdjustment::kAvro},
                     {"avro_unicode", NameAdjustment::kAvroUnicode}}));
}

EncodeSettings encode_of(const Config& config) {
  EncodeSettings out;
  out.schemas_enable_key = config.boolean("key.converter.schemas.enable");
  out.schemas_enable_value = config.boolean("value.converter.schemas.enable");
  out.schemas_enable_headers =
      config.boolean("header.converter.schemas.enable") && !has_plain_headers(config);
  out.tombstones = config.boolean("tombstones.on.delete");
  out.extended_headers = config.boolean("extended.headers.enabled");
  out.replace_null_with_default = config.boolean("value.converter.replace.null.with.default");
  out.unavailable_value = placeholder_bytes(config.text("unavailable.value.placeholder"));
  out.replace_null_with_default_in_key = config.boolean("key.converter.replace.null.with.default");
  out.cells = cells_of(config);
  out.decimal_numbers_in_key = config.text("key.converter.decimal.format") == "NUMERIC";
  out.misfits = choice(
      config, "event.converting.failure.handling.mode",
      std::to_array<std::pair<std::string_view, MisfitMode>>(
          {{"warn", MisfitMode::kWarn}, {"fail", MisfitMode::kFail}, {"skip", MisfitMode::kSkip}}));
  out.schema_names = adjustment(config, "schema.name.adjustment.mode");
  out.field_names = adjustment(config, "field.name.adjustment.mode");
  return out;
}

SideTopics side_topics_of(const Config& config) {
  const std::string prefix = config.text("topic.prefix");
  const std::string delimiter = config.text("topic.delimiter");
  SideTopics out;
  out.transaction = prefix + delimiter + config.text("topic.transaction");
  out.heartbeat = config.text("topic.heartbeat.name");
  if (out.heartbeat.empty())
    out.heartbeat = config.text("topic.heartbeat.prefix") + delimiter + prefix;
  return out;
}

SinkSettings sink_of(const Config& config) {
  SinkSettings out;
  out.kind = choice(
      config, "debezium.sink.type",
      std::to_array<std::pair<std::string_view, SinkKind>>(
          {{"stdout", SinkKind::kStdout}, {"file", SinkKind::kFile}, {"kafka", SinkKind::kKafka}}));
  out.path = config.text("debezium.sink.file.path");
  out.rotate_bytes = static_cast<std::uint64_t>(config.integer("debezium.sink.file.rotate.bytes"));
  return out;
}

RetrySettings retry_of(const Config& config) {
  RetrySettings out;
  out.max = config.integer("errors.max.retries");
  out.initial_ms = config.integer("errors.retry.delay.initial.ms");
  out.max_ms = config.integer("errors.retry.delay.max.ms");
  if (out.max_ms < 0) out.max_ms = std::numeric_limits<std::int64_t>::max();
  out.max_ms = std::max(out.max_ms, out.initial_ms);
  return out;
}

log::Level log_level_of(const Config& config) {
  if (config.given("tidemark.log.level")) {
    const auto level = log::parse_level(config.text("tidemark.log.level"));
    ASSERT(level.has_value(), "tidemark.log.level was checked");
    return *level;
  }
  const std::string level = config.text("quarkus.log.level");
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), level) != names.end();
  };
  if (is_one_of({"OFF", "FATAL", "ERROR", "SEVERE"})) return log::Level::kError;
  if (is_one_of({"WARN", "WARNING"})) return log::Level::kWarn;
  if (is_one_of({"INFO", "CONFIG"})) return log::Level::kInfo;
  return log::Level::kDebug;
}

}  // namespace

Settings settings_of(const Config& config) {
  Settings out;
  out.connector_name = std::string(trim(config.text("name")));
  out.topic_prefix = config.text("topic.prefix");
  out.topic_delimiter = config.text("topic.delimiter");
  out.server_kind = is_for_mariadb(config) ? ServerKind::kMariaDb : ServerKind::kMySql;
  out.server = server_of(config);
  out.capture = capture_of(config);
  out.skipped_operations = skipped_of(config);
  out.snapshot = snapshot_of(config);
  out.incremental = incremental_of(config);
  out.signal = signal_settings(config);
  out.read_only = config.boolean("read.only");
  out.notifications = notification_settings(config);
  out.encode = encode_of(config);
  out.events = {.transaction_metadata = config.boolean("provide.transaction.metadata"),
                .include_query = config.boolean("include.query"),
                .skip_unchanged = config.boolean("skip.messages.without.change")};
  out.heartbeat = {.interval_ms = config.integer("heartbeat.interval.ms"),
                   .action_query = std::string(trim(config.text("heartbeat.action.query")))};
  out.schema_changes = {.on = config.boolean("include.schema.changes"),
                        .only_captured_tables = config.boolean(
                            "schema.history.internal.store.only.captured.tables.ddl"),
                        // The MariaDB connector shows comments whenever it writes these records.
                        .with_comments = config.boolean("include.schema.comments") ||
                                         out.server_kind == ServerKind::kMariaDb};
  out.topics = side_topics_of(config);
  out.transforms = transforms_of(config);
  out.rules = record_rules_of(config);
  out.topic_naming = topic_naming_of(config);
  out.sink = sink_of(config);
  out.kafka = kafka_settings(config);
  out.offset = offset_settings(config);
  out.history = history_settings(config);
  out.retry = retry_of(config);
  out.gtid = gtid_of(config);
  const auto queue_bytes = static_cast<std::uint64_t>(config.integer("max.queue.size.in.bytes"));
  out.queue_bytes_max = queue_bytes == 0 ? kQueueBytes : queue_bytes;
  out.log_level = log_level_of(config);
  return out;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The configuration as the rest of the program sees it: typed, complete, checked. Names, defaults and
// texts of properties stay in this room.
// Value types. ServerSettings and every ClientProperties hold secrets: never print them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/encode_settings.h"
#include "base/log.h"
#include "base/record_rules.h"
#include "base/regex.h"
#include "base/server_settings.h"
#include "base/watermark_strategy.h"
#include "config/config.h"
#include "kafka/properties.h"
#include "transform/settings.h"

namespace tidemark {

// Absent: no such list, and an empty one counts as absent.
struct CaptureSettings {
  std::optional<RegexList> database_include = {};
  std::optional<RegexList> database_exclude = {};
  std::optional<RegexList> table_include = {};  // matched against db.table
  std::optional<RegexList> table_exclude = {};
  bool ignore_builtin = true;
  std::int64_t tables_max = 0;  // guardrail.collections.max; 0: any number
  bool fail_above_max = false;
};

// Kinds of change that are not emitted while streaming.
struct SkippedOperations {
  bool create = false;
  bool update = false;
  bool remove = false;
  bool truncate = true;

  bool some_row_changes() const { return create || update || remove; }
};

enum class SnapshotMode : std::uint8_t {
  kAlways,
  kInitial,
  kInitialOnly,
  kWhenNeeded,
  kWhenNeededNoData,
  kNoData,
  kRecovery,
  kConfigurationBased,
  kIncremental,  // ours: the first load in chunks, beside the stream
};
// snapshot.mode.configuration.based.*
struct SnapshotFlags {
  bool data = false;
  bool schema = false;
  bool start_stream = false;
  bool on_schema_error = false;
  bool on_data_error = false;
};
enum class LockingMode : std::uint8_t {
  kMinimal,
  kMinimalPercona,
  kMinimalPerconaNoTableLocks,
  kExtended,
  kNone,
};
enum class RowCountOrder : std::uint8_t { kDisabled, kAscending, kDescending };

struct SnapshotSettings {
  SnapshotMode mode = SnapshotMode::kInitial;
  SnapshotFlags flags = {};  // kConfigurationBased
  LockingMode locking = LockingMode::kMinimal;
  std::int64_t lock_timeout_ms = 10'000;
  std::int64_t delay_ms = 0;  // before the snapshot
  std::int64_t streaming_delay_ms = 0;  // between snapshot and stream
  std::optional<RegexList> include_collections =
      {};  // whose rows are read; matched against db.table
  std::map<std::string, std::string> overrides = {};  // a SELECT, without `;`, by db.table
  RowCountOrder order = RowCountOrder::kDisabled;
  std::uint32_t threads = 1;
  bool one_thread_per_table = false;  // tables are not divided
  std::uint32_t range_multiplier = 1;  // ranges a thread
  std::map<std::string, std::uint32_t> range_multipliers = {};  // by db.table
};

struct IncrementalSettings {
  std::uint32_t chunk_rows = 1024;
  WatermarkStrategy strategy = WatermarkStrategy::kInsertInsert;
  std::uint32_t readers_max = 2;
};

struct SignalCollection {
  std::string database;
  std::string table;
};

// Of one Kafka client; bootstrap.servers is among them.
using kafka::ClientProperties;

// Signals out of a topic.
struct KafkaSignalSettings {
  std::string topic;
  std::string group;  // where the handled ones are remembered
  ClientProperties consumer = {};
};

struct SignalSettings {
  std::optional<SignalCollection> data_collection;  // absent: no signal table
  bool source_channel = true;
  std::optional<KafkaSignalSettings> kafka = {};  // absent: the channel is off
  std::string file = {};  // JSON lines; empty: the channel is off
  std::int64_t poll_interval_ms = 5000;  // of kafka and file
};

struct NotificationSettings {
  std::string sink_topic = {};  // empty: the channel is off
  bool log = false;
};

enum class SinkKind : std::uint8_t { kStdout, kFile, kKafka };

struct SinkSettings {
  SinkKind kind = SinkKind::kStdout;
  std::string path;  // kFile: folder or stem of the files
  std::uint64_t rotate_bytes = 0;
};

// topic.creation.*: how topics that are not there are made.
struct TopicRule {
  std::string group;
  std::optional<RegexList> include = {};  // absent: every topic, as in the group default
  std::optional<RegexList> exclude = {};
  std::int32_t partitions = -1;  // -1: the broker's default
  std::int32_t replication_factor = -1;  // -1: the broker's default
  std::map<std::string, std::string> configs = {};  // cleanup.policy and the like
};

// A record larger than the topic takes.
enum class OversizePolicy : std::uint8_t {
  kStop,
  kDivert,  // into a file, counted
};

// With SinkKind::kKafka.
struct KafkaSettings {
  ClientProperties producer = {};  // of records, offsets and history
  ClientProperties consumer = {};  // of what is read back from the producer's brokers
  ClientProperties admin = {};
  std::vector<TopicRule> topic_creation = {};  // the first that fits; empty: left to the broker
  bool exactly_once = false;
  std::string transactional_id = {};  // used with exactly_once; always there
  std::int64_t transaction_interval_ms = 200;  // a transaction is not held open longer
  // Headers as Connect's SimpleHeaderConverter writes them: a string as its characters, null as null, other
  // values as their JSON. Else a header is the JSON that the encoder made.
  bool plain_headers = false;
  OversizePolicy oversize = OversizePolicy::kStop;
  std::string oversize_path = {};  // kDivert
};

enum class OffsetKind : std::uint8_t { kFile, kKafka };

struct OffsetSettings {
  OffsetKind kind = OffsetKind::kFile;
  // kFile: the offset file. kKafka: where it would be; files of this machine alone (the status file,
  // what prepared transactions hold) are named after it in both cases. Never empty.
  std::string path;
  std::int64_t flush_interval_ms = 60'000;
  // kKafka: a compacted topic of the producer's brokers.
  std::string topic = {};
  std::int32_t partitions = 25;  // -1: the broker's default
  std::int32_t replication_factor = 3;  // -1: the broker's default
  std::map<std::string, std::string> topic_configs = {};  // beyond cleanup.policy=compact
  ClientProperties consumer = {};
  ClientProperties admin = {};
};

enum class HistoryKind : std::uint8_t { kNone, kFile, kKafka };

// The schema history in the original's form. kNone: structure is kept with the offset alone.
struct HistorySettings {
  HistoryKind kind = HistoryKind::kNone;
  std::string path = {};  // kFile
  std::string topic = {};  // kKafka: one partition, kept for ever
  ClientProperties producer = {};  // used where the brokers are not the sink's
  ClientProperties consumer = {};
  // The brokers are those of the sink: its producer, or one like it, writes the history, too.
  bool with_sink = true;
};

// Whose transactions count; at most one of the lists is there. Matched against the UUID's text.
struct GtidSettings {
  std::optional<RegexList> includes = {};
  std::optional<RegexList> excludes = {};
  bool drop_rows = true;  // of sources that do not count
  bool ignore_on_recovery = false;  // resume by file and position
};

struct RetrySettings {
  std::int64_t max = -1;  // attempts; -1: endless
  std::int64_t initial_ms = 300;
  std::int64_t max_ms = 10'000;
};

// What records hold, and which are written, beyond the changes of rows.
struct EventSettings {
  bool transaction_metadata = false;  // numbers in records, BEGIN and END records
  bool include_query = false;  // source.query
  bool skip_unchanged = false;  // no records for updates that show no change
};

// Records of statements that define tables.
struct SchemaChangeSettings {
  bool on = true;
  bool only_captured_tables = false;  // else all tables of captured databases
  bool with_comments = false;  // of tables and columns
};

struct HeartbeatSettings {
  std::int64_t interval_ms = 0;  // 0: none
  std::string action_query;  // empty: none
};

// Names of the topics that are not a table's.
struct SideTopics {
  std::string transaction;
  std::string heartbeat;
};

struct Settings {
  std::string connector_name;
  std::string topic_prefix;
  std::string topic_delimiter;
  ServerKind server_kind = ServerKind::kMySql;
  ServerSettings server;
  CaptureSettings capture;
  SkippedOperations skipped_operations;
  SnapshotSettings snapshot;
  IncrementalSettings incremental;
  SignalSettings signal;
  bool read_only = false;  // nothing is ever written to the server: no watermark rows
  NotificationSettings notifications;
  EncodeSettings encode;
  EventSettings events;
  SchemaChangeSettings schema_changes;
  HeartbeatSettings heartbeat;
  SideTopics topics;
  TransformSettings transforms;
  RecordRules rules;
  TopicNaming topic_naming;
  SinkSettings sink;
  KafkaSettings kafka;
  OffsetSettings offset;
  HistorySettings history;
  RetrySettings retry;
  GtidSettings gtid;
  std::uint64_t queue_bytes_max = 0;  // between source and sink, never 0
  log::Level log_level = log::Level::kInfo;
};

// Every check was done by load_config(): this cannot fail.
Settings settings_of(const Config& config);

}  // namespace tidemark

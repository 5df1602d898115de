// SPDX-License-Identifier: Apache-2.0
#include "connector/streaming.h"

#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "connector/chunk_readers.h"
#include "connector/signal_channels.h"
#include "connector/snapshot_tables.h"
#include "mysql/client/server_info.h"

namespace tidemark {
namespace {

Watermarking watermarking_of(const Settings& settings) {
  if (settings.read_only) return Watermarking::kReadOnly;
  return settings.incremental.strategy == WatermarkStrategy::kInsertDelete
             ? Watermarking::kInsertDelete
             : Watermarking::kInsertInsert;
}

AnswerLog answers_of(const std::optional<ResumeState>& stored) {
  return stored ? AnswerLog{stored->verdicts, stored->outcomes} : AnswerLog();
}

}  // namespace

Streaming::Streaming(ConnectorParts& parts, WindowFault fault)
    : parts_(parts),
      fault_(fault),
      director_({.chunk_rows = parts.settings.incremental.chunk_rows,
                 .readers = parts.settings.incremental.readers_max,
                 .operations_skipped = parts.settings.skipped_operations.some_row_changes(),
                 .new_id = [] { return Uuid::random().text(); },
                 .fault = fault},
                parts.clock),
      mailbox_(director_),
      blocking_({.settings = parts.settings,
                 .encoding = parts.encoding,
                 .clock = parts.clock,
                 .director = director_,
                 .tables = parts.tables,
                 .output = *parts.output,
                 .desk = parts.desk,
                 .status = parts.status,
                 .notifications = &parts.notifications},
                parts.stored ? parts.stored->blocking : std::vector<BlockingRequest>()),
      incremental_({.clock = parts.clock,
                    .director = director_,
                    .mailbox = mailbox_,
                    .blocking = blocking_,
                    .tables = parts.tables,
                    .output = *parts.output,
                    .desk = parts.desk,
                    .status = parts.status,
                    .notifications = &parts.notifications},
                   {.watermarking = watermarking_of(parts.settings), .fault = fault},
                   answers_of(parts.stored), parts.signals),
      source_({.settings = parts.settings,
               .clock = parts.clock,
               .tables = parts.tables,
               .incremental = incremental_,
               .blocking = blocking_,
               .output = *parts.output,
               .desk = parts.desk,
               .status = parts.status,
               .topics = parts.topics,
               .ddl = parts.ddl ? &*parts.ddl : nullptr},
              {.offset = parts.start,
               .transaction = parts.transaction,
               .replica_uuid = parts.replica_uuid,
               .register_name = "tidemark/" + parts.settings.topic_prefix}) {
  if (parts.stored) {
    director_.restore(parts.stored->incremental,
                      [&](const TableId& id) { return parts.tables.def(id); });
  }
  mailbox_.on_post([this] { source_.wake(); });
}

Status Streaming::first_load() {
  if (parts_.ddl) {
    const auto script = TRY(parts_.desk.ask(
        [&](Connection& connection) { return parts_.ddl->read_script(connection); }));
    TRY(parts_.ddl->write_script(script, parts_.start.position, true));
  }
  TRY(incremental_.first_load(TRY(tables_to_read(parts_.tables, parts_.settings))));
  TRY(parts_.output->send(Checkpoint{.offset = parts_.start,
                                     .incremental = incremental_.state(),
                                     .blocking = blocking_.state(),
                                     .answers = incremental_.answers(),
                                     .signals = incremental_.marks(),
                                     .schema = parts_.tables.snapshot(),
                                     .urgent = true}));
  return parts_.delivery->wait_committed();
}

Status Streaming::probe_signal_table(const TableId& id) {
  const CapturedTable* const table = parts_.tables.find(id);
  ASSERT(table != nullptr, id.text());
  watermarks_.emplace(*table->def, parts_.settings.incremental.strategy);
  std::string probe;
  TRY(parts_.desk.ask([&](Connection& connection) {
    probe = Uuid::random().text();  // asked again, the row before may be there all the same
    return connection.execute(watermarks_->insert_row(probe, kProbeType, "{}"));
  }));
  const LogEnd end =
      TRY(parts_.desk.ask([](Connection& connection) { return read_log_end(connection); }));
  incremental_.expect({.id = probe, .by = end});
  return {};
}

Status Streaming::run(const std::stop_token& stop) {
  const Settings& settings = parts_.settings;
  const std::optional<TableId> signal_table = signal_table_of(settings);
  if (signal_table && !settings.read_only) TRY(probe_signal_table(*signal_table));
  std::optional<ChunkReaders> readers;
  if (watermarks_ || settings.read_only) {
    readers.emplace(ChunkReaders::Parts{.settings = settings,
                                        .encoding = parts_.encoding,
                                        .clock = parts_.clock,
                                        .director = director_,
                                        .mailbox = mailbox_,
                                        .status = parts_.status,
                                        .watermarks = watermarks_ ? &*watermarks_ : nullptr,
                                        .fault = fault_});
  } else if (!director_.idle()) {
    log::warn(
        "snapshot.waits",
        {{"tables", director_.tables().size()},
         {"meaning", "they are left to be read in chunks, which nothing may mark in the log now"},
         {"do", "set signal.data.collection or read.only=true, as it was"}});
  }
  const SignalChannels channels({.settings = settings,
                                 .mailbox = mailbox_,
                                 .delivery = *parts_.delivery,
                                 .clock = parts_.clock},
                                parts_.signals);
  parts_.delivery->on_failure([this] { source_.wake(); });
  auto ended = source_.run(stop);
  parts_.delivery->on_failure({});
  return ended;
}

}  // namespace tidemark

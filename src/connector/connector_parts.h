// SPDX-License-Identifier: Apache-2.0
// What one life of the connector is made of: its stores, what they had stored, what the server said, and what
// the delivery is built of. Members stand in the order of construction and go in reverse: each may borrow what
// stands above it.
//
// Lifecycle: the constructor connects to nothing; opening.h, preflight.h and adoption.h fill it, in the order
//            of Connector::prepare()
// Ownership: owns all of it but `settings` and `clock`, which outlive it
// Thread:    the source thread; Tables, Output and DdlLog stay its own, Delivery and StatusBoard are what other
//            threads meet
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "change/gtid_set.h"
#include "change/offset.h"
#include "config/settings.h"
#include "connector/ddl_log.h"
#include "connector/delivery.h"
#include "connector/notifications.h"
#include "connector/output.h"
#include "connector/server_desk.h"
#include "connector/snapshot_decision.h"
#include "connector/status_board.h"
#include "connector/tables.h"
#include "kafka/producer.h"
#include "kafka/topic_maker.h"
#include "mysql/client/server_info.h"
#include "schema/table.h"
#include "sink/sink.h"
#include "store/history_store.h"
#include "store/offset_store.h"
#include "store/schema_store.h"
#include "store/structure_store.h"

namespace tidemark {

// Where signals and watermarks are rows; nothing where they are not.
std::optional<TableId> signal_table_of(const Settings& settings);
// Windows can be marked, by rows of the signal table or by what the server has executed.
bool reads_in_chunks(const Settings& settings);

struct ConnectorParts {
  ConnectorParts(const Settings& the_settings, const Clock& the_clock, const std::stop_token& stop);

  const Settings& settings;
  const Clock& clock;
  std::unique_ptr<kafka::Producer> producer;  // of sink and stores, who borrow it
  std::unique_ptr<kafka::TopicMaker> topic_maker;
  std::unique_ptr<kafka::Producer> history_producer;  // where the sink's cannot write it
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

}  // namespace tidemark

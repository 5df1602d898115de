// SPDX-License-Identifier: Apache-2.0
// Records of statements that define tables: what the topic named like `topic.prefix` holds.
// Key {"databaseName"}, value {"source", "ts_ms", "databaseName", "schemaName", "ddl", "tableChanges"},
// the context headers of every record.
// Source:   Debezium 3.6: SchemaFactory, ConnectTableChangeSerializer, and the model its DDL parser makes
//           of a table (types in upper case, JDBC's type codes, defaults as text)
// Thread:   immutable once built
// Lifetime: the TopicRegistry outlives every batch written
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/record.h"
#include "change/change.h"
#include "encode/encoder_context.h"
#include "encode/envelope.h"
#include "schema/definition.h"
#include "schema/table.h"

namespace tidemark {

struct TableChange {
  TableAction action;
  TableId id;
  const TableDef* table = nullptr;  // null: dropped, by this statement or since
  std::optional<TableId> renamed_from = {};
};

struct SchemaChangeRecord {
  std::string_view database;  // empty: none, the whole server
  std::optional<std::string> tables;  // source.table: their names, by commas
  std::string_view ddl;
  std::span<const TableChange> changes;
  SourceInfo source;
  std::int64_t ts_ms = 0;  // our clock
};

class SchemaChangeRecords {
 public:
  // `comments`: of tables and columns are shown. The context outlives this.
  SchemaChangeRecords(const EncoderContext& context, bool comments);

  void append(const SchemaChangeRecord& change, RecordBatch& batch) const;

 private:
  const EncoderContext& context_;
  bool comments_;
  std::string key_schema_;
  std::string value_schema_;
  const Topic* topic_;
  HeaderText headers_;
};

}  // namespace tidemark

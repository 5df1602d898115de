// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> history_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"schema.history.internal", T::kClass, "io.debezium.storage.kafka.history.KafkaSchemaHistory",
       "", S::kSupported,
       "io.debezium.storage.kafka.history.KafkaSchemaHistory "
       "io.debezium.storage.file.history.FileSchemaHistory "
       "io.debezium.relational.history.MemorySchemaHistory",
       "Where the structure of tables is kept besides, in the original's form. The Kafka store "
       "needs the Kafka sink and is left out with others; with the memory store the structure is "
       "kept with the offset alone."},
      {"schema.history.internal.name", T::kText, "", "", S::kSupported, "",
       "Client id of that store; `<topic.prefix>-schemahistory` by default."},
      {"schema.history.internal.kafka.topic", T::kText, "", "", S::kSupported, "",
       "The history topic: one partition, kept for ever. With a worker or in Connect's form "
       "required."},
      {"schema.history.internal.kafka.bootstrap.servers", T::kText, "", "", S::kSupported, "",
       "Its brokers; by default those of the sink, which the original does not do."},
      {"schema.history.internal.kafka.recovery.poll.interval.ms", T::kInt, "100", ">= 0",
       S::kAccepted, "", "The topic is read to its end, however long that takes."},
      {"schema.history.internal.kafka.recovery.attempts", T::kInt, "100", "", S::kAccepted, "",
       "As above."},
      {"schema.history.internal.kafka.query.timeout.ms", T::kLong, "3000", "> 0", S::kAccepted, "",
       "As above."},
      {"schema.history.internal.kafka.create.timeout.ms", T::kLong, "30000", "> 0", S::kAccepted,
       "", "As above."},
      {"schema.history.internal.kafka.buffer.batch.size", T::kInt, "1024", "> 0", S::kAccepted, "",
       "As above."},
      {"schema.history.internal.producer.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of the history's producer. Where the history's brokers are the sink's, the sink's "
       "producer writes it."},
      {"schema.history.internal.consumer.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of the client that reads the history at the start."},
      {"schema.history.internal.file.filename", T::kPath, "", "", S::kSupported, "",
       "The history file; required with the file store."},
      {"schema.history.internal.skip.unparseable.ddl", T::kBool, "false", "", S::kAccepted, "",
       "After DDL the structure is read from the server, not from the statement."},
      {"schema.history.internal.store.only.captured.tables.ddl", T::kBool, "false", "",
       S::kSupported, "",
       "Records for DDL of captured tables only, instead of all tables of captured databases. "
       "Structure is kept of captured tables in any case."},
      {"schema.history.internal.store.only.captured.databases.ddl", T::kBool, "false", "",
       S::kAccepted, "", "Databases that are not captured have no records for DDL in any case."},
      {"schema.history.internal.memory.optimization", T::kEnum, "off", "off on shared",
       S::kAccepted, "", "How memory is used cannot matter here."},
      {"internal.schema.history.internal.ddl.filter", T::kRegexList, "", "", S::kAccepted, "",
       "DDL is not parsed into a history."},
      {"schema.history.internal.prefer.ddl", T::kBool, "false", "", S::kAccepted, "", "As above."},
      {"schema.history.internal.connector.class", T::kClass, "", "", S::kAccepted, "",
       "Set by the original itself."},
      {"schema.history.internal.connector.id", T::kText, "", "", S::kAccepted, "",
       "Set by the original itself."},
      {"schema.history.internal.jdbc.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with that store only."},
      {"schema.history.internal.redis.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with that store only."},
      {"schema.history.internal.azure.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with that store only."},
      {"schema.history.internal.rocketmq.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with that store only."},
      {"schema.history.internal.s3.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with that store only."},
      {"ddl.parser.type", T::kText, "default", "", S::kAccepted, "",
       "Structure comes from the server, not from a grammar."},
      {"resolve.create.table.like.schema", T::kBool, "false", "", S::kAccepted, "", "As above."},
      {"include.schema.changes", T::kBool, "true", "", S::kSupported, "",
       "Records for statements that define tables and databases, in the topic named like "
       "`topic.prefix`: before an initial snapshot for what there is, then for each in the "
       "binlog."},
      {"include.schema.comments", T::kBool, "false", "", S::kSupported, "",
       "Comments of tables and columns in records for DDL; with MariaDB they always show them."},
      {"memory.management.schemas.class", T::kClass,
       "io.debezium.relational.ConcurrentMapTableMappingStorage", "", S::kAccepted, "",
       "How memory is used cannot matter here."},
      {"memory.management.tables.class", T::kClass,
       "io.debezium.relational.ConcurrentMapTableMappingStorage", "", S::kAccepted, "",
       "As above."},
      {"memory.management.cache.size", T::kInt, "1000", "", S::kAccepted, "", "As above."},
      {"internal.offset.activity.monitor.interval.ms", T::kLong, "600000", ">= 0", S::kAccepted, "",
       "Offsets always move on here."},
  });
  return kTable;
}

}  // namespace tidemark

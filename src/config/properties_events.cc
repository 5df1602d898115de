// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> event_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"tombstones.on.delete", T::kBool, "true", "", S::kSupported, "",
       "After a delete write its key with null."},
      {"provide.transaction.metadata", T::kBool, "false", "", S::kSupported, "",
       "Transaction block in records, BEGIN and END records in "
       "`<topic.prefix>.<topic.transaction>`."},
      {"transaction.metadata.factory", T::kClass,
       "io.debezium.pipeline.txmetadata.DefaultTransactionMetadataFactory", "", S::kSupported,
       "io.debezium.pipeline.txmetadata.DefaultTransactionMetadataFactory",
       "Another form of transaction metadata."},
      {"include.query", T::kBool, "false", "", S::kSupported, "",
       "The statement in `source.query`; the server logs it with `binlog_rows_query_log_events=ON` "
       "(MariaDB: `binlog_annotate_row_events`)."},
      {"message.key.columns", T::kText, "", "", S::kSupported, "",
       "Other record keys: `tables:column,column;..`; both halves are expressions, together "
       "matched against `db.table.column`. Tables that none fits keep theirs."},
      {"column.mask.with.<n>.chars", T::kRegexList, "", "", S::kSupported, "",
       "Columns of character types shown as `<n>` asterisks."},
      {"column.mask.hash.<algo>.with.salt.<salt>", T::kRegexList, "", "", S::kSupported, "",
       "Columns of character types shown as a hash of the value as Java serialises it."},
      {"column.mask.hash.v2.<algo>.with.salt.<salt>", T::kRegexList, "", "", S::kSupported, "",
       "The same of the text itself: MD5, SHA-1, SHA-2 or SHA-3."},
      {"column.truncate.to.<n>.chars", T::kRegexList, "", "", S::kSupported, "",
       "Columns whose text or bytes are cut at `<n>`. Of this and the next six the first that "
       "matches a column counts: truncate, mask, propagate by column, by type, hash, hash v2."},
      {"column.propagate.source.type", T::kRegexList, "", "", S::kSupported, "",
       "Columns whose schema tells their type, length and scale in the database."},
      {"datatype.propagate.source.type", T::kRegexList, "", "", S::kSupported, "",
       "The same, matched against `db.table.TYPE`."},
      {"schema.name.adjustment.mode", T::kEnum, "none", "none avro avro_unicode", S::kSupported, "",
       "Make schema names fit for Avro."},
      {"field.name.adjustment.mode", T::kEnum, "none", "none avro avro_unicode", S::kSupported, "",
       "Make field names fit for Avro."},
      {"extended.headers.enabled", T::kBool, "true", "", S::kSupported, "",
       "Headers `__debezium.context.*`."},
      {"sourceinfo.struct.maker", T::kClass,
       "io.debezium.connector.mysql.MySqlSourceInfoStructMaker", "", S::kRefused, "",
       "Another source block."},
      {"source.struct.version", T::kText, "", "", S::kAccepted, "",
       "Unknown to the original as well."},
  });
  return kTable;
}

}  // namespace tidemark

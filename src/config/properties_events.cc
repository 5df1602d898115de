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
      {"message.key.columns", T::kText, "", "", S::kRefused, "", "Other key columns."},
      {"column.mask.with.<n>.chars", T::kRegexList, "", "", S::kRefused, "",
       "Mask columns by asterisks."},
      {"column.mask.hash.<algo>.with.salt.<salt>", T::kRegexList, "", "", S::kRefused, "",
       "Mask columns by a hash."},
      {"column.mask.hash.v2.<algo>.with.salt.<salt>", T::kRegexList, "", "", S::kRefused, "",
       "Mask columns by a portable hash."},
      {"column.truncate.to.<n>.chars", T::kRegexList, "", "", S::kRefused, "", "Cut long values."},
      {"column.propagate.source.type", T::kRegexList, "", "", S::kRefused, "",
       "Source types as schema parameters."},
      {"datatype.propagate.source.type", T::kRegexList, "", "", S::kRefused, "",
       "The same, selected by type."},
      {"schema.name.adjustment.mode", T::kEnum, "none", "none avro avro_unicode", S::kRefused, "",
       "Make schema names fit for Avro."},
      {"field.name.adjustment.mode", T::kEnum, "none", "none avro avro_unicode", S::kRefused, "",
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

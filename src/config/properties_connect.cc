// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> connect_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"connector.plugin.version", T::kText, "", "", S::kAccepted, "",
       "There are no plugins here."},
      {"tasks.max.enforce", T::kBool, "true", "", S::kAccepted, "", "There is one task."},
      {"key.converter", T::kClass, "", "", S::kSupported,
       "org.apache.kafka.connect.json.JsonConverter JsonConverter Json",
       "Keys are written as JSON."},
      {"value.converter", T::kClass, "", "", S::kSupported,
       "org.apache.kafka.connect.json.JsonConverter JsonConverter Json",
       "Values are written as JSON."},
      {"header.converter", T::kClass, "", "", S::kSupported,
       "org.apache.kafka.connect.json.JsonConverter JsonConverter Json",
       "Headers are written as JSON."},
      {"key.converter.schemas.enable", T::kBool, "true", "", S::kSupported, "",
       "Keys as `{\"schema\":..,\"payload\":..}`."},
      {"value.converter.schemas.enable", T::kBool, "true", "", S::kSupported, "",
       "Values as `{\"schema\":..,\"payload\":..}`."},
      {"header.converter.schemas.enable", T::kBool, "true", "", S::kSupported, "",
       "Headers as `{\"schema\":..,\"payload\":..}`."},
      {"key.converter.decimal.format", T::kEnum, "BASE64", "BASE64 NUMERIC", S::kRefused, "",
       "DECIMAL in JSON."},
      {"value.converter.decimal.format", T::kEnum, "BASE64", "BASE64 NUMERIC", S::kRefused, "",
       "DECIMAL in JSON."},
      {"header.converter.decimal.format", T::kEnum, "BASE64", "BASE64 NUMERIC", S::kAccepted, "",
       "No header holds a DECIMAL."},
      {"key.converter.replace.null.with.default", T::kBool, "true", "", S::kAccepted, "",
       "No key column is NULL."},
      {"value.converter.replace.null.with.default", T::kBool, "true", "", S::kSupported, "",
       "NULL in a column with a default is written as the default."},
      {"header.converter.replace.null.with.default", T::kBool, "true", "", S::kAccepted, "",
       "No header is NULL."},
      {"key.converter.<x>", T::kText, "", "", S::kPassThrough, "", "Options of other converters."},
      {"value.converter.<x>", T::kText, "", "", S::kPassThrough, "",
       "Options of other converters."},
      {"header.converter.<x>", T::kText, "", "", S::kPassThrough, "",
       "Options of other converters."},
      {"key.converter.schemas.cache.size", T::kInt, "1000", "", S::kAccepted, "",
       "How memory is used cannot matter here."},
      {"value.converter.schemas.cache.size", T::kInt, "1000", "", S::kAccepted, "", "As above."},
      {"header.converter.schemas.cache.size", T::kInt, "1000", "", S::kAccepted, "", "As above."},
      {"transforms", T::kList, "", "", S::kRefused, "", "Transforms of records."},
      {"transforms.<alias>.<option>", T::kText, "", "", S::kAccepted, "",
       "Matters for transforms listed in `transforms` only."},
      {"predicates", T::kList, "", "", S::kAccepted, "", "Matters with transforms only."},
      {"predicates.<alias>.<option>", T::kText, "", "", S::kAccepted, "",
       "Matters with transforms only."},
      {"errors.tolerance", T::kEnum, "none", "none all", S::kRefused, "",
       "Drop records that cannot be converted."},
      {"errors.retry.timeout", T::kLong, "0", ">= -1", S::kAccepted, "",
       "Nothing is retried while converting."},
      {"errors.log.enable", T::kBool, "false", "", S::kAccepted, "", "Errors are always logged."},
      {"errors.log.include.messages", T::kBool, "false", "", S::kAccepted, "",
       "Contents of rows are never logged."},
      {"errors.deadletterqueue.<x>", T::kText, "", "", S::kAccepted, "",
       "For sinks of Kafka Connect only."},
      {"config.action.reload", T::kEnum, "restart", "restart none", S::kAccepted, "",
       "Values from outside are read once, at the start."},
      {"producer.override.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with the Kafka sink only."},
      {"consumer.override.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"admin.override.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"topic.creation.groups", T::kList, "", "", S::kAccepted, "", "As above."},
      {"topic.creation.<group>.<option>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"exactly.once.support", T::kEnum, "requested", "requested required", S::kSupported, "",
       "The file sink always delivers exactly once; `required` is an error with `stdout`."},
      {"transaction.boundary", T::kEnum, "poll", "poll interval connector", S::kAccepted, "",
       "Matters with the Kafka sink only."},
      {"transaction.boundary.interval.ms", T::kLong, "", ">= 0", S::kAccepted, "", "As above."},
      {"offsets.storage.topic", T::kText, "", "", S::kAccepted, "", "As above."},
  });
  return kTable;
}

}  // namespace tidemark

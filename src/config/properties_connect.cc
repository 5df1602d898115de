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
       "org.apache.kafka.connect.json.JsonConverter JsonConverter Json "
       "org.apache.kafka.connect.storage.SimpleHeaderConverter SimpleHeaderConverter Simple",
       "Headers are written as JSON, or by the simple one as text: a string stands for itself. "
       "That is the default with the Kafka sink outside of the server form."},
      {"key.converter.schemas.enable", T::kBool, "true", "", S::kSupported, "",
       "Keys as `{\"schema\":..,\"payload\":..}`."},
      {"value.converter.schemas.enable", T::kBool, "true", "", S::kSupported, "",
       "Values as `{\"schema\":..,\"payload\":..}`."},
      {"header.converter.schemas.enable", T::kBool, "true", "", S::kSupported, "",
       "Headers as `{\"schema\":..,\"payload\":..}`."},
      {"key.converter.decimal.format", T::kEnum, "BASE64", "BASE64 NUMERIC", S::kSupported, "",
       "DECIMAL in JSON."},
      {"value.converter.decimal.format", T::kEnum, "BASE64", "BASE64 NUMERIC", S::kSupported, "",
       "DECIMAL in JSON."},
      {"header.converter.decimal.format", T::kEnum, "BASE64", "BASE64 NUMERIC", S::kAccepted, "",
       "No header holds a DECIMAL."},
      {"key.converter.replace.null.with.default", T::kBool, "true", "", S::kSupported, "",
       "The same in keys, where `message.key.columns` may put a column that is NULL."},
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
      {"transforms", T::kList, "", "", S::kSupported, "",
       "Aliases of the transforms, in order; [which there are](transforms.md)."},
      {"transforms.<alias>.<option>", T::kText, "", "", S::kSupported, "",
       "`type`, `predicate`, `negate` and the transform's options."},
      {"predicates", T::kList, "", "", S::kSupported, "", "Aliases of the predicates."},
      {"predicates.<alias>.<option>", T::kText, "", "", S::kSupported, "",
       "`type` and the predicate's options."},
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
      {"producer.override.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of the producer, over the worker's `producer.<x>`. This and the following matter "
       "with the Kafka sink only."},
      {"consumer.override.<x>", T::kText, "", "", S::kSupported, "",
       "The same, over `consumer.<x>`."},
      {"admin.override.<x>", T::kText, "", "", S::kSupported, "", "The same, over `admin.<x>`."},
      {"topic.creation.groups", T::kList, "", "", S::kSupported, "",
       "Groups of topics that are created alike, tried in order; `default` is the last. Without "
       "any `topic.creation.*` the brokers create topics, or do not."},
      {"topic.creation.<group>.<option>", T::kText, "", "", S::kSupported, "",
       "`include` and `exclude` (expressions, case-sensitive), `partitions`, `replication.factor`, "
       "and settings of topics such as `cleanup.policy`. The last two are required of `default`."},
      {"exactly.once.support", T::kEnum, "requested", "requested required", S::kSupported, "",
       "The file sink always delivers exactly once; `required` is an error with `stdout`. To Kafka "
       "`required` needs the offsets in a topic, and `requested` follows "
       "`exactly.once.source.support`."},
      {"transaction.boundary", T::kEnum, "poll", "poll interval connector", S::kSupported, "",
       "How long a Kafka transaction lasts at most: 300 ms (`poll`), or as the next one says "
       "(`interval`)."},
      {"transaction.boundary.interval.ms", T::kLong, "", ">= 0", S::kSupported, "",
       "By default `offset.flush.interval.ms`. Not above the producer's `transaction.timeout.ms`."},
      {"offsets.storage.topic", T::kText, "", "", S::kSupported, "",
       "An offset topic of this connector's own, in place of the worker's."},
  });
  return kTable;
}

}  // namespace tidemark

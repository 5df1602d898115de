// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> topic_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"topic.naming.strategy", T::kClass, "io.debezium.schema.DefaultTopicNamingStrategy", "",
       S::kSupported,
       "io.debezium.schema.DefaultTopicNamingStrategy io.debezium.schema.SchemaTopicNamingStrategy "
       "io.debezium.schema.DefaultUnicodeTopicNamingStrategy "
       "io.debezium.schema.SchemaUnicodeTopicNamingStrategy "
       "io.debezium.schema.DefaultRegexTopicNamingStrategy "
       "io.debezium.schema.SchemaRegexTopicNamingStrategy",
       "How topics are named."},
      {"topic.delimiter", T::kText, ".", "", S::kSupported, "",
       "Between the parts of a topic name. Letters, digits, `_`, `.` and `-`."},
      {"topic.cache.size", T::kInt, "10000", "", S::kAccepted, "",
       "How memory is used cannot matter here."},
      {"topic.transaction", T::kText, "transaction", "", S::kSupported, "",
       "Last part of the topic of BEGIN and END records."},
      {"topic.heartbeat.prefix", T::kText, "__debezium-heartbeat", "", S::kSupported, "",
       "First part of the topic of heartbeats; `topic.prefix` is the last."},
      {"topic.heartbeat.name", T::kText, "", "", S::kSupported, "",
       "The whole name of the topic of heartbeats."},
      {"topic.regex", T::kRegex, "", "", S::kSupported, "",
       "Regex strategies: matched against a topic's whole name."},
      {"topic.replacement", T::kText, "", "", S::kSupported, "",
       "Regex strategies: the name in its place, with `$1` and `${name}`."},
      {"topic.key.enforce.uniqueness", T::kBool, "true", "", S::kSupported, "",
       "Regex strategies: keys tell the table."},
      {"topic.key.field.name", T::kText, "__dbz__physicalTableIdentifier", "", S::kSupported, "",
       "In this member."},
      {"topic.key.field.regex", T::kRegex, "", "", S::kSupported, "",
       "Matched against the name the topic would have had."},
      {"topic.key.field.replacement", T::kText, "", "", S::kSupported, "",
       "What the member says in its place."},
      {"heartbeat.interval.ms", T::kInt, "0", ">= 0", S::kSupported, "",
       "A heartbeat record each time, by a timer; 0: none. The stored offset moves on without "
       "them, too."},
      {"heartbeat.action.query", T::kText, "", "", S::kSupported, "",
       "Statement run with each heartbeat. A failure is logged and does not end the run."},
      {"heartbeat.topics.prefix", T::kText, "__debezium-heartbeat", "", S::kAccepted, "",
       "Read by nothing, here as in the original."},
  });
  return kTable;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// How written names become the declared ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config_file.h"

namespace tidemark {

struct CanonicalNames {
  std::vector<std::string> names;  // empty: no property has this name in this form
  bool general = false;            // debezium.format.<x>: yields to a name for one converter
};

// debezium.source.<x> is x; debezium.format.<x> is x of all converters, debezium.format.key.<x> of one;
// debezium.transforms.. and debezium.predicates.. lose their head; others stay. In the server form a
// bare connector property has no meaning; in the other forms the server's names are understood, too.
CanonicalNames canonical_names(ConfigForm form, std::string_view written);

// How a declared name is written in this form.
std::string written_name(ConfigForm form, std::string_view canonical);

// The name here of a property of a Kafka Connect worker's file: its own but for heartbeat.interval.ms, which
// is another property there.
std::string worker_property_name(std::string_view written);

// Properties out of environment variables.
//   DEBEZIUM_SOURCE_TOPIC_PREFIX=x   debezium.source.topic.prefix: lower case, '_' is '.'. So for names
//                                    that begin DEBEZIUM_{SOURCE,SINK,FORMAT,TRANSFORMS,PREDICATES,API}_,
//                                    QUARKUS_, or TIDEMARK_ where the property exists; all other
//                                    variables (DEBEZIUM_VERSION, DATABASE_HOSTNAME) are none of ours
//   TIDEMARK_PROPERTY_1=name=value   any property: the way to names with capitals, hyphens or underscores
//                                    (signal.kafka.groupId); what follows PROPERTY_ is free
std::vector<ConfigEntry> environment_entries(
    const std::vector<std::pair<std::string, std::string>>& environment);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// For tests: the three ways in which a configuration brings Kafka along, and what is loaded of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config_fixture.h"
#include "config/settings.h"

namespace tidemark {

// As posted to Connect.
inline constexpr std::string_view kPosted = R"({"name": "inv", "config": {
  "connector.class": "io.debezium.connector.mysql.MySqlConnector", "tasks.max": "1",
  "topic.prefix": "shop", "database.hostname": "db", "database.user": "u", "database.password": "p",
  "database.server.id": "5401", "schema.history.internal.kafka.topic": "shop.history",
  "schema.history.internal.kafka.bootstrap.servers": "k:9092"}})";
inline constexpr std::string_view kDistributed = R"(
bootstrap.servers=k:9092
group.id=connect-1
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=false
value.converter.schemas.enable=false
offset.storage.topic=connect-offsets
offset.storage.replication.factor=1
config.storage.topic=connect-configs
config.storage.replication.factor=1
status.storage.topic=connect-status
status.storage.replication.factor=1
offset.flush.interval.ms=10000
heartbeat.interval.ms=3000
plugin.path=/usr/share/java
listeners=http://:8083
)";
inline constexpr std::string_view kStandalone = R"(
bootstrap.servers=k:9092
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
offset.storage.file.filename=/tmp/connect.offsets
)";
inline constexpr std::string_view kServer = R"(
debezium.sink.type=kafka
debezium.sink.kafka.producer.bootstrap.servers=k:9092
debezium.sink.kafka.producer.key.serializer=org.apache.kafka.common.serialization.StringSerializer
debezium.source.connector.class=io.debezium.connector.mysql.MySqlConnector
debezium.source.topic.prefix=shop
debezium.source.database.hostname=db
debezium.source.database.user=u
debezium.source.database.password=p
debezium.source.database.server.id=5401
debezium.source.offset.storage.file.filename=offset.json
)";

struct Sources {
  std::string_view file = kPosted;
  std::string worker = {};  // empty: none
  Pairs defines = {};
};

inline LoadedConfig load(const Sources& sources) {
  const TempFile file(sources.file);
  const TempFile worker(sources.worker);
  return load_config(file.path(),
                     {.defines = sources.defines,
                      .getenv = {},
                      .environment = {},
                      .worker_path = sources.worker.empty() ? std::string() : worker.path()});
}
inline std::vector<std::string> errors_of(const Sources& sources) {
  return error_texts(load(sources));
}
inline Config loaded(const Sources& sources) { return config_or_failure(load(sources)); }
inline Settings settings(const Sources& sources) { return settings_of(loaded(sources)); }

inline Sources distributed(Pairs defines = {}) {
  return {.worker = std::string(kDistributed), .defines = std::move(defines)};
}
inline Sources standalone(Pairs defines = {}) {
  return {.worker = std::string(kStandalone), .defines = std::move(defines)};
}

}  // namespace tidemark

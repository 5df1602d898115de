// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> server_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"debezium.sink.type", T::kEnum, "",
       "stdout file kafka kinesis pubsub pubsublite http pulsar eventhubs redis nats-streaming "
       "nats-jetstream fluss pravega infinispan rocketmq rabbitmq rabbitmqstream milvus qdrant "
       "instructlab jdbc sqs sns iceberg",
       S::kSupported, "stdout file kafka",
       "Where records go: to Kafka, or as JSON, one record a line. With `--worker`, and in "
       "Connect's form where brokers are named, `kafka` by default."},
      {"debezium.sink.file.path", T::kPath, "", "", S::kSupported, "",
       "The files: a folder, or a path whose last part begins their names. Needed with "
       "`debezium.sink.type=file`."},
      {"debezium.sink.file.rotate.bytes", T::kLong, "1073741824", ">= 4096", S::kSupported, "",
       "A file that has reached this size is followed by a new one."},
      {"debezium.sink.kafka.producer.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of the producer, under their Java names (docs/operating/kafka.md); "
       "`bootstrap.servers` is among them."},
      {"debezium.sink.kafka.wait.message.delivery.timeout.ms", T::kInt, "30000", ">= 0",
       S::kAccepted, "", "A broker that is away is waited for."},
      {"debezium.sink.<type>.<option>", T::kText, "", "", S::kAccepted, "",
       "Matters with that sink only."},
      {"debezium.format.key", T::kEnum, "json",
       "json jsonbytearray avro protobuf cloudevents binary simplestring connect clientprovided",
       S::kSupported, "json", "Form of keys."},
      {"debezium.format.value", T::kEnum, "json",
       "json jsonbytearray avro protobuf cloudevents binary simplestring connect clientprovided",
       S::kSupported, "json", "Form of values."},
      {"debezium.format.header", T::kEnum, "json", "json jsonbytearray connect clientprovided",
       S::kSupported, "json", "Form of headers."},
      {"debezium.api.enabled", T::kBool, "false", "", S::kRefused, "", "Signals over HTTP."},
      {"debezium.embedded.shutdown.pause.before.interrupt.ms", T::kLong, "300000", "", S::kAccepted,
       "", "Read by nothing, here as in the original."},
      {"quarkus.log.level", T::kEnum, "INFO",
       "OFF FATAL ERROR SEVERE WARN WARNING INFO CONFIG DEBUG FINE TRACE FINER FINEST ALL",
       S::kSupported, "", "Becomes `tidemark.log.level`: the nearest of debug, info, warn, error."},
      {"quarkus.config.locations", T::kPath, "", "", S::kRefused, "", "More configuration files."},
      {"quarkus.<x>", T::kText, "", "", S::kAccepted, "",
       "Settings of the framework of the original: HTTP, other logs."},
  });
  return kTable;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> worker_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"bootstrap.servers", T::kText, "localhost:9092", "", S::kSupported, "",
       "Brokers, `host:port`. The default counts with `--worker` only."},
      {"group.id", T::kText, "", "", S::kSupported, "",
       "The worker's group: a distributed worker, and the first part of the transactional id. It "
       "is not joined."},
      {"exactly.once.source.support", T::kEnum, "disabled", "disabled preparing enabled",
       S::kSupported, "",
       "`enabled`: a connector that does not say otherwise delivers exactly once. `preparing` is "
       "as `disabled`."},
      {"topic.creation.enable", T::kBool, "true", "", S::kSupported, "",
       "With `false` `topic.creation.*` of the connector has no effect."},
      {"producer.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of the producer, under their Java names (docs/operating/kafka.md)."},
      {"consumer.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of consumers that read what the connector wrote."},
      {"admin.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of the client that looks at topics and creates them. What is not said is the "
       "producer's."},
      {"security.protocol", T::kText, "", "", S::kSupported, "",
       "The worker's own clients: here those that read and create the offset topic. Without it "
       "they log in as the producer does. Connect does not hand it to producers either."},
      {"sasl.<x>", T::kText, "", "", S::kSupported, "", "With `security.protocol`."},
      {"ssl.<x>", T::kText, "", "", S::kSupported, "", "With `security.protocol`."},
      {"config.providers", T::kList, "", "file env dir", S::kSupported, "file env",
       "`${file:PATH:KEY}` and `${env:NAME}` are there in any case."},
      {"config.providers.<x>.class", T::kClass, "", "", S::kSupported,
       "org.apache.kafka.common.config.provider.FileConfigProvider "
       "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
       "What `file` and `env` are."},
      {"config.providers.<x>", T::kText, "", "", S::kAccepted, "",
       "The two providers have no other form."},
      {"config.storage.<x>", T::kText, "", "", S::kAccepted, "",
       "The connector's configuration is the file."},
      {"status.storage.<x>", T::kText, "", "", S::kAccepted, "",
       "`tidemark status` shows the state."},
      {"listeners", T::kText, "", "", S::kAccepted, "", "There is no REST interface here."},
      {"listeners.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"admin.listeners", T::kText, "", "", S::kAccepted, "", "As above."},
      {"admin.listeners.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"rest.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"access.control.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"response.http.headers.config", T::kText, "", "", S::kAccepted, "", "As above."},
      {"internal.key.converter", T::kText, "", "", S::kAccepted, "",
       "Long gone from Connect, too."},
      {"internal.key.converter.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"internal.value.converter", T::kText, "", "", S::kAccepted, "", "As above."},
      {"internal.value.converter.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"plugin.path", T::kText, "", "", S::kAccepted, "", "There are no plugins here."},
      {"plugin.discovery", T::kText, "", "", S::kAccepted, "", "As above."},
      {"connector.client.config.override.policy", T::kText, "All", "", S::kAccepted, "",
       "Overrides are always allowed: one operator writes both files."},
      {"topic.tracking.<x>", T::kText, "", "", S::kAccepted, "",
       "For a REST interface that is not here."},
      {"task.shutdown.graceful.timeout.ms", T::kLong, "5000", "", S::kAccepted, "",
       "A stop ends every wait within a second here."},
      {"session.timeout.ms", T::kInt, "10000", "", S::kAccepted, "",
       "Of the group of workers, which is not joined."},
      {"worker.heartbeat.interval.ms", T::kInt, "3000", "", S::kAccepted, "",
       "`heartbeat.interval.ms` of a worker's file: as above, and not the connector's."},
      {"rebalance.timeout.ms", T::kInt, "60000", "", S::kAccepted, "", "As above."},
      {"scheduled.rebalance.max.delay.ms", T::kInt, "300000", "", S::kAccepted, "", "As above."},
      {"worker.sync.timeout.ms", T::kInt, "3000", "", S::kAccepted, "", "As above."},
      {"worker.unsync.backoff.ms", T::kInt, "300000", "", S::kAccepted, "", "As above."},
      {"connect.protocol", T::kText, "", "", S::kAccepted, "", "As above."},
      {"inter.worker.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"client.id", T::kText, "", "", S::kAccepted, "",
       "Of the group's client; that of the producer is `producer.client.id`."},
      {"client.dns.lookup", T::kText, "", "", S::kAccepted, "", "As above."},
      {"metadata.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"request.timeout.ms", T::kInt, "", "", S::kAccepted, "", "As above."},
      {"retry.backoff.ms", T::kLong, "", "", S::kAccepted, "", "As above."},
      {"retry.backoff.max.ms", T::kLong, "", "", S::kAccepted, "", "As above."},
      {"reconnect.backoff.ms", T::kLong, "", "", S::kAccepted, "", "As above."},
      {"reconnect.backoff.max.ms", T::kLong, "", "", S::kAccepted, "", "As above."},
      {"connections.max.idle.ms", T::kLong, "", "", S::kAccepted, "", "As above."},
      {"socket.connection.setup.timeout.ms", T::kLong, "", "", S::kAccepted, "", "As above."},
      {"socket.connection.setup.timeout.max.ms", T::kLong, "", "", S::kAccepted, "", "As above."},
      {"send.buffer.bytes", T::kInt, "", "", S::kAccepted, "", "As above."},
      {"receive.buffer.bytes", T::kInt, "", "", S::kAccepted, "", "As above."},
      {"metric.reporters", T::kText, "", "", S::kAccepted, "", "There is no JMX here."},
      {"metrics.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"auto.include.jmx.reporter", T::kText, "", "", S::kAccepted, "", "As above."},
  });
  return kTable;
}

}  // namespace tidemark

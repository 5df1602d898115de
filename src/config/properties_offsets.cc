// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> offset_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"offset.storage", T::kClass, "org.apache.kafka.connect.storage.FileOffsetBackingStore", "",
       S::kSupported,
       "org.apache.kafka.connect.storage.FileOffsetBackingStore "
       "org.apache.kafka.connect.storage.KafkaOffsetBackingStore",
       "A file, as JSON (the original's binary file is never overwritten), or a topic, which needs "
       "the Kafka sink. Where this is not given and the sink is Kafka, `offset.storage.topic` "
       "decides: a topic, unless there is a file and no `group.id`."},
      {"offset.storage.file.filename", T::kPath, "", "", S::kSupported, "",
       "The offset file. Required unless offsets are kept in a topic."},
      {"offset.storage.topic", T::kText, "", "", S::kSupported, "",
       "The offset topic, compacted, in Connect's form. It is in the cluster that records go to."},
      {"offset.storage.partitions", T::kInt, "25", ">= -1", S::kSupported, "",
       "Its partitions where it is created; -1: the brokers' default."},
      {"offset.storage.replication.factor", T::kInt, "3", ">= -1", S::kSupported, "",
       "Its replicas where it is created; -1: the brokers' default."},
      {"offset.storage.<x>", T::kText, "", "", S::kSupported, "",
       "Other settings of the offset topic where it is created."},
      {"offset.storage.kafka.<x>", T::kText, "", "", S::kAccepted, "",
       "Copies of sink properties in the original."},
      {"offset.storage.file.<x>", T::kText, "", "", S::kPassThrough, "",
       "There is no such option."},
      {"offset.storage.jdbc.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with that store only."},
      {"offset.storage.redis.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with that store only."},
      {"offset.flush.interval.ms", T::kLong, "60000", ">= 0", S::kSupported, "",
       "How often the offset is stored; what was written since is undone (file, or exactly once) "
       "or repeated (else) after a crash."},
      {"offset.flush.timeout.ms", T::kLong, "5000", "> 0", S::kAccepted, "",
       "Storing an offset has no limit: nothing else could be done."},
      {"offset.commit.policy", T::kClass,
       "io.debezium.engine.spi.OffsetCommitPolicy$PeriodicCommitOffsetPolicy", "", S::kSupported,
       "io.debezium.engine.spi.OffsetCommitPolicy$PeriodicCommitOffsetPolicy",
       "When offsets are stored."},
      {"errors.retry.delay.initial.ms", T::kLong, "300", "> 0", S::kSupported, "",
       "First wait between attempts; it doubles each time."},
      {"errors.retry.delay.max.ms", T::kLong, "10000", ">= -1", S::kSupported, "",
       "Longest wait between attempts; -1: no limit."},
      {"record.processing.threads", T::kText, "", "", S::kAccepted, "",
       "Records are always in order here."},
      {"record.processing.order", T::kEnum, "ORDERED", "ORDERED UNORDERED", S::kAccepted, "",
       "As above."},
      {"record.processing.with.serial.consumer", T::kBool, "false", "", S::kAccepted, "",
       "As above."},
      {"record.processing.shutdown.timeout.ms", T::kInt, "1000", ">= 0", S::kAccepted, "",
       "See `executor.shutdown.timeout.ms`."},
      {"internal.task.management.timeout.ms", T::kLong, "40000", "", S::kAccepted, "",
       "There are no tasks to manage."},
      {"task.management.timeout.ms", T::kLong, "180000", "", S::kAccepted, "",
       "Documented for the original, but unknown to it."},
  });
  return kTable;
}

}  // namespace tidemark

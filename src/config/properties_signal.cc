// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> signal_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"signal.data.collection", T::kText, "", "", S::kSupported, "",
       "The signal table, `db.table`, spelled as on the server. Without it there are no signals."},
      {"signal.enabled.channels", T::kList, "source", "source kafka file jmx in-process",
       S::kSupported, "source kafka file",
       "Where signals come from. Unless `read.only` is on, snapshots place their watermarks in the "
       "signal table, whatever the channel."},
      {"signal.poll.interval.ms", T::kLong, "5000", "> 0", S::kSupported, "",
       "How often the `file` channel looks; `source` and `kafka` are not polled."},
      {"signal.emit.failure.max.retries", T::kInt, "0", ">= 0", S::kAccepted, "",
       "A watermark row that cannot be written is retried like any other statement."},
      {"signal.emit.failure.backoff.ms", T::kLong, "10000", "> 0", S::kAccepted, "", "As above."},
      {"signal.kafka.topic", T::kText, "", "", S::kSupported, "",
       "Topic of the `kafka` channel, all its partitions; `<topic.prefix>-signal` by default."},
      {"signal.kafka.bootstrap.servers", T::kText, "", "", S::kSupported, "",
       "Its brokers; by default those of the Kafka sink, which the original does not do."},
      {"signal.kafka.groupId", T::kText, "kafka-signal", "", S::kSupported, "",
       "Consumer group that is told how far the topic was worked off. Where reading goes on is in "
       "the offset; the group counts at a first start only."},
      {"signal.kafka.poll.timeout.ms", T::kInt, "0", ">= 0", S::kAccepted, "",
       "Signals are waited for, not asked for."},
      {"signal.consumer.<x>", T::kText, "", "", S::kSupported, "",
       "Settings of the `kafka` channel's consumer. `auto.offset.reset=earliest` makes a first "
       "start execute what is in the topic already."},
      {"signal.file", T::kPath, "file-signals.txt", "", S::kSupported, "",
       "File of the `file` channel: a JSON object a line. Emptied when all of it was executed."},
      {"incremental.snapshot.chunk.size", T::kInt, "1024", ">= 1", S::kSupported, "",
       "Rows per chunk, fewer where they would be more than 8 MiB. 0, which ends every snapshot "
       "without a row in the original, is an error."},
      {"incremental.snapshot.allow.schema.changes", T::kBool, "false", "", S::kAccepted, "",
       "A chunk whose table changed is always read again here."},
      {"incremental.snapshot.watermarking.strategy", T::kEnum, "insert_insert",
       "insert_insert insert_delete", S::kSupported, "",
       "Close a window by a second row, or by deleting the first."},
      {"incremental.snapshot.max.threads", T::kInt, "2", "1..64", S::kSupported, "",
       "Tidemark's own: chunks read at the same time, each over a connection of its own."},
      {"read.only", T::kBool, "false", "", S::kSupported, "",
       "Incremental snapshots without writing to the server: docs/operating/read_only.md."},
      {"notification.enabled.channels", T::kList, "", "sink log jmx", S::kSupported, "sink log",
       "Where notifications go."},
      {"notification.sink.topic.name", T::kText, "", "", S::kSupported, "",
       "Topic of the `sink` channel, which requires it."},
  });
  return kTable;
}

}  // namespace tidemark

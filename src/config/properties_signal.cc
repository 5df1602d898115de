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
       S::kSupported, "source", "Where signals come from."},
      {"signal.poll.interval.ms", T::kLong, "5000", "> 0", S::kAccepted, "",
       "The source channel is not polled."},
      {"signal.emit.failure.max.retries", T::kInt, "0", ">= 0", S::kAccepted, "",
       "A watermark row that cannot be written is retried like any other statement."},
      {"signal.emit.failure.backoff.ms", T::kLong, "10000", "> 0", S::kAccepted, "", "As above."},
      {"signal.kafka.topic", T::kText, "", "", S::kAccepted, "",
       "Matters with the `kafka` channel only."},
      {"signal.kafka.bootstrap.servers", T::kText, "", "", S::kAccepted, "", "As above."},
      {"signal.kafka.groupId", T::kText, "kafka-signal", "", S::kAccepted, "", "As above."},
      {"signal.kafka.poll.timeout.ms", T::kInt, "0", ">= 0", S::kAccepted, "", "As above."},
      {"signal.consumer.<x>", T::kText, "", "", S::kAccepted, "", "As above."},
      {"signal.file", T::kPath, "file-signals.txt", "", S::kAccepted, "",
       "Matters with the `file` channel only."},
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
      {"read.only", T::kBool, "false", "", S::kRefused, "",
       "Incremental snapshots without writing to the server."},
      {"notification.enabled.channels", T::kList, "", "", S::kRefused, "",
       "Where notifications go."},
      {"notification.sink.topic.name", T::kText, "", "", S::kAccepted, "",
       "Matters with notifications only."},
  });
  return kTable;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> runtime_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"event.processing.failure.handling.mode", T::kEnum, "fail", "fail warn skip ignore",
       S::kRefused, "", "An event that cannot be decoded stops the stream."},
      {"event.deserialization.failure.handling.mode", T::kEnum, "fail", "fail warn skip ignore",
       S::kRefused, "", "Deprecated name of the property above."},
      {"inconsistent.schema.handling.mode", T::kEnum, "fail", "fail warn skip ignore", S::kRefused,
       "", "Rows of a captured table without known structure stop the stream."},
      {"errors.max.retries", T::kInt, "-1", ">= -1", S::kSupported, "",
       "Attempts after an error that may pass; -1: no end."},
      {"retriable.restart.connector.wait.ms", T::kLong, "10000", "> 0", S::kAccepted, "",
       "A lost server is tried again by `errors.retry.delay.*`, sooner than this."},
      {"internal.custom.retriable.exception", T::kRegex, "", "", S::kAccepted, "",
       "Errors of Java have no counterpart here."},
      {"max.queue.size", T::kInt, "8192", "> 0", S::kAccepted, "",
       "The queue is bounded in bytes here; must exceed `max.batch.size`."},
      {"max.batch.size", T::kInt, "2048", "> 0", S::kAccepted, "",
       "The queue is bounded in bytes here."},
      {"max.queue.size.in.bytes", T::kLong, "0", ">= 0", S::kSupported, "",
       "Bytes between source and sink; 0: 16 MiB."},
      {"poll.interval.ms", T::kLong, "500", "> 0", S::kAccepted, "", "Nothing is polled here."},
      {"poll.dispatch.interval.ms", T::kLong, "0", "", S::kAccepted, "", "Nothing is polled here."},
      {"queue.provider.type", T::kText, "memory", "", S::kRefused, "", "Another queue."},
      {"binlog.buffer.size", T::kInt, "0", ">= 0", S::kAccepted, "",
       "The server logs no transaction that is rolled back whole."},
      {"query.fetch.size", T::kInt, "0", ">= 0", S::kAccepted, "",
       "Read by nothing, here as in the original."},
      {"executor.shutdown.timeout.ms", T::kLong, "4000", "> 0", S::kAccepted, "",
       "A stop ends every wait within a second here."},
      {"custom.metric.tags", T::kText, "", "", S::kAccepted, "", "There is no JMX here."},
      {"statistics.metrics.enabled", T::kBool, "true", "", S::kAccepted, "",
       "Metrics do not change records."},
      {"internal.advanced.metrics.enable", T::kBool, "false", "", S::kAccepted, "", "As above."},
      {"openlineage.integration.enabled", T::kBool, "false", "", S::kRefused, "",
       "Lineage events."},
      {"openlineage.integration.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with lineage events only."},
  });
  return kTable;
}

}  // namespace tidemark

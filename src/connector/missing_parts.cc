// SPDX-License-Identifier: Apache-2.0
#include "connector/missing_parts.h"

#include <string_view>

namespace tidemark {

Status refuse_missing_parts(const Settings& settings) {
  const auto missing = [](std::string_view what, std::string_view instead) {
    return fail(ErrorKind::kUnsupported, std::string(what) + " is not there yet",
                std::string(instead));
  };
  if (settings.offset.kind == OffsetKind::kKafka)
    return missing("an offset topic", "set offset.storage.file.filename");
  if (settings.history.kind == HistoryKind::kKafka)
    return missing("schema.history.internal.kafka.topic", "leave it out");
  if (settings.history.kind == HistoryKind::kFile)
    return missing("schema.history.internal=FileSchemaHistory", "leave it out");
  return {};
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> own_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"tidemark.log.level", T::kEnum, "info", "debug info warn error", S::kSupported, "",
       "What is logged; wins over `quarkus.log.level`."},
      {"tidemark.data.dir", T::kPath, "tidemark-data", "", S::kSupported, "",
       "Folder of what stays on this machine (the status file, what prepared transactions hold) "
       "where offsets are kept in a topic; it is made. Else that is beside the offset file."},
      {"tidemark.kafka.oversize", T::kEnum, "stop", "stop divert", S::kSupported, "",
       "A record that is larger than its topic takes: end with its position, or put it into "
       "`tidemark.kafka.oversize.path`, count it and go on."},
      {"tidemark.kafka.oversize.path", T::kPath, "", "", S::kSupported, "",
       "The file with such records, JSON, one a line; required with `divert`."},
      {"tidemark.unknown.properties", T::kEnum, "fail", "fail warn", S::kSupported, "",
       "An unknown property is an error, or a warning."},
  });
  return kTable;
}

}  // namespace tidemark

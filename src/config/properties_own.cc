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
      {"tidemark.unknown.properties", T::kEnum, "fail", "fail warn", S::kSupported, "",
       "An unknown property is an error, or a warning."},
  });
  return kTable;
}

}  // namespace tidemark

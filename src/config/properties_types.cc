// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> type_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"decimal.handling.mode", T::kEnum, "precise", "precise double string", S::kRefused, "",
       "DECIMAL as exact number, double or text."},
      {"bigint.unsigned.handling.mode", T::kEnum, "long", "long precise", S::kRefused, "",
       "BIGINT UNSIGNED as signed 64 bits or exact number."},
      {"binary.handling.mode", T::kEnum, "bytes", "bytes base64 base64-url-safe hex", S::kRefused,
       "", "Binary columns as bytes or text."},
      {"time.precision.mode", T::kEnum, "adaptive_time_microseconds",
       "adaptive_time_microseconds connect isostring structured microseconds nanoseconds",
       S::kRefused, "",
       "Encoding of dates and times. `adaptive` is no longer supported by the original either."},
      {"enable.time.adjuster", T::kBool, "true", "", S::kSupported, "",
       "Years 0-69 become 2000-2069, 70-99 become 1970-1999."},
      {"event.converting.failure.handling.mode", T::kEnum, "warn", "warn fail skip", S::kSupported,
       "warn fail",
       "A value that does not fit its schema: none is known here, and one that appeared would stop "
       "the stream in either mode."},
      {"unavailable.value.placeholder", T::kText, "__debezium_unavailable_value", "", S::kSupported,
       "",
       "Stands for BLOB, TEXT and JSON values that binlog_row_image=NOBLOB leaves out. `hex:` and "
       "hexadecimal "
       "digits give its bytes."},
      {"converters", T::kList, "", "", S::kRefused, "", "Converters of columns."},
      {"post.processors", T::kList, "", "", S::kRefused, "", "Processors of rows."},
      {"post.processors.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with `post.processors` only."},
  });
  return kTable;
}

}  // namespace tidemark

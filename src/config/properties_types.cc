// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "config/property.h"

namespace tidemark {

std::span<const Property> type_properties() {
  using T = ValueType;
  using S = Support;
  static constexpr auto kTable = std::to_array<Property>({
      {"decimal.handling.mode", T::kEnum, "precise", "precise double string", S::kSupported, "",
       "DECIMAL as exact number, double or text."},
      {"bigint.unsigned.handling.mode", T::kEnum, "long", "long precise", S::kSupported, "",
       "BIGINT UNSIGNED as signed 64 bits or exact number."},
      {"binary.handling.mode", T::kEnum, "bytes", "bytes base64 base64-url-safe hex", S::kSupported,
       "", "Binary columns as bytes or text."},
      {"time.precision.mode", T::kEnum, "adaptive_time_microseconds",
       "adaptive_time_microseconds connect isostring structured microseconds nanoseconds",
       S::kSupported, "adaptive_time_microseconds connect isostring microseconds nanoseconds",
       "Encoding of dates and times. `adaptive` is no longer supported by the original either; "
       "`structured` is not in a released version of it."},
      {"enable.time.adjuster", T::kBool, "true", "", S::kSupported, "",
       "Years 0-69 become 2000-2069, 70-99 become 1970-1999."},
      {"event.converting.failure.handling.mode", T::kEnum, "warn", "warn fail skip", S::kSupported,
       "",
       "A value beyond what its form can say, such as `TIME '-01:00:00'` as time of a day: null, "
       "or the default, with a warning (`warn`) or without (`skip`); or the end of the stream, as "
       "it is where the column takes neither."},
      {"unavailable.value.placeholder", T::kText, "__debezium_unavailable_value", "", S::kSupported,
       "",
       "Stands for BLOB, TEXT and JSON values that binlog_row_image=NOBLOB leaves out. `hex:` and "
       "hexadecimal digits give its bytes."},
      {"converters", T::kList, "", "", S::kSupported, "",
       "Names of converters, tried in order; `<name>.type` is one of "
       "`io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter`, "
       "`..JdbcSinkDataTypesConverter`, `..ZeroDateFallbackConverter`, with their options "
       "`<name>.<option>`."},
      {"post.processors", T::kList, "", "", S::kRefused, "",
       "Processors of rows, such as "
       "`io.debezium.processors.reselect.ReselectColumnsPostProcessor`."},
      {"post.processors.<x>", T::kText, "", "", S::kAccepted, "",
       "Matters with `post.processors` only."},
  });
  return kTable;
}

}  // namespace tidemark

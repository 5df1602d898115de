// SPDX-License-Identifier: Apache-2.0
// Dates and times as Debezium's default precision mode prints them. Proleptic Gregorian calendar,
// no time zones: DATETIME counts as if it were UTC.
#pragma once

#include <cstddef>
#include <cstdint>

#include "change/value.h"

namespace tidemark {

inline constexpr std::size_t kZonedTimestampSizeMax = 32;

// Days since 1970-01-01 of a civil date (H. Hinnant, "chrono-Compatible Low-Level Date
// Algorithms").
constexpr std::int64_t days_from_civil(int year, unsigned month, unsigned day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const auto of_era = static_cast<unsigned>(y - era * 400);
  const unsigned of_year = (153U * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return std::int64_t{era} * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

// Is it a day of the calendar? Zero parts and days such as 31 February, which MySQL can store, are
// not; year 0 is not either, as in the original while it streams.
bool is_calendar_date(const Civil& civil);

// Debezium's enable.time.adjuster: years 1..69 become 2001..2069, 70..99 become 1970..1999.
constexpr Civil adjusted(Civil civil) {
  if (civil.year >= 0 && civil.year <= 69) {
    civil.year = static_cast<std::int16_t>(civil.year + 2000);
  } else if (civil.year >= 70 && civil.year <= 99) {
    civil.year = static_cast<std::int16_t>(civil.year + 1900);
  }
  return civil;
}

// Days since the epoch, and the same instant in microseconds; a calendar date is taken for granted.
inline std::int64_t epoch_day(const Civil& civil) {
  return days_from_civil(civil.year, civil.month, civil.day);
}
inline std::int64_t epoch_second(const Civil& civil) {
  return epoch_day(civil) * 86400 + civil.hour * 3600 + civil.minute * 60 + civil.second;
}

// Digits of a fraction without its trailing zeros: 0 .. 6.
constexpr unsigned trimmed_digits(std::uint32_t micros) {
  unsigned digits = 6;
  for (; digits > 0 && micros % 10 == 0; micros /= 10) --digits;
  return digits;
}

// Quoted ISO instant with exactly `fraction_digits` (0..6) digits: "2024-02-29T01:02:03.120Z".
// Unchecked: kZonedTimestampSizeMax bytes.
char* write_zoned_timestamp(char* out, std::int64_t epoch_us, unsigned fraction_digits);
// The same without trailing zeros in the fraction.
char* write_trimmed_timestamp(char* out, std::int64_t epoch_us);

// Quoted texts of time.precision.mode=isostring, fractions without trailing zeros:
// "2024-02-29Z", "01:02:03.5Z", "2024-02-29T01:02:03.5Z". Unchecked: kZonedTimestampSizeMax bytes.
char* write_iso_date(char* out, const Civil& civil);
char* write_iso_time(char* out, std::int64_t of_day_us);  // 0 .. a day; a day prints 00:00:00Z
char* write_iso_timestamp(char* out, const Civil& civil, std::uint32_t micros);

}  // namespace tidemark

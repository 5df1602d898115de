// SPDX-License-Identifier: Apache-2.0
#include "encode/temporal_text.h"

#include "encode/json_text.h"

namespace tidemark {
namespace {

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned days_in_month(int year, unsigned month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

struct YearMonthDay {
  unsigned year;
  unsigned month;
  unsigned day;
};

// Inverse of days_from_civil for years 0 and later.
YearMonthDay civil_from_days(std::int64_t days) {
  const auto shifted = static_cast<std::uint64_t>(days + 719468);
  const auto era = static_cast<unsigned>(shifted / 146097);
  const auto day_of_era = static_cast<unsigned>(shifted % 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * of_year + 2) / 153;
  const unsigned day = of_year - (153 * shifted_month + 2) / 5 + 1;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// The leading `digits` of six fraction digits; nothing for none.
char* write_fraction(char* out, unsigned micros, unsigned digits) {
  if (digits == 0) return out;
  *out++ = '.';
  write_2(out, micros / 10000);
  write_4(out + 2, micros % 10000);
  return out + digits;
}

char* write_date(char* out, const YearMonthDay& date) {
  out = write_4(out, date.year);
  *out++ = '-';
  out = write_2(out, date.month);
  *out++ = '-';
  return write_2(out, date.day);
}

char* write_clock(char* out, unsigned of_day) {
  out = write_2(out, of_day / 3600);
  *out++ = ':';
  out = write_2(out, of_day / 60 % 60);
  *out++ = ':';
  return write_2(out, of_day % 60);
}

YearMonthDay date_of(const Civil& civil) {
  return {static_cast<unsigned>(civil.year), civil.month, civil.day};
}

}  // namespace

bool is_calendar_date(const Civil& civil) {
  if (civil.year == 0 || civil.month == 0 || civil.day == 0) return false;
  if (civil.day <= 28) return civil.month <= 12;
  return civil.month <= 12 && civil.day <= days_in_month(civil.year, civil.month);
}

char* write_zoned_timestamp(char* out, std::int64_t epoch_us, unsigned fraction_digits) {
  std::int64_t seconds = epoch_us / 1'000'000;
  std::int64_t micros = epoch_us % 1'000'000;
  if (micros < 0) {
    micros += 1'000'000;
    --seconds;
  }
  std::int64_t days = seconds / 86400;
  std::int64_t of_day = seconds % 86400;
  if (of_day < 0) {
    of_day += 86400;
    --days;
  }
  const YearMonthDay date = civil_from_days(days);
  const auto clock = static_cast<unsigned>(of_day);
  *out++ = '"';
  out = write_date(out, date);
  *out++ = 'T';
  out = write_clock(out, clock);
  out = write_fraction(out, static_cast<unsigned>(micros), fraction_digits);
  return write_literal(out, "Z\"");
}

char* write_trimmed_timestamp(char* out, std::int64_t epoch_us) {
  const std::int64_t micros = (epoch_us % 1'000'000 + 1'000'000) % 1'000'000;
  return write_zoned_timestamp(out, epoch_us, trimmed_digits(static_cast<std::uint32_t>(micros)));
}

char* write_iso_date(char* out, const Civil& civil) {
  *out++ = '"';
  out = write_date(out, date_of(civil));
  return write_literal(out, "Z\"");
}

char* write_iso_time(char* out, std::int64_t of_day_us) {
  const auto micros = static_cast<std::uint32_t>(of_day_us % 1'000'000);
  *out++ = '"';
  out = write_clock(out, static_cast<unsigned>(of_day_us / 1'000'000 % 86400));
  out = write_fraction(out, micros, trimmed_digits(micros));
  return write_literal(out, "Z\"");
}

char* write_iso_timestamp(char* out, const Civil& civil, std::uint32_t micros) {
  *out++ = '"';
  out = write_date(out, date_of(civil));
  *out++ = 'T';
  out = write_clock(out, civil.hour * 3600U + civil.minute * 60U + civil.second);
  out = write_fraction(out, micros, trimmed_digits(micros));
  return write_literal(out, "Z\"");
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/temporal.h"

#include <array>
#include <chrono>

#include "base/bytes.h"

namespace tidemark {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr unsigned kHoursMax = 838;  // of TIME
constexpr std::array<std::uint32_t, kFractionDigitsMax + 1> kMicrosPerUnit{
    1'000'000, 100'000, 10'000, 1000, 100, 10, 1};

// The fraction after the seconds; each byte holds two digits.
bool decode_fraction(const std::uint8_t* p, unsigned digits, std::uint32_t* micros) {
  constexpr std::array<std::uint32_t, 4> kScale{0, 10'000, 100, 1};
  const std::size_t size = fraction_bytes(digits);
  *micros = static_cast<std::uint32_t>(load_be(p, size)) * kScale[size];
  return *micros < kMicros;
}

bool valid(const Civil& c) {
  return c.year <= 9999 && c.month <= 12 && c.hour <= 23 && c.minute <= 59 && c.second <= 59;
}

// year * 13 + month in 17 bits, day 5, hour 5, minute 6, second 6; the form DATETIME and JSON share.
bool split_datetime(std::uint64_t packed, Civil* out) {
  const auto year_month = static_cast<std::uint32_t>(packed >> 22);
  out->year = static_cast<std::int16_t>(year_month / 13);
  out->month = static_cast<std::uint8_t>(year_month % 13);
  out->day = static_cast<std::uint8_t>((packed >> 17) & 0x1F);
  out->hour = static_cast<std::uint8_t>((packed >> 12) & 0x1F);
  out->minute = static_cast<std::uint8_t>((packed >> 6) & 0x3F);
  out->second = static_cast<std::uint8_t>(packed & 0x3F);
  return year_month < 13 * 10'000 && valid(*out);
}

// hour 10 bits, minute 6, second 6.
bool split_time(std::uint64_t packed, std::uint32_t micros, bool negative, std::int64_t* out) {
  const auto hour = static_cast<std::int64_t>((packed >> 12) & 0x3FF);
  const auto minute = static_cast<std::int64_t>((packed >> 6) & 0x3F);
  const auto second = static_cast<std::int64_t>(packed & 0x3F);
  const std::int64_t value = ((hour * 60 + minute) * 60 + second) * kMicros + micros;
  *out = negative ? -value : value;
  return hour <= kHoursMax && minute <= 59 && second <= 59 && (packed >> 22) == 0;
}

std::int64_t epoch_days(const Civil& c) {
  const std::chrono::year_month_day date{std::chrono::year{c.year}, std::chrono::month{c.month},
                                         std::chrono::day{c.day}};
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

// Reads exactly `count` digits.
bool take_digits(std::string_view& text, std::size_t count, std::uint32_t* out) {
  if (text.size() < count) return false;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[i];
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  text.remove_prefix(count);
  *out = value;
  return true;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text[0] != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// Nothing, or a point and one to six digits up to the end.
bool take_fraction(std::string_view text, std::uint32_t* micros) {
  *micros = 0;
  if (text.empty()) return true;
  if (!take_char(text, '.') || text.empty() || text.size() > kFractionDigitsMax) return false;
  const std::size_t digits = text.size();
  std::uint32_t value = 0;
  if (!take_digits(text, digits, &value)) return false;
  *micros = value * kMicrosPerUnit[digits];
  return true;
}

bool take_date(std::string_view& text, Civil* out) {
  std::uint32_t year = 0;
  std::uint32_t month = 0;
  std::uint32_t day = 0;
  if (!take_digits(text, 4, &year) || !take_char(text, '-') || !take_digits(text, 2, &month) ||
      !take_char(text, '-') || !take_digits(text, 2, &day)) {
    return false;
  }
  *out = {};
  out->year = static_cast<std::int16_t>(year);
  out->month = static_cast<std::uint8_t>(month);
  out->day = static_cast<std::uint8_t>(day);
  return month <= 12 && day <= 31;
}

// ":MM:SS" after the hours.
bool take_minutes(std::string_view& text, std::uint32_t* minute, std::uint32_t* second) {
  return take_char(text, ':') && take_digits(text, 2, minute) && take_char(text, ':') &&
         take_digits(text, 2, second) && *minute <= 59 && *second <= 59;
}

void append_padded(std::string& out, std::uint32_t value, std::size_t width) {
  std::array<char, 10> digits;
  std::size_t at = digits.size();
  for (std::size_t i = 0; i < width || value != 0; ++i, value /= 10) {
    digits[--at] = static_cast<char>('0' + value % 10);
  }
  out.append(digits.data() + at, digits.size() - at);
}

void append_fraction(std::string& out, std::uint32_t micros, unsigned digits) {
  if (digits == 0) return;
  out += '.';
  append_padded(out, micros / kMicrosPerUnit[digits], digits);
}

void append_clock(std::string& out, std::uint32_t hour, std::uint32_t minute,
                  std::uint32_t second) {
  append_padded(out, hour, 2);
  out += ':';
  append_padded(out, minute, 2);
  out += ':';
  append_padded(out, second, 2);
}

}  // namespace

bool decode_date(const std::uint8_t* p, Civil* out) {
  const std::uint32_t packed = load_le24(p);
  *out = {};
  out->day = static_cast<std::uint8_t>(packed & 0x1F);
  out->month = static_cast<std::uint8_t>((packed >> 5) & 0x0F);
  out->year = static_cast<std::int16_t>(packed >> 9);
  return valid(*out);
}

bool decode_datetime2(const std::uint8_t* p, unsigned digits, Civil* out, std::uint32_t* micros) {
  const std::uint64_t stored = load_be(p, 5);
  constexpr std::uint64_t kSign = 0x8000000000;
  return (stored & kSign) != 0 && split_datetime(stored ^ kSign, out) &&
         decode_fraction(p + 5, digits, micros);
}

bool decode_time2(const std::uint8_t* p, unsigned digits, std::int64_t* out) {
  // Seconds and fraction are one number, stored with an offset, so that bytes sort as values do.
  const std::size_t size = fraction_bytes(digits);
  const auto fraction_bits = static_cast<unsigned>(8 * size);
  const auto stored = static_cast<std::int64_t>(load_be(p, 3 + size));
  const std::int64_t number = stored - (std::int64_t{0x800000} << fraction_bits);
  const bool negative = number < 0;
  const auto magnitude = static_cast<std::uint64_t>(negative ? -number : number);
  std::array<std::uint8_t, 3> fraction{};
  for (std::size_t i = 0; i < size; ++i) {
    fraction[i] = static_cast<std::uint8_t>(magnitude >> (8 * (size - 1 - i)));
  }
  std::uint32_t micros = 0;
  return decode_fraction(fraction.data(), digits, &micros) &&
         split_time(magnitude >> fraction_bits, micros, negative, out);
}

bool decode_timestamp2(const std::uint8_t* p, unsigned digits, std::int64_t* out) {
  std::uint32_t micros = 0;
  if (!decode_fraction(p + 4, digits, &micros)) return false;
  *out = static_cast<std::int64_t>(load_be(p, 4)) * kMicros + micros;
  return true;
}

bool decode_old_time(const std::uint8_t* p, std::int64_t* out) {
  const std::uint32_t raw = load_le24(p);
  const bool negative = (raw & 0x800000) != 0;
  const std::uint32_t number = negative ? 0x1000000 - raw : raw;  // HHMMSS as a decimal number
  const std::uint32_t hour = number / 10'000;
  const std::uint32_t minute = number / 100 % 100;
  const std::uint32_t second = number % 100;
  const std::int64_t seconds = (std::int64_t{hour} * 60 + minute) * 60 + second;
  *out = (negative ? -seconds : seconds) * kMicros;
  return hour <= kHoursMax && minute <= 59 && second <= 59;
}

bool decode_hires_time(const std::uint8_t* p, unsigned digits, std::int64_t* out) {
  constexpr std::int64_t kZero = 3'020'400;  // one second more than the least value has
  const auto value = static_cast<std::int64_t>(load_be(p, hires_time_bytes(digits)));
  const std::int64_t unit = kMicrosPerUnit[digits];
  *out = value * unit - kZero * 1'000'000;
  return *out > -kZero * 1'000'000 && *out < kZero * 1'000'000;
}

bool decode_hires_datetime(const std::uint8_t* p, unsigned digits, Civil* out,
                           std::uint32_t* micros) {
  const std::uint64_t units_per_second = 1'000'000 / kMicrosPerUnit[digits];
  std::uint64_t left = load_be(p, hires_datetime_bytes(digits));
  const auto take = [&](std::uint64_t base) {
    const std::uint64_t part = left % base;
    left /= base;
    return part;
  };
  *out = {};
  *micros = static_cast<std::uint32_t>(take(units_per_second) * kMicrosPerUnit[digits]);
  out->second = static_cast<std::uint8_t>(take(60));
  out->minute = static_cast<std::uint8_t>(take(60));
  out->hour = static_cast<std::uint8_t>(take(24));
  out->day = static_cast<std::uint8_t>(take(32));
  out->month = static_cast<std::uint8_t>(take(13));
  if (left > 9999) return false;
  out->year = static_cast<std::int16_t>(left);
  return true;
}

bool decode_hires_timestamp(const std::uint8_t* p, unsigned digits, std::int64_t* out) {
  const std::uint64_t units = load_be(p + 4, hires_timestamp_bytes(digits) - 4);
  const std::uint64_t micros = units * kMicrosPerUnit[digits];
  if (micros >= 1'000'000) return false;
  *out = static_cast<std::int64_t>(load_be(p, 4) * 1'000'000 + micros);
  return true;
}

bool decode_old_datetime(const std::uint8_t* p, Civil* out) {
  const auto number = load_le<std::uint64_t>(p);  // YYYYMMDDhhmmss as a decimal number
  if (number > 99991231235959) return false;
  const auto date = static_cast<std::uint32_t>(number / 1'000'000);
  const auto clock = static_cast<std::uint32_t>(number % 1'000'000);
  out->year = static_cast<std::int16_t>(date / 10'000);
  out->month = static_cast<std::uint8_t>(date / 100 % 100);
  out->day = static_cast<std::uint8_t>(date % 100);
  out->hour = static_cast<std::uint8_t>(clock / 10'000);
  out->minute = static_cast<std::uint8_t>(clock / 100 % 100);
  out->second = static_cast<std::uint8_t>(clock % 100);
  return valid(*out) && out->day <= 31;
}

std::int64_t decode_old_timestamp(const std::uint8_t* p) {
  return std::int64_t{load_le<std::uint32_t>(p)} * kMicros;
}

bool decode_packed_datetime(std::int64_t packed, Civil* out, std::uint32_t* micros) {
  if (packed < 0) return false;
  *micros = static_cast<std::uint32_t>(packed & 0xFFFFFF);
  return *micros < kMicros && split_datetime(static_cast<std::uint64_t>(packed) >> 24, out);
}

bool decode_packed_time(std::int64_t packed, std::int64_t* out) {
  const bool negative = packed < 0;
  const std::uint64_t magnitude =
      negative ? ~static_cast<std::uint64_t>(packed) + 1 : static_cast<std::uint64_t>(packed);
  const auto micros = static_cast<std::uint32_t>(magnitude & 0xFFFFFF);
  return micros < kMicros && split_time(magnitude >> 24, micros, negative, out);
}

bool parse_date(std::string_view text, Civil* out) { return take_date(text, out) && text.empty(); }

bool parse_datetime(std::string_view text, Civil* out, std::uint32_t* micros) {
  std::uint32_t hour = 0;
  std::uint32_t minute = 0;
  std::uint32_t second = 0;
  if (!take_date(text, out) || !take_char(text, ' ') || !take_digits(text, 2, &hour) || hour > 23 ||
      !take_minutes(text, &minute, &second)) {
    return false;
  }
  out->hour = static_cast<std::uint8_t>(hour);
  out->minute = static_cast<std::uint8_t>(minute);
  out->second = static_cast<std::uint8_t>(second);
  return take_fraction(text, micros);
}

bool parse_time(std::string_view text, std::int64_t* out) {
  const bool negative = take_char(text, '-');
  const std::size_t hour_digits = text.find(':');
  std::uint32_t hour = 0;
  std::uint32_t minute = 0;
  std::uint32_t second = 0;
  std::uint32_t micros = 0;
  if (hour_digits < 2 || hour_digits > 3 || !take_digits(text, hour_digits, &hour) ||
      hour > kHoursMax || !take_minutes(text, &minute, &second) || !take_fraction(text, &micros)) {
    return false;
  }
  const std::int64_t value = ((std::int64_t{hour} * 60 + minute) * 60 + second) * kMicros + micros;
  *out = negative ? -value : value;
  return true;
}

bool parse_timestamp(std::string_view text, std::int64_t* out) {
  Civil c;
  std::uint32_t micros = 0;
  if (!parse_datetime(text, &c, &micros)) return false;
  if (c.month == 0) {  // the zero date, the only one a TIMESTAMP can hold
    *out = 0;
    return c == Civil{} && micros == 0;
  }
  if (c.day == 0) return false;
  const std::int64_t seconds =
      epoch_days(c) * 86'400 + ((std::int64_t{c.hour} * 60 + c.minute) * 60 + c.second);
  *out = seconds * kMicros + micros;
  return true;
}

void append_date(std::string& out, const Civil& civil) {
  append_padded(out, static_cast<std::uint32_t>(civil.year), 4);
  out += '-';
  append_padded(out, civil.month, 2);
  out += '-';
  append_padded(out, civil.day, 2);
}

void append_datetime(std::string& out, const Civil& civil, std::uint32_t micros, unsigned digits) {
  append_date(out, civil);
  out += ' ';
  append_clock(out, civil.hour, civil.minute, civil.second);
  append_fraction(out, micros, digits);
}

void append_time(std::string& out, std::int64_t micros, unsigned digits) {
  if (micros < 0) out += '-';
  const auto magnitude = static_cast<std::uint64_t>(micros < 0 ? -micros : micros);
  const auto seconds = static_cast<std::uint32_t>(magnitude / kMicros);
  append_clock(out, seconds / 3600, seconds / 60 % 60, seconds % 60);
  append_fraction(out, static_cast<std::uint32_t>(magnitude % kMicros), digits);
}

void append_timestamp(std::string& out, std::int64_t micros, unsigned digits) {
  if (micros == 0) return append_datetime(out, Civil{}, 0, digits);
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::microseconds> time{chrono::microseconds{micros}};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{day};
  const auto clock = (time - day).count();
  Civil civil;
  civil.year = static_cast<std::int16_t>(static_cast<int>(date.year()));
  civil.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
  civil.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
  civil.hour = static_cast<std::uint8_t>(clock / 3'600'000'000);
  civil.minute = static_cast<std::uint8_t>(clock / 60'000'000 % 60);
  civil.second = static_cast<std::uint8_t>(clock / kMicros % 60);
  append_datetime(out, civil, static_cast<std::uint32_t>(clock % kMicros), digits);
}

}  // namespace tidemark

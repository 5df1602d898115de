// SPDX-License-Identifier: Apache-2.0
// Dates and times as the server stores them: the current forms with fractions and the old ones of
// tables made before 5.6. Zero and impossible dates (2024-02-31) are values; parts beyond any calendar
// or clock are not.
// Layout:  docs/formats/temporal.md (server: mysys/my_time.cc)
// Errors:  false where the bytes hold no such value; sizes are the caller's business
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "change/value.h"

namespace tidemark {

inline constexpr unsigned kFractionDigitsMax = 6;

// Bytes that follow the seconds for so many fraction digits, 0 to 6.
constexpr std::size_t fraction_bytes(unsigned digits) { return (digits + 1) / 2; }
constexpr std::size_t timestamp2_bytes(unsigned digits) { return 4 + fraction_bytes(digits); }
constexpr std::size_t datetime2_bytes(unsigned digits) { return 5 + fraction_bytes(digits); }
constexpr std::size_t time2_bytes(unsigned digits) { return 3 + fraction_bytes(digits); }

bool decode_date(const std::uint8_t* p, Civil* out);
bool decode_datetime2(const std::uint8_t* p, unsigned digits, Civil* out, std::uint32_t* micros);
// Signed microseconds.
bool decode_time2(const std::uint8_t* p, unsigned digits, std::int64_t* out);
// Microseconds since the epoch; 0 is the zero date.
bool decode_timestamp2(const std::uint8_t* p, unsigned digits, std::int64_t* out);

bool decode_old_time(const std::uint8_t* p, std::int64_t* out);
bool decode_old_datetime(const std::uint8_t* p, Civil* out);
std::int64_t decode_old_timestamp(const std::uint8_t* p);

// MariaDB's own forms with fractions (mysql56_temporal_format=OFF), `digits` 1 to 6: one big-endian number
// of 10^-digits seconds. Their digits are not on the wire.
constexpr std::size_t hires_time_bytes(unsigned digits) { return 3 + (digits + 3) / 3; }
constexpr std::size_t hires_datetime_bytes(unsigned digits) { return hires_time_bytes(digits) + 2; }
constexpr std::size_t hires_timestamp_bytes(unsigned digits) { return timestamp2_bytes(digits); }
bool decode_hires_time(const std::uint8_t* p, unsigned digits, std::int64_t* out);
bool decode_hires_datetime(const std::uint8_t* p, unsigned digits, Civil* out,
                           std::uint32_t* micros);
bool decode_hires_timestamp(const std::uint8_t* p, unsigned digits, std::int64_t* out);

// Packed forms inside JSON documents.
bool decode_packed_datetime(std::int64_t packed, Civil* out, std::uint32_t* micros);
bool decode_packed_time(std::int64_t packed, std::int64_t* out);

// Server text: "2024-02-29", "2024-02-29 23:59:58.123", "-838:59:59.000000", "0000-00-00".
bool parse_date(std::string_view text, Civil* out);
bool parse_datetime(std::string_view text, Civil* out, std::uint32_t* micros);
bool parse_time(std::string_view text, std::int64_t* out);
// In the zone UTC.
bool parse_timestamp(std::string_view text, std::int64_t* out);

// Server text with exactly `digits` fraction digits.
void append_date(std::string& out, const Civil& civil);
void append_datetime(std::string& out, const Civil& civil, std::uint32_t micros, unsigned digits);
void append_time(std::string& out, std::int64_t micros, unsigned digits);
// In the zone UTC; 0 reads 0000-00-00 00:00:00.
void append_timestamp(std::string& out, std::int64_t micros, unsigned digits);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/temporal.h"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <random>
#include <vector>

#include "base/bytes.h"

namespace tidemark {
namespace {

using namespace std::string_view_literals;

using Raw = std::vector<std::uint8_t>;

std::uint32_t below(std::mt19937& random, std::uint32_t limit) {
  return static_cast<std::uint32_t>(random() % limit);
}

void put_be(Raw& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// What is stored for a fraction: hundredths in one byte, 1/10000 in two, microseconds in three.
std::uint64_t stored_fraction(std::uint32_t micros, unsigned digits) {
  constexpr std::uint32_t kPer[] = {0, 10'000, 100, 1};
  const std::size_t size = fraction_bytes(digits);
  return size == 0 ? 0 : micros / kPer[size];
}

// `micros` cut to so many digits.
std::uint32_t cut(std::uint32_t micros, unsigned digits) {
  std::uint32_t unit = 1'000'000;
  for (unsigned i = 0; i < digits; ++i) unit /= 10;
  return micros / unit * unit;
}

TEST(Temporal, TimeOfEveryPrecisionAndSignReadsBack) {
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    const unsigned digits = below(random, 7);
    const std::uint32_t hour = below(random, 839);
    const std::uint32_t minute = below(random, 60);
    const std::uint32_t second = below(random, 60);
    const std::uint32_t micros = cut(below(random, 1'000'000), digits);
    const bool negative = below(random, 2) == 1;
    const std::size_t size = fraction_bytes(digits);
    const auto packed =
        static_cast<std::int64_t>((std::uint64_t{hour} << 12 | minute << 6 | second) << (8 * size) |
                                  stored_fraction(micros, digits));
    Raw raw;
    const std::int64_t offset = std::int64_t{0x800000} << (8 * size);
    put_be(raw, static_cast<std::uint64_t>(offset + (negative ? -packed : packed)), 3 + size);
    std::int64_t value = 0;
    ASSERT_TRUE(decode_time2(raw.data(), digits, &value));
    const std::int64_t magnitude =
        ((std::int64_t{hour} * 60 + minute) * 60 + second) * 1'000'000 + micros;
    ASSERT_EQ(value, negative ? -magnitude : magnitude);
    std::string text;
    append_time(text, value, digits);
    std::int64_t parsed = 0;
    ASSERT_TRUE(parse_time(text, &parsed)) << text;
    ASSERT_EQ(parsed, value) << text;
  }
}

TEST(Temporal, DatetimeOfEveryPrecisionReadsBack) {
  std::mt19937 random(13);
  for (int round = 0; round < 20'000; ++round) {
    const unsigned digits = below(random, 7);
    Civil civil;
    civil.year = static_cast<std::int16_t>(below(random, 10'000));
    civil.month = static_cast<std::uint8_t>(below(random, 13));
    civil.day = static_cast<std::uint8_t>(below(random, 32));
    civil.hour = static_cast<std::uint8_t>(below(random, 24));
    civil.minute = static_cast<std::uint8_t>(below(random, 60));
    civil.second = static_cast<std::uint8_t>(below(random, 60));
    const std::uint32_t micros = cut(below(random, 1'000'000), digits);
    const std::uint64_t packed = (static_cast<std::uint64_t>(civil.year) * 13 + civil.month) << 22 |
                                 static_cast<std::uint64_t>(civil.day) << 17 |
                                 static_cast<std::uint64_t>(civil.hour) << 12 |
                                 static_cast<std::uint64_t>(civil.minute) << 6 | civil.second;
    Raw raw;
    put_be(raw, packed + 0x8000000000, 5);
    put_be(raw, stored_fraction(micros, digits), fraction_bytes(digits));
    Civil decoded;
    std::uint32_t decoded_micros = 0;
    ASSERT_TRUE(decode_datetime2(raw.data(), digits, &decoded, &decoded_micros));
    ASSERT_EQ(decoded, civil);
    ASSERT_EQ(decoded_micros, micros);
    std::string text;
    append_datetime(text, decoded, decoded_micros, digits);
    Civil parsed;
    ASSERT_TRUE(parse_datetime(text, &parsed, &decoded_micros)) << text;
    ASSERT_EQ(parsed, civil) << text;
    ASSERT_EQ(decoded_micros, micros) << text;
  }
}

TEST(Temporal, TimestampAgreesWithTheCLibrary) {
  std::mt19937 random(17);
  for (int round = 0; round < 20'000; ++round) {
    const auto seconds = static_cast<std::time_t>(1 + below(random, 4'294'967'294U));
    Raw raw;
    put_be(raw, static_cast<std::uint64_t>(seconds), 4);
    std::int64_t value = 0;
    ASSERT_TRUE(decode_timestamp2(raw.data(), 0, &value));
    ASSERT_EQ(value, seconds * 1'000'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> expected{};
    std::strftime(expected.data(), expected.size(), "%Y-%m-%d %H:%M:%S", &parts);
    std::string text;
    append_timestamp(text, value, 0);
    ASSERT_EQ(text, expected.data());
    std::int64_t parsed = 0;
    ASSERT_TRUE(parse_timestamp(text, &parsed));
    ASSERT_EQ(parsed, value);
  }
}

TEST(Temporal, ZeroTimestampIsZero) {
  std::int64_t value = 1;
  EXPECT_TRUE(parse_timestamp("0000-00-00 00:00:00.000", &value));
  EXPECT_EQ(value, 0);
  EXPECT_FALSE(parse_timestamp("2024-00-01 00:00:00", &value));
  EXPECT_FALSE(parse_timestamp("2024-01-00 00:00:00", &value));
}

TEST(Temporal, OldFormsReadTheirDecimalNumbers) {
  std::int64_t time = 0;
  const Raw positive{0xB3, 0x23, 0x00};  // 9139: 00:91:39
  EXPECT_FALSE(decode_old_time(positive.data(), &time));
  const Raw clock{0x40, 0xE2, 0x01};  // 123456
  ASSERT_TRUE(decode_old_time(clock.data(), &time));
  EXPECT_EQ(time, ((12 * 60 + 34) * 60 + 56) * 1'000'000LL);
  const Raw negative{0xC0, 0x1D, 0xFE};  // -123456
  ASSERT_TRUE(decode_old_time(negative.data(), &time));
  EXPECT_EQ(time, -((12 * 60 + 34) * 60 + 56) * 1'000'000LL);
  Civil civil;
  Raw datetime;
  for (std::uint64_t n = 20240229123456; datetime.size() < 8; n >>= 8) {
    datetime.push_back(static_cast<std::uint8_t>(n));
  }
  ASSERT_TRUE(decode_old_datetime(datetime.data(), &civil));
  EXPECT_EQ(civil, (Civil{2024, 2, 29, 12, 34, 56}));
  EXPECT_FALSE(decode_old_datetime(Raw(8, 0xFF).data(), &civil));
}

TEST(Temporal, PartsBeyondTheClockAreRefused) {
  std::int64_t value = 0;
  Civil civil;
  std::uint32_t micros = 0;
  EXPECT_FALSE(decode_time2(Raw{0x80, 0x0F, 0xC0}.data(), 0, &value));            // minute 63
  EXPECT_FALSE(decode_time2(Raw{0xB4, 0x70, 0x00}.data(), 0, &value));            // hour 839
  EXPECT_FALSE(decode_time2(Raw{0x80, 0x00, 0x00, 0x64}.data(), 2, &value));  // 100 hundredths
  EXPECT_FALSE(
      decode_datetime2(Raw{0x80, 0, 0x01, 0x80, 0}.data(), 0, &civil, &micros));  // hour 24
  EXPECT_FALSE(decode_datetime2(Raw{0x00, 0, 0, 0, 0}.data(), 0, &civil, &micros));  // negative
  EXPECT_FALSE(decode_datetime2(Raw{0xFF, 0xFF, 0xFF, 0xFF, 0xFF}.data(), 0, &civil, &micros));
  EXPECT_FALSE(decode_date(Raw{0xA1, 0x01, 0x00}.data(), &civil));  // month 13
  EXPECT_FALSE(decode_date(Raw{0xFF, 0xFF, 0xFF}.data(), &civil));
  EXPECT_FALSE(decode_timestamp2(Raw{0, 0, 0, 1, 0xFF, 0xFF, 0xFF}.data(), 6, &value));
  EXPECT_FALSE(decode_packed_datetime(-1, &civil, &micros));
  EXPECT_FALSE(decode_packed_time(0xFFFFFF, &value));
}

TEST(Temporal, ServerTextOfAnotherShapeIsRefused) {
  Civil civil;
  std::uint32_t micros = 0;
  std::int64_t value = 0;
  for (const std::string_view bad :
       {"", "2024", "2024-1-1", "2024-13-01", "2024-01-32", "2024-01-01 "}) {
    EXPECT_FALSE(parse_date(bad, &civil)) << bad;
  }
  for (const std::string_view bad : {"2024-01-01", "2024-01-01 24:00:00", "2024-01-01 00:60:00",
                                     "2024-01-01 00:00:00.", "2024-01-01 00:00:00.1234567"}) {
    EXPECT_FALSE(parse_datetime(bad, &civil, &micros)) << bad;
  }
  for (const std::string_view bad :
       {"", "1:00:00", "1000:00:00", "839:00:00", "00:60:00", "00:00:00x"}) {
    EXPECT_FALSE(parse_time(bad, &value)) << bad;
  }
}

// Bytes from the binlog of MariaDB 10.11 with mysql56_temporal_format=OFF.
TEST(Temporal, MariaDbsOwnFormsWithFractions) {
  const auto bytes = [](std::string_view raw) { return as_bytes(raw).data(); };
  std::int64_t time = 0;
  EXPECT_TRUE(decode_hires_time(bytes("\x01\xcd\x71\xcf"), 1, &time));
  EXPECT_EQ(time, 3'723'100'000);
  EXPECT_TRUE(decode_hires_time(bytes("\x00\x00\x00\x03\xe8"sv), 3, &time));
  EXPECT_EQ(time, -3'020'399'000'000);
  EXPECT_TRUE(decode_hires_time(bytes("\x46\x52\xfb\x1f\x61"), 5, &time));
  EXPECT_EQ(time, -999'990);
  EXPECT_TRUE(decode_hires_time(bytes("\x02\xbf\x3d\xcf\x39\xc1"), 6, &time));
  EXPECT_EQ(time, -999'999);
  EXPECT_FALSE(decode_hires_time(bytes("\x00\x00\x00\x00"sv), 1, &time));

  Civil civil;
  std::uint32_t micros = 0;
  EXPECT_TRUE(decode_hires_datetime(bytes("\x00\xa9\x65\xae\x41\xed"sv), 1, &civil, &micros));
  EXPECT_EQ(civil, (Civil{2024, 2, 29, 23, 59, 58}));
  EXPECT_EQ(micros, 100'000U);
  EXPECT_TRUE(decode_hires_datetime(bytes("\x01\x02\x7a\xc7\x05\x58\x9d\xc0"), 6, &civil, &micros));
  EXPECT_EQ(micros, 123'456U);
  EXPECT_TRUE(
      decode_hires_datetime(bytes(std::string_view("\0\0\0\0\0\0\0", 7)), 3, &civil, &micros));
  EXPECT_EQ(civil, Civil());

  std::int64_t stamp = 0;
  EXPECT_TRUE(decode_hires_timestamp(bytes("\x65\xe1\x1a\x7e\x04\xd2"), 4, &stamp));
  EXPECT_EQ(stamp, 1'709'251'198'123'400);
  EXPECT_TRUE(decode_hires_timestamp(bytes("\x65\xe1\x1a\x7e\x01\xe2\x40"), 6, &stamp));
  EXPECT_EQ(stamp, 1'709'251'198'123'456);
  EXPECT_EQ(hires_datetime_bytes(1), 6U);
  EXPECT_EQ(hires_datetime_bytes(6), 8U);
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/json.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tidemark {
namespace {

using Raw = std::vector<std::uint8_t>;

std::string text_of(const Raw& raw) {
  std::string out;
  const Status status = append_json_text(out, raw);
  return status ? out : "refused: " + status.error().message();
}

std::string text_of(double value) {
  std::string out;
  append_json_double(out, value);
  return out;
}

// What CAST(CAST(<literal> AS DOUBLE) AS JSON) printed on MySQL 9.7.
TEST(Json, DoublesReadAsTheServerPrintsThem) {
  EXPECT_EQ(text_of(1e20), "1e20");
  EXPECT_EQ(text_of(1e-5), "0.00001");
  EXPECT_EQ(text_of(100.0), "100.0");
  EXPECT_EQ(text_of(0.1), "0.1");
  EXPECT_EQ(text_of(1.7976931348623157e308), "1.7976931348623157e308");
  EXPECT_EQ(text_of(-0.0), "-0.0");
  EXPECT_EQ(text_of(123456789012345680.0), "1.2345678901234568e17");
  EXPECT_EQ(text_of(1e15), "1e15");
  EXPECT_EQ(text_of(1e14), "100000000000000.0");
  EXPECT_EQ(text_of(123456789012345.0), "123456789012345.0");
  EXPECT_EQ(text_of(1234567890123456.0), "1.234567890123456e15");
  EXPECT_EQ(text_of(1e-15), "0.000000000000001");
  EXPECT_EQ(text_of(1.5e-15), "0.0000000000000015");
  EXPECT_EQ(text_of(5e-324), "5e-324");
  EXPECT_EQ(text_of(1.25e-100), "1.25e-100");
  EXPECT_EQ(text_of(3.0), "3.0");
  EXPECT_EQ(text_of(12345.678), "12345.678");
}

TEST(Json, DoublesReadBackTheSame) {
  std::mt19937_64 random(19);
  for (int round = 0; round < 100'000; ++round) {
    const auto value = std::bit_cast<double>(random());
    if (value != value || value - value != 0) continue;
    const std::string text = text_of(value);
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
  }
}

TEST(Json, EmptyCellIsNull) { EXPECT_EQ(text_of(Raw{}), "null"); }

TEST(Json, ContainersAndEscapes) {
  EXPECT_EQ(text_of(Raw{0x02, 0, 0, 4, 0}), "[]");
  EXPECT_EQ(text_of(Raw{0x00, 0, 0, 4, 0}), "{}");
  // {"a": [true, -1]}
  EXPECT_EQ(text_of(Raw{0x00, 1, 0,  22, 0,    11, 0, 1,    0,    0x02, 12, 0, 'a',  //
                        2,    0, 10, 0,  0x04, 1,  0, 0x05, 0xFF, 0xFF}),
            "{\"a\": [true, -1]}");
  EXPECT_EQ(text_of(Raw{0x0C, 6, '"', '\\', '\n', 0x01, 0x7F, '/'}), "\"\\\"\\\\\\n\\u0001\x7F/\"");
}

TEST(Json, HostileDocumentsAreRefused) {
  EXPECT_EQ(text_of(Raw{0x0D}), "refused: binary JSON: unknown type of value");
  EXPECT_EQ(text_of(Raw{0x04, 3}), "refused: binary JSON: unknown literal");
  EXPECT_EQ(text_of(Raw{0x0C, 5, 'a'}), "refused: binary JSON: a string ends early");
  EXPECT_EQ(text_of(Raw{0x0C, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1}),
            "refused: binary JSON: a size has more than five bytes");
  EXPECT_EQ(text_of(Raw{0x02, 0xFF, 0xFF, 4, 0}),
            "refused: binary JSON: a container has too many members");
  EXPECT_EQ(text_of(Raw{0x02, 0, 0, 9, 0}),
            "refused: binary JSON: a container is larger than its place");
  EXPECT_EQ(text_of(Raw{0x02, 1, 0, 7, 0, 0x0C, 7, 0}),
            "refused: binary JSON: a value lies outside its container");
  EXPECT_EQ(text_of(Raw{0x0B, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F}),
            "refused: binary JSON: a double that JSON cannot hold");
  EXPECT_EQ(text_of(Raw{0x0F, 246, 2, 99, 0}), "refused: binary JSON: not a decimal");
  EXPECT_EQ(text_of(Raw{0x0F, 10, 1, 0}), "refused: binary JSON: a date or time has another size");
}

TEST(Json, ContainerThatHoldsItselfIsRefused) {
  EXPECT_TRUE(text_of(Raw{0x02, 1, 0, 7, 0, 0x02, 0, 0}).starts_with("refused: "));
}

// Thousands of members that all point to one long string: small on disk, huge as text.
TEST(Json, SharedBytesCannotBlowUpTheText) {
  constexpr std::size_t kMembers = 2000;
  constexpr std::size_t kLong = 20'000;
  Raw raw{0x02};
  const std::size_t strings_at = 4 + 3 * kMembers;
  const std::size_t size = strings_at + 3 + kLong;
  for (const std::size_t n : {kMembers, size}) {
    raw.push_back(static_cast<std::uint8_t>(n));
    raw.push_back(static_cast<std::uint8_t>(n >> 8));
  }
  for (std::size_t i = 0; i < kMembers; ++i) {
    raw.insert(raw.end(), {0x0C, static_cast<std::uint8_t>(strings_at),
                           static_cast<std::uint8_t>(strings_at >> 8)});
  }
  raw.insert(raw.end(), {0x80 | (kLong & 0x7F), 0x80 | ((kLong >> 7) & 0x7F), kLong >> 14});
  raw.insert(raw.end(), kLong, 'x');
  EXPECT_EQ(text_of(raw), "refused: binary JSON: values share their bytes");
}

TEST(Json, NestingHasALimit) {
  const auto nested = [](unsigned depth) {
    Raw raw{0x02};
    for (unsigned i = depth; i-- > 0;) {
      const std::size_t size = 4 + (i == 0 ? 0 : 3) + (i == 0 ? 0 : 7 * i - 3);
      raw.insert(raw.end(),
                 {static_cast<std::uint8_t>(i == 0 ? 0 : 1), 0, static_cast<std::uint8_t>(size),
                  static_cast<std::uint8_t>(size >> 8)});
      if (i != 0) raw.insert(raw.end(), {0x02, 7, 0});
    }
    return raw;
  };
  EXPECT_EQ(text_of(nested(kJsonDepthMax)),
            std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']'));
  EXPECT_EQ(text_of(nested(kJsonDepthMax + 1)), "refused: binary JSON: nested too deeply");
}

}  // namespace
}  // namespace tidemark

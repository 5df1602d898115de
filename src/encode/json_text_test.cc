// SPDX-License-Identifier: Apache-2.0
#include "encode/json_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace tidemark {
namespace {

std::string integer(std::int64_t value) {
  char buffer[64];
  return {buffer, write_int(buffer, value)};
}
std::string base64(std::string_view bytes) {
  std::string out(base64_size(bytes.size()), '\0');
  const char* end =
      write_base64(out.data(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  EXPECT_EQ(end, out.data() + out.size());
  return out;
}

TEST(JsonInteger, PrintsEveryLengthAndBothEnds) {
  std::uint64_t power = 1;
  for (int digits = 1; digits <= 19; ++digits, power *= 10) {
    for (const std::uint64_t v : {power - 1, power, power + 1}) {
      char buffer[64];
      EXPECT_EQ(std::string(buffer, write_uint(buffer, v)), std::to_string(v));
    }
  }
  EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(integer(-1), "-1");
  char buffer[64];
  EXPECT_EQ(std::string(buffer, write_uint(buffer, std::numeric_limits<std::uint64_t>::max())),
            "18446744073709551615");
}

TEST(JsonInteger, AgreesWithTheLibraryOnEveryBitWidth) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t v = random() >> (random() % 64);
    char buffer[64];
    EXPECT_EQ(std::string(buffer, write_uint(buffer, v)), std::to_string(v));
  }
}

struct StringCase {
  const char* what;
  std::string_view text;
  std::string_view json;
};

class JsonString : public testing::TestWithParam<StringCase> {};

// At every distance from the ends of the 16-byte and 8-byte blocks of the fast path.
TEST_P(JsonString, IsEscapedWhereverItStands) {
  for (std::size_t before = 0; before < 36; ++before) {
    for (std::size_t after = 0; after < 20; after += 3) {
      const std::string head(before, 'x');
      const std::string tail(after, 'y');
      const std::string text = head + std::string(GetParam().text) + tail;
      const std::string expected = '"' + head + std::string(GetParam().json) + tail + '"';
      ASSERT_EQ(json_string(text), expected) << GetParam().what;
      ASSERT_LE(expected.size(), string_size_max(text));
    }
  }
}

using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    Texts, JsonString,
    testing::Values(
        StringCase{"empty", ""sv, ""sv}, StringCase{"quote", "\""sv, R"(\")"sv},
        StringCase{"backslash", "\\"sv, R"(\\)"sv},
        StringCase{"short escapes", "\b\f\n\r\t"sv, R"(\b\f\n\r\t)"sv},
        StringCase{"nul", "\0"sv, "\\u0000"sv},
        StringCase{"upper-case hex", "\x1f\x0b"sv, "\\u001F\\u000B"sv},
        StringCase{"left alone", "/<>&\x7f"sv, "/<>&\x7f"sv},
        StringCase{"two bytes", "\xC3\xBC"sv, "\xC3\xBC"sv},
        StringCase{"line separator", "\xE2\x80\xA8"sv, "\xE2\x80\xA8"sv},
        StringCase{"last of the BMP", "\xEF\xBF\xBF"sv, "\xEF\xBF\xBF"sv},
        StringCase{"emoji", "\xF0\x9F\x98\x80"sv, R"(\uD83D\uDE00)"sv},
        StringCase{"first beyond the BMP", "\xF0\x90\x80\x80"sv, R"(\uD800\uDC00)"sv},
        StringCase{"last character", "\xF4\x8F\xBF\xBF"sv, R"(\uDBFF\uDFFF)"sv},
        StringCase{"stray continuation", "\x80"sv, "\xEF\xBF\xBD"sv},
        StringCase{"overlong", "\xC0\xAF"sv, "\xEF\xBF\xBD\xEF\xBF\xBD"sv},
        StringCase{"never a byte", "\xFF"sv, "\xEF\xBF\xBD"sv},
        StringCase{"lead without its tail", "\xE2\x82"sv, "\xEF\xBF\xBD"sv},
        StringCase{"four-byte lead without its tail", "\xF0\x9F\x98"sv, "\xEF\xBF\xBD"sv},
        StringCase{"encoded surrogate", "\xED\xA0\x80"sv, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"sv},
        StringCase{"beyond the last character", "\xF4\x90\x80\x80"sv,
                   "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"sv},
        StringCase{"mixed", "a\xC3\xA4\n\xF0\x9F\x98\x80\"\xE4\xB8\xAD\xFF"sv,
                   "a\xC3\xA4\\n\\uD83D\\uDE00\\\"\xE4\xB8\xAD\xEF\xBF\xBD"sv}));

TEST(JsonStringSize, IsMeasuredForLongTextsAndHolds) {
  std::mt19937 random(3);
  for (const std::size_t size : {100U, 4095U, 4096U, 20000U}) {
    std::string noise(size, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    EXPECT_LE(json_string(noise).size(), string_size_max(noise));
  }
  const std::string plain(100000, 'a');
  EXPECT_EQ(string_size_max(plain), plain.size() + 2);
}

TEST(Base64, PadsEveryRemainder) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD\xFB\xFF\xBF"), "//79+/+/");
}

}  // namespace
}  // namespace tidemark

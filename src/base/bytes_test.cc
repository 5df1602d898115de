// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using namespace std::string_view_literals;

TEST(ByteReader, ReadsLittleEndianOfEveryWidth) {
  const std::string_view text =
      "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
      "\x01\x02\x03\x04\x05\x06\x01\x02\x03\x04\x05\x06\x87"
      "abrest"sv;
  ByteReader reader(as_bytes(text));
  EXPECT_EQ(reader.u8(), 0x01U);
  EXPECT_EQ(reader.u16(), 0x0302U);
  EXPECT_EQ(reader.u24(), 0x060504U);
  EXPECT_EQ(reader.u32(), 0x0a090807U);
  EXPECT_EQ(reader.u48(), 0x100f0e0d0c0bULL);
  EXPECT_EQ(reader.u48(), 0x060504030201ULL);
  EXPECT_EQ(reader.u56(), 0x87060504030201ULL);
  EXPECT_EQ(reader.text(2), "ab");
  EXPECT_EQ(reader.remaining(), 4U);
  EXPECT_EQ(as_text(reader.rest()), "rest");
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.failed());
}

TEST(ByteReader, StaysFailedAfterAReadPastTheEnd) {
  ByteReader reader(as_bytes("abc"));
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.remaining(), 0U);
  EXPECT_EQ(reader.u8(), 0U);
  EXPECT_TRUE(reader.bytes(0).empty());
  EXPECT_TRUE(reader.failed());
}

TEST(ByteReader, RefusesASizeNearTheLargest) {
  ByteReader reader(as_bytes("abc"));
  reader.skip(~std::size_t{0});
  EXPECT_TRUE(reader.failed());
}

TEST(ByteReader, ReadsLengthEncodedIntegers) {
  ByteReader reader(
      as_bytes("\xfa\xfc\xfb\x00\xfd\x01\x02\x03\xfe\x01\x00\x00\x00\x00\x00\x00\x80"sv));
  EXPECT_EQ(reader.lenenc(), 250U);
  EXPECT_EQ(reader.lenenc(), 251U);
  EXPECT_EQ(reader.lenenc(), 0x030201U);
  EXPECT_EQ(reader.lenenc(), 0x8000000000000001ULL);
  EXPECT_TRUE(reader.at_end());
  for (const std::string_view bad : {"\xfb"sv, "\xff"sv, "\xfc\x01"sv, "\xfe\x01\x02"sv, ""sv}) {
    ByteReader other(as_bytes(bad));
    other.lenenc();
    EXPECT_TRUE(other.failed());
  }
}

TEST(Bytes, LoadsBigEndianOfAnySize) {
  const std::string_view text = "\x01\x02\x03\x04\x05\x06\x07\xff"sv;
  const std::uint8_t* p = as_bytes(text).data();
  EXPECT_EQ(load_be(p, 0), 0U);
  EXPECT_EQ(load_be(p, 3), 0x010203U);
  EXPECT_EQ(load_be(p, 8), 0x01020304050607ffULL);
}

TEST(Bytes, AppendsWhatItLoads) {
  std::string out;
  append_le<std::uint16_t>(out, 0xBEEF);
  append_le<std::int64_t>(out, -2);
  ByteReader reader(as_bytes(out));
  EXPECT_EQ(reader.u16(), 0xBEEFU);
  EXPECT_EQ(reader.u64(), 0xFFFFFFFFFFFFFFFEULL);
}

}  // namespace
}  // namespace tidemark

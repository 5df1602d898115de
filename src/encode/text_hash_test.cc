// SPDX-License-Identifier: Apache-2.0
// Serialised forms as Java 17 writes them.
#include "encode/text_hash.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

std::string serialised(std::string_view text) {
  std::string out;
  append_java_serialised(out, text);
  return out;
}
std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[static_cast<unsigned char>(c) >> 4U];
    out += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

TEST(JavaSerialised, IsAStringWithItsModifiedUtf8) {
  EXPECT_EQ(hex(serialised("abc")), "aced0005740003616263");
  EXPECT_EQ(hex(serialised("")), "aced0005740000");
  EXPECT_EQ(hex(serialised(std::string_view("\0", 1))), "aced0005740002c080");
  EXPECT_EQ(hex(serialised("\xC3\xBC")), "aced0005740002c3bc");
  EXPECT_EQ(hex(serialised("\xF0\x9F\x98\x80")), "aced0005740006eda0bdedb880");
}

TEST(JavaSerialised, HasALongFormBeyond64KiB) {
  EXPECT_EQ(hex(serialised(std::string(65535, 'a')).substr(0, 8)), "aced000574ffff61");
  EXPECT_EQ(hex(serialised(std::string(65536, 'a')).substr(0, 14)), "aced00057c000000000001000061");
}

TEST(TextHash, KnowsJavasNames) {
  for (const char* const name :
       {"MD5", "SHA-1", "sha-256", "SHA-384", "SHA-512", "SHA-512/256", "SHA3-256", "SHA3-512"}) {
    EXPECT_TRUE(TextHash::make(name, "salt", TextHash::Form::kPlain)) << name;
  }
  EXPECT_FALSE(TextHash::make("CRC32", "", TextHash::Form::kPlain));
}

}  // namespace
}  // namespace tidemark

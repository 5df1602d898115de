// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/inet.h"

#include <gtest/gtest.h>

#include <string>

#include "mysql/value/uuid.h"

namespace tidemark {
namespace {

using namespace std::string_literals;

std::string inet(const std::string& bytes) {
  Arena arena;
  return std::string(inet_text(bytes, arena));
}

TEST(Inet, Inet4) {
  EXPECT_EQ(inet("\0\0\0\0"s), "0.0.0.0");
  EXPECT_EQ(inet("\xFF\xC0\x09\x01"s), "255.192.9.1");
}

TEST(Inet, Inet6CutsTheFirstOfTheLongestRunsOfZeros) {
  EXPECT_EQ(inet(std::string(16, '\0')), "::");
  EXPECT_EQ(inet(std::string(15, '\0') + "\1"), "::1");
  EXPECT_EQ(inet("\x20\x01\x0D\xB8"s + std::string(11, '\0') + "\1"), "2001:db8::1");
  EXPECT_EQ(inet("\0\1\0\0\0\2\0\3\0\4\0\5\0\6\0\7"s), "1::2:3:4:5:6:7");
  EXPECT_EQ(inet("\0\1\0\0\0\0\0\2\0\0\0\0\0\3\0\4"s), "1::2:0:0:3:4");
  EXPECT_EQ(inet("\0\1\0\2\0\3\0\4\0\5\0\6\0\0\0\0"s), "1:2:3:4:5:6::");
  EXPECT_EQ(inet(std::string(16, '\xFF')), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(Inet, AddressesThatEmbedInet4) {
  EXPECT_EQ(inet(std::string(10, '\0') + "\xFF\xFF\xC0\0\2\1"s), "::ffff:192.0.2.1");
  EXPECT_EQ(inet(std::string(12, '\0') + "\xC0\0\2\1"s), "::192.0.2.1");
}

TEST(Uuid, IsLowerCaseInFiveGroups) {
  Arena arena;
  EXPECT_EQ(uuid_text("\x12\x3E\x45\x67\xE8\x9B\x12\xD3\xA4\x56\x42\x66\x55\x44\0\0"s, arena),
            "123e4567-e89b-12d3-a456-426655440000");
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/link.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using namespace std::string_literals;

TEST(BinlogLink, HeartbeatsComeWellWithinTheKeepAliveInterval) {
  EXPECT_EQ(heartbeat_period(60'000), milliseconds(48'000));
  EXPECT_EQ(heartbeat_period(0), milliseconds(1));
  EXPECT_EQ(heartbeat_period(1), milliseconds(1));
  EXPECT_EQ(heartbeat_period(UINT32_MAX), milliseconds(3'435'973'836));
}

TEST(BinlogLink, RegistersWithIdAndName) {
  EXPECT_EQ(register_payload(0x01020304, "ab"),
            "\x04\x03\x02\x01\x02"
            "ab\0\0\0\0\0\0\0\0\0\0\0\0"s);
}

TEST(BinlogLink, CutsALongNameBetweenCharacters) {
  const std::string name = std::string(59, 'x') + "ü";
  const std::string payload = register_payload(1, name);
  EXPECT_EQ(payload[4], 59);
  EXPECT_EQ(payload.substr(5, 59), std::string(59, 'x'));
  EXPECT_EQ(payload.size(), 4 + 1 + 59 + 12);
  EXPECT_EQ(register_payload(1, std::string(60, 'x'))[4], 60);
}

TEST(BinlogLink, DumpsFromAPosition) {
  EXPECT_EQ(dump_payload(5, "binlog.000042", 0xFFFFFFFF, 0),
            "\xFF\xFF\xFF\xFF\0\0\5\0\0\0binlog.000042"s);
}

TEST(BinlogLink, DumpsAfterAGtidSet) {
  const GtidSet set = *GtidSet::parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5");
  const std::string encoded = set.encode();
  ASSERT_LT(encoded.size(), 256U);
  const std::string head = "\0\0\5\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"s;
  EXPECT_EQ(gtid_dump_payload(5, set),
            head + static_cast<char>(encoded.size()) + "\0\0\0"s + encoded);
}

}  // namespace
}  // namespace tidemark

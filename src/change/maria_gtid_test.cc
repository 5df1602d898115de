// SPDX-License-Identifier: Apache-2.0
#include "change/maria_gtid.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

MariaGtidPosition position(std::string_view text) { return MariaGtidPosition::parse(text).value(); }
std::vector<MariaGtid> list(std::string_view text) { return parse_maria_gtids(text).value(); }

TEST(MariaGtid, PrintsWhatItParses) {
  EXPECT_EQ(position("0-1-5").text(), "0-1-5");
  EXPECT_EQ(position(" 7-2-18446744073709551615 ,\n0-4294967295-1").text(),
            "0-4294967295-1,7-2-18446744073709551615");
  EXPECT_EQ(position("").text(), "");
  EXPECT_TRUE(position(" ").empty());
}

TEST(MariaGtid, RefusesOtherForms) {
  for (const std::string_view bad :
       {"0-1", "0-1-", "0-1-0", "0-1-2-3", "a-1-2", "0-1-2,", ",0-1-2", "0--1-2", "+0-1-2",
        "4294967296-1-1", "0-1-18446744073709551616", "3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5",
        "0-1-2 3"}) {
    const auto parsed = MariaGtidPosition::parse(bad);
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kRejected);
  }
  EXPECT_FALSE(MariaGtidPosition::parse("0-1-2,0-2-3").has_value());
}

TEST(MariaGtid, APositionFollowsTheLogAndNotTheLargerNumber) {
  MariaGtidPosition done = position("0-1-5,3-1-1");
  done.advance({.domain = 0, .server_id = 2, .sequence = 4});
  EXPECT_EQ(done.text(), "0-2-4,3-1-1");
  EXPECT_EQ(done.last(0)->text(), "0-2-4");
  EXPECT_FALSE(done.last(1).has_value());
}

TEST(MariaGtid, NamesWhatAServerHasNotSeen) {
  EXPECT_EQ(unknown_to(list("0-1-10,0-2-12"), position("0-1-10")), "");
  EXPECT_EQ(unknown_to(list("0-1-10,0-2-12"), position("0-2-11")), "");
  EXPECT_EQ(unknown_to(list("0-1-10"), position("0-1-14")), "domain 0: 11 to 14 (server 1)");
  EXPECT_EQ(unknown_to(list("0-1-10"), position("0-3-9,5-3-1")),
            "domain 0: 9 (server 3), domain 5: 1 (server 3)");
  EXPECT_EQ(unknown_to({}, position("")), "");
}

TEST(MariaGtid, NamesWhatIsPurged) {
  EXPECT_EQ(gone_before(list("0-1-27"), position("0-1-13")), "domain 0: 14 to 27");
  EXPECT_EQ(gone_before(list("0-1-27"), position("0-1-26")), "domain 0: 27");
  EXPECT_EQ(gone_before(list("0-1-27"), position("0-1-27")), "");
  EXPECT_EQ(gone_before(list("0-1-27"), position("0-1-30")), "");
  EXPECT_EQ(gone_before(list("0-1-27,4-9-2"), position("0-1-30")), "domain 4: 1 to 2");
  EXPECT_EQ(gone_before(list("0-2-50,0-1-100"), position("0-2-50")), "domain 0: 51 to 100");
  EXPECT_EQ(gone_before({}, position("")), "");
}

TEST(MariaGtid, NumbersThatWentBackwardsAreNotPurged) {
  // gtid_strict_mode=OFF: server 2 wrote 51 after server 1 had written 100.
  EXPECT_EQ(gone_before(list("0-2-50,0-1-100"), position("0-2-51")), "");
  EXPECT_EQ(gone_before(list("0-1-100"), position("0-2-51")), "");
  EXPECT_EQ(gone_before(list("0-1-100,0-2-50"), position("0-2-50")), "");
}

}  // namespace
}  // namespace tidemark

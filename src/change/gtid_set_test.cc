// SPDX-License-Identifier: Apache-2.0
#include "change/gtid_set.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace tidemark {
namespace {

constexpr std::string_view kA = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
constexpr std::string_view kB = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

GtidSet set_of(std::string_view text) {
  auto out = GtidSet::parse(text);
  EXPECT_TRUE(out) << text << ": " << out.error().text();
  return out ? *out : GtidSet();
}
std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}
std::string with(std::string_view uuid, std::string_view rest) {
  return fmt::format("{}{}", uuid, rest);
}

TEST(Uuid, ReadsBothFormsAndPrintsOne) {
  const auto uuid = Uuid::parse("3E11FA4771CA11E19E33C80AA9429562");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->text(), kA);
  EXPECT_EQ(Uuid::parse(kA).value(), *uuid);
  EXPECT_EQ(uuid->bytes[0], 0x3E);
  EXPECT_EQ(uuid->bytes[15], 0x62);
}

TEST(Uuid, RefusesOtherText) {
  for (const std::string_view text :
       {"", "3e11fa47", "3e11fa47-71ca-11e1-9e33-c80aa942956g",
        "3e11fa4771-ca-11e1-9e33-c80aa9429562", "3e11fa47x71ca-11e1-9e33-c80aa9429562",
        "3e11fa47-71ca-11e1-9e33-c80aa94295621"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Uuid, MadeOnesCarryTheirVersion) {
  EXPECT_EQ(Uuid::random().text()[14], '4');
  EXPECT_NE(Uuid::random(), Uuid::random());
  const Uuid early = Uuid::time_ordered(1'700'000'000'000'000'000);
  const Uuid late = Uuid::time_ordered(1'700'000'000'001'000'000);
  EXPECT_EQ(early.text()[14], '7');
  EXPECT_THAT(early.text(), testing::StartsWith("018bcfe5-6800-7"));
  EXPECT_LT(early, late);
  EXPECT_NE(std::string_view("89ab").find(early.text()[19]), std::string_view::npos);
}

TEST(GtidSet, ReadsWhatTheServerPrints) {
  const GtidSet set = set_of(with(kA, ":1-5:11-18,\n") + with(kB, ":5"));
  EXPECT_EQ(set.text(), with(kA, ":1-5:11-18,") + with(kB, ":5-5"));
  EXPECT_TRUE(set_of("").empty());
  EXPECT_TRUE(set_of(" , ,").empty());
}

TEST(GtidSet, ReadsTagsInAnyPlaceAndCase) {
  const GtidSet set = set_of(with(kA, ":1-3:Blue:7:red_1:1-2:4"));
  EXPECT_EQ(set, set_of(with(kA, ":1-3,") + with(kA, ":blue:7,") + with(kA, ":red_1:1-2:4-4")));
  EXPECT_TRUE(set.contains(Gtid{.source = *Uuid::parse(kA), .tag = "blue", .number = 7}));
  EXPECT_FALSE(set.contains(Gtid{.source = *Uuid::parse(kA), .tag = "", .number = 7}));
}

TEST(GtidSet, MergesAdjacentAndOverlappingIntervals) {
  EXPECT_EQ(set_of(with(kA, ":6-7:1-3:4-5")).text(), with(kA, ":1-7"));
  EXPECT_EQ(set_of(with(kA, ":1-9:3-4:20:12:8-12")).text(), with(kA, ":1-12:20-20"));
}

TEST(GtidSet, RefusesMalformedText) {
  for (const std::string_view rest :
       {"", ":", ":0", ":5-3", ":1-", ":-1", ":1:", ":1x", ":blue", ":blue:", ":blue:red:1",
        ":1-9223372036854775807", ":1tag:1", ":a23456789012345678901234567890123:1"}) {
    EXPECT_FALSE(GtidSet::parse(with(kA, rest))) << rest;
  }
  EXPECT_FALSE(GtidSet::parse("no-uuid:1"));
}

// The worked examples of docs/formats/gtid_set.md.
constexpr std::string_view kPlainHex =
    "0100000000000000"
    "3e11fa4771ca11e19e33c80aa9429562"
    "0200000000000000"
    "0100000000000000"
    "0600000000000000"
    "0b00000000000000"
    "0c00000000000000";
constexpr std::string_view kTaggedHex =
    "0102000000000001"
    "3e11fa4771ca11e19e33c80aa9429562"
    "00"
    "0100000000000000"
    "0100000000000000"
    "0600000000000000"
    "3e11fa4771ca11e19e33c80aa9429562"
    "08"
    "626c7565"
    "0100000000000000"
    "0700000000000000"
    "0800000000000000";

TEST(GtidSet, EncodesAsDocumented) {
  EXPECT_EQ(hex(set_of(with(kA, ":1-5:11")).encode()), kPlainHex);
  EXPECT_EQ(hex(set_of(with(kA, ":1-5:blue:7")).encode()), kTaggedHex);
  EXPECT_EQ(hex(GtidSet().encode()), "0000000000000000");
}

TEST(GtidSet, DecodesWhatItEncodes) {
  for (const std::string& text : {std::string(), with(kA, ":1-5:11"), with(kA, ":1-5:blue:7"),
                                  with(kA, ":3,") + with(kB, ":9-12")}) {
    const GtidSet set = set_of(text);
    const std::string bytes = set.encode();
    const auto decoded = GtidSet::decode(as_bytes(bytes));
    ASSERT_TRUE(decoded) << decoded.error().text();
    EXPECT_EQ(*decoded, set) << text;
  }
}

TEST(GtidSet, RefusesEveryTruncationAndATail) {
  for (const std::string& text : {with(kA, ":1-5:11"), with(kA, ":1-5:blue:7")}) {
    const std::string bytes = set_of(text).encode();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto decoded = GtidSet::decode(as_bytes(bytes).first(size));
      ASSERT_FALSE(decoded) << size;
      EXPECT_EQ(decoded.error().kind(), ErrorKind::kCorrupt);
    }
    EXPECT_FALSE(GtidSet::decode(as_bytes(bytes + '\0')));
  }
}

TEST(GtidSet, RefusesHostileCountsOrdersAndTags) {
  const std::string good = set_of(with(kA, ":1-5:11")).encode();
  const auto patched = [&](std::size_t at, char value) {
    std::string bytes = good;
    bytes[at] = value;
    return GtidSet::decode(as_bytes(bytes)).has_value();
  };
  EXPECT_TRUE(patched(8, 'x'));            // another UUID
  EXPECT_FALSE(patched(5, '\x7F'));        // 2^46 sources
  EXPECT_FALSE(patched(7, '\x01'));        // tagged in the last byte only
  EXPECT_FALSE(patched(30, '\x7F'));       // interval count
  EXPECT_FALSE(patched(32, '\0'));         // interval from 0
  EXPECT_FALSE(patched(40, '\x01'));       // empty interval
  EXPECT_FALSE(patched(48, '\x06'));       // touches the one before: not as a server writes
  EXPECT_FALSE(patched(63, '\x80'));       // end past 2^63
  std::string tagged = set_of(with(kA, ":1-5:blue:7")).encode();
  tagged[66] = ' ';
  EXPECT_FALSE(GtidSet::decode(as_bytes(tagged)));
}

TEST(GtidSet, ExtendsTheLastIntervalWhileStreaming) {
  GtidSet set = set_of(with(kA, ":1-5"));
  const Uuid source = *Uuid::parse(kA);
  set.add(Gtid{.source = source, .tag = "", .number = 6});
  set.add(Gtid{.source = source, .tag = "", .number = 8});
  EXPECT_EQ(set.text(), with(kA, ":1-6:8-8"));
  set.add(Gtid{.source = source, .tag = "", .number = 7});
  EXPECT_EQ(set.text(), with(kA, ":1-8"));
  set.add(Gtid{});
  EXPECT_EQ(set.text(), with(kA, ":1-8"));
}

// Against a plain std::set of numbers.
TEST(GtidSet, AgreesWithAModel) {
  std::mt19937 random(7);
  const Uuid source = *Uuid::parse(kA);
  const auto make = [&](std::set<std::uint64_t>& numbers) {
    GtidSet out;
    for (int i = 0; i < 12; ++i) {
      const std::uint64_t number = 1 + random() % 24;
      numbers.insert(number);
      out.add(Gtid{.source = source, .tag = "", .number = number});
    }
    return out;
  };
  for (int round = 0; round < 300; ++round) {
    std::set<std::uint64_t> left_model;
    std::set<std::uint64_t> right_model;
    const GtidSet left = make(left_model);
    const GtidSet right = make(right_model);
    GtidSet both = left;
    both.add(right);
    GtidSet rest = left;
    rest.subtract(right);
    bool subset = true;
    for (std::uint64_t n = 1; n <= 25; ++n) {
      const Gtid gtid{.source = source, .tag = "", .number = n};
      const bool in_left = left_model.contains(n);
      const bool in_right = right_model.contains(n);
      subset = subset && (in_left || !in_right);
      EXPECT_EQ(both.contains(gtid), in_left || in_right);
      EXPECT_EQ(rest.contains(gtid), in_left && !in_right);
    }
    EXPECT_EQ(left.contains(right), subset);
    EXPECT_TRUE(both.contains(left) && both.contains(right) && left.contains(rest));
    EXPECT_EQ(set_of(both.text()), both);
  }
}

TEST(GtidSet, SubtractingAllLeavesNothing) {
  GtidSet set = set_of(with(kA, ":1-5,") + with(kB, ":2"));
  const GtidSet copy = set;
  set.subtract(copy);
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set, GtidSet());
  EXPECT_TRUE(copy.contains(set));
}

TEST(Gtid, PrintsItsTag) {
  const Uuid source = *Uuid::parse(kA);
  EXPECT_EQ((Gtid{.source = source, .tag = "", .number = 3}).text(), with(kA, ":3"));
  EXPECT_EQ((Gtid{.source = source, .tag = "blue", .number = 3}).text(), with(kA, ":blue:3"));
}

TEST(GtidSet, CountsAndTakesOneSourceApart) {
  const std::string a = std::string(kA) + ":1-5:9," + std::string(kA) + ":tag:1-2";
  const std::string b = std::string(kB) + ":7";
  const GtidSet set = *GtidSet::parse(a + "," + b);
  EXPECT_EQ(set.size(), 9U);
  EXPECT_EQ(GtidSet().size(), 0U);
  EXPECT_EQ(set.sources(), (std::vector<Uuid>{*Uuid::parse(kA), *Uuid::parse(kB)}));
  EXPECT_EQ(set.of(*Uuid::parse(kA)), *GtidSet::parse(a)) << "tagged ones, too";
  EXPECT_EQ(set.of(*Uuid::parse(kB)), *GtidSet::parse(b));
}

}  // namespace
}  // namespace tidemark

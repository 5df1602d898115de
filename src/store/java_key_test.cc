// SPDX-License-Identifier: Apache-2.0
#include "store/java_key.h"

#include <gtest/gtest.h>

#include "base/hex.h"
#include "store/java_stream.h"

namespace tidemark {
namespace {

using Kind = JavaCell::Kind;

// What Java 17 wrote.
constexpr std::string_view kInteger5 =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000173"
    "7200116a6176612e6c616e672e496e746567657212e2a0a4f781873802000149000576616c7565787200106a61"
    "76612e6c616e672e4e756d62657286ac951d0b94e08b020000787000000005";
constexpr std::string_view kLong1024 =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000173"
    "72000e6a6176612e6c616e672e4c6f6e673b8be490cc8f23df0200014a000576616c7565787200106a6176612e"
    "6c616e672e4e756d62657286ac951d0b94e08b02000078700000000000000400";
constexpr std::string_view kShort3 =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000173"
    "72000f6a6176612e6c616e672e53686f7274684d37133460da5202000153000576616c7565787200106a617661"
    "2e6c616e672e4e756d62657286ac951d0b94e08b02000078700003";
constexpr std::string_view kText =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000174"
    "0003616263";
constexpr std::string_view kTwoIntegers =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000273"
    "7200116a6176612e6c616e672e496e746567657212e2a0a4f781873802000149000576616c7565787200106a61"
    "76612e6c616e672e4e756d62657286ac951d0b94e08b0200007870000000017371007e000200000002";
constexpr std::string_view kSameTextTwice =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000274"
    "00016171007e0002";
constexpr std::string_view kDecimal =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000173"
    "7200146a6176612e6d6174682e426967446563696d616c54c71557f981284f0300024900057363616c654c0006"
    "696e7456616c7400164c6a6176612f6d6174682f426967496e74656765723b787200106a6176612e6c616e672e"
    "4e756d62657286ac951d0b94e08b020000787000000002737200146a6176612e6d6174682e426967496e746567"
    "65728cfc9f1fa93bfb1d030006490008626974436f756e744900096269744c656e67746849001366697273744e"
    "6f6e7a65726f427974654e756d49000c6c6f776573745365744269744900067369676e756d5b00096d61676e69"
    "747564657400025b427871007e0004fffffffffffffffffffffffefffffffe00000001757200025b42acf317f8"
    "060854e002000078700000000204e27878";
constexpr std::string_view kBigInteger =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000173"
    "7200146a6176612e6d6174682e426967496e74656765728cfc9f1fa93bfb1d030006490008626974436f756e74"
    "4900096269744c656e67746849001366697273744e6f6e7a65726f427974654e756d49000c6c6f776573745365"
    "744269744900067369676e756d5b00096d61676e69747564657400025b42787200106a6176612e6c616e672e4e"
    "756d62657286ac951d0b94e08b0200007870fffffffffffffffffffffffefffffffe00000001757200025b42ac"
    "f317f8060854e0020000787000000008ffffffffffffffff78";
constexpr std::string_view kBytes =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000175"
    "7200025b42acf317f8060854e00200007870000000030102ff";
constexpr std::string_view kDate =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000173"
    "72000d6a6176612e74696d652e536572955d84ba1b2248b20c00007870770703000007e8010278";
constexpr std::string_view kDatetime =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000173"
    "72000d6a6176612e74696d652e536572955d84ba1b2248b20c00007870770a05000007e801020304fa78";
constexpr std::string_view kIntegerAndText =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000273"
    "7200116a6176612e6c616e672e496e746567657212e2a0a4f781873802000149000576616c7565787200106a61"
    "76612e6c616e672e4e756d62657286ac951d0b94e08b02000078700000000174000178";
constexpr std::string_view kNullCell =
    "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c02000078700000000170";
constexpr std::string_view kNullArray = "aced000570";

JavaCell cell(Kind kind, std::string text) {
  return {.kind = kind, .text = std::move(text), .class_name = {}};
}
JavaCell integer(std::string digits) { return cell(Kind::kInteger, std::move(digits)); }

// Without the names of classes.
JavaKey read(std::string_view hex) {
  const auto key = read_java_key(hex);
  EXPECT_TRUE(key) << key.error().text();
  if (!key || !*key) return {};
  JavaKey out = **key;
  for (JavaCell& each : out) each.class_name.clear();
  return out;
}

TEST(JavaKey, ReadsWhatJavaWrote) {
  EXPECT_EQ(read(kInteger5), JavaKey{integer("5")});
  EXPECT_EQ(read(kLong1024), JavaKey{integer("1024")});
  EXPECT_EQ(read(kShort3), JavaKey{integer("3")});
  EXPECT_EQ(read(kText), JavaKey{cell(Kind::kText, "abc")});
  EXPECT_EQ(read(kTwoIntegers), (JavaKey{integer("1"), integer("2")}));
  EXPECT_EQ(read(kSameTextTwice), (JavaKey{cell(Kind::kText, "a"), cell(Kind::kText, "a")}));
  EXPECT_EQ(read(kDecimal), JavaKey{cell(Kind::kDecimal, "12.50")});
  EXPECT_EQ(read(kBigInteger), JavaKey{integer("18446744073709551615")});
  EXPECT_EQ(read(kBytes), JavaKey{cell(Kind::kBytes, "\x01\x02\xFF")});
  EXPECT_EQ(read(kDate), JavaKey{cell(Kind::kDate, "2024-01-02")});
  EXPECT_EQ(read(kDatetime), JavaKey{cell(Kind::kDatetime, "2024-01-02 03:04:05.000000000")});
  EXPECT_EQ(read(kIntegerAndText), (JavaKey{integer("1"), cell(Kind::kText, "x")}));
  EXPECT_EQ(read(kNullCell), JavaKey{JavaCell{}});
  const auto none = read_java_key(kNullArray);
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
}

TEST(JavaKey, WritesTheBytesThatJavaWrites) {
  EXPECT_EQ(write_java_key(JavaKey{integer("5")}), kInteger5);
  EXPECT_EQ(write_java_key(JavaKey{cell(Kind::kText, "abc")}), kText);
  EXPECT_EQ(write_java_key(JavaKey{integer("1"), integer("2")}), kTwoIntegers);
  EXPECT_EQ(write_java_key(JavaKey{cell(Kind::kDecimal, "12.50")}), kDecimal);
  EXPECT_EQ(write_java_key(JavaKey{integer("18446744073709551615")}), kBigInteger);
  EXPECT_EQ(write_java_key(JavaKey{cell(Kind::kBytes, "\x01\x02\xFF")}), kBytes);
  EXPECT_EQ(write_java_key(JavaKey{cell(Kind::kDate, "2024-01-02")}), kDate);
  EXPECT_EQ(write_java_key(JavaKey{integer("1"), cell(Kind::kText, "x")}), kIntegerAndText);
  EXPECT_EQ(write_java_key(JavaKey{JavaCell{}}), kNullCell);
  EXPECT_EQ(write_java_key(std::nullopt), kNullArray);
}

TEST(JavaKey, ReadsBackWhatItWrites) {
  const JavaKey key{integer("-1"),
                    integer("-2147483648"),
                    integer("2147483648"),
                    integer("-9223372036854775808"),
                    integer("-99999999999999999999999999"),
                    integer("0"),
                    cell(Kind::kDecimal, "-0.05"),
                    cell(Kind::kDecimal, "0.00"),
                    cell(Kind::kDecimal, "123456789012345678901234567890.1"),
                    cell(Kind::kText, std::string("a\0\u00E9\u20AC\U0001F600", 11)),
                    cell(Kind::kBytes, ""),
                    cell(Kind::kDate, "9999-12-31"),
                    cell(Kind::kDate, "2024-02-29"),
                    JavaCell{}};
  EXPECT_EQ(read(write_java_key(key)), key);
}

TEST(JavaKey, KeepsWhatTheServerCannotCompareApart) {
  // java.sql.Timestamp of 0 ms: an instant that depends on the writer's time zone.
  const std::string timestamp =
      "aced0005757200135b4c6a6176612e6c616e672e4f626a6563743b90ce589f1073296c0200007870000000"
      "017372"
      "0012" +
      to_hex("java.sql.Timestamp") + "2618d5c80153bf65020001490005" + to_hex("nanos") +
      "7872"
      "000e" +
      to_hex("java.util.Date") + "686a81014b5974190300007870770800000000000000007800000000";
  const auto key = read_java_key(timestamp);
  ASSERT_TRUE(key && *key) << key.error().text();
  EXPECT_EQ((**key)[0].kind, Kind::kOther);
  EXPECT_EQ((**key)[0].class_name, "java.sql.Timestamp");
}

TEST(JavaKey, RefusesWhatIsTornOrNoKey) {
  for (std::size_t size = 0; size < kDecimal.size(); size += 2)
    EXPECT_FALSE(read_java_key(kDecimal.substr(0, size))) << size;
  EXPECT_FALSE(read_java_key("xyz"));
  EXPECT_FALSE(read_java_key("aced000574000161"));  // a text
}

TEST(JavaMap, ReadsBackWhatItWrites) {
  const std::vector<JavaMapEntry> entries{
      {"key one", "value one"}, {"key two", std::nullopt}, {"", std::string(100'000, 'x')}};
  const auto read = read_java_map(write_java_map(entries));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, entries);
}

TEST(JavaMap, HasTheLayoutOfConnectsOffsetFile) {
  const std::string written = write_java_map(std::vector<JavaMapEntry>{{"k", "v"}});
  EXPECT_EQ(
      to_hex(written),
      "aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f61644661"
      "63746f724900097468726573686f6c6478703f4000000000000c770800000010000000017572"
      "00025b42acf317f8060854e002000078700000"
      "00016b7571007e0002000000017678");
}

TEST(JavaStream, RefusesEveryCutAndSurvivesEveryFlippedBit) {
  const std::string whole = write_java_map(std::vector<JavaMapEntry>{{"key", "value"}, {"k", "v"}});
  for (std::size_t size = 0; size + 1 < whole.size(); ++size)
    EXPECT_FALSE(read_java_stream(std::string_view(whole).substr(0, size))) << size;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    (void)read_java_map(flipped);
  }
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/signal_topic.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

kafka::ConsumedRecord record(std::optional<std::string_view> key,
                             std::optional<std::string_view> value) {
  kafka::ConsumedRecord out;
  out.topic = "tm-signal";
  out.partition = 2;
  out.offset = 41;
  out.key = key;
  out.value = value;
  return out;
}

constexpr std::string_view kLog = R"({"id":"a","type":"log","data":{"message":"m"}})";

TEST(SignalTopic, TakesMessagesWithItsKey) {
  std::uint64_t ignored = 0;
  const OutsideSignal got = SignalTopic::signal_of(record("tm", kLog), "tm", ignored);
  EXPECT_EQ(got.channel, "kafka");
  ASSERT_TRUE(got.message);
  EXPECT_EQ(got.message->id, "a");
  EXPECT_EQ(got.message->command.value(), Command(LogMessage{"m"}));
  EXPECT_FALSE(got.passed_over);
  SignalMarks marks;
  move_marks(marks, got.mark);
  EXPECT_EQ(marks, (SignalMarks{"tm-signal", {{2, 42}}, 0, 0}));
  EXPECT_EQ(ignored, 0U);
}

TEST(SignalTopic, NamesWhatHasNoIdByItsPlace) {
  std::uint64_t ignored = 0;
  for (const std::optional<std::string_view> value :
       {std::optional<std::string_view>(), std::optional<std::string_view>(""),
        std::optional<std::string_view>("{")}) {
    const OutsideSignal got = SignalTopic::signal_of(record("tm", value), "tm", ignored);
    ASSERT_TRUE(got.message);
    EXPECT_EQ(got.message->id, "tm-signal[2]@41");
    EXPECT_FALSE(got.message->command);
  }
}

TEST(SignalTopic, PassesOverOtherKeysAndSaysWhichIsRight) {
  std::uint64_t ignored = 6;
  const OutsideSignal other = SignalTopic::signal_of(record("tm2", kLog), "tm", ignored);
  EXPECT_FALSE(other.message);
  ASSERT_TRUE(other.passed_over);
  EXPECT_EQ(other.passed_over->count, 7U);
  EXPECT_NE(other.passed_over->reason.find("\"tm2\""), std::string::npos);
  EXPECT_NE(other.passed_over->reason.find("the key \"tm\""), std::string::npos);
  EXPECT_EQ(std::get<KafkaMark>(other.mark).next.at(2), 42);
  const OutsideSignal none = SignalTopic::signal_of(record(std::nullopt, kLog), "tm", ignored);
  ASSERT_TRUE(none.passed_over);
  EXPECT_NE(none.passed_over->reason.find("no key"), std::string::npos);
  EXPECT_EQ(ignored, 8U);
}

}  // namespace
}  // namespace tidemark

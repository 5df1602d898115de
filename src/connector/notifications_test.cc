// SPDX-License-Identifier: Apache-2.0
#include "connector/notifications.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/manual_clock.h"
#include "testing/memory_delivery.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

TEST(KeyText, IsAsTheOriginalPrintsKeys) {
  KeyTuple tuple(4);
  tuple[0] = {.kind = KeyCell::Kind::kUint, .u64 = 18446744073709551615U, .text = {}};
  tuple[1] = {.kind = KeyCell::Kind::kDatetime, .text = "2024-01-01 00:00:00.123456"};
  tuple[2] = {.kind = KeyCell::Kind::kText, .text = "q"};
  tuple[3].null = true;
  EXPECT_EQ(key_text(tuple), "18446744073709551615,2024-01-01 00:00:00.123456,q,<null>");
}

TEST(KeyText, ShowsBytesInHexadecimal) {
  const KeyTuple tuple{{.kind = KeyCell::Kind::kBinary, .text = std::string("\x00\xfe", 2)},
                       {.kind = KeyCell::Kind::kInt, .i64 = -3, .text = {}}};
  EXPECT_EQ(key_text(tuple), "00fe,-3");
}

TEST(CommaList, HasNoSpaces) {
  EXPECT_EQ(comma_list(std::vector<TableId>{{"a", "b"}, {"c", "d"}}), "a.b,c.d");
  EXPECT_EQ(comma_list({}), "");
}

class NotificationsTest : public testing::Test {
 protected:
  static Settings settings(std::string topic) {
    Settings out;
    out.topic_prefix = "tm";
    out.encode.schemas_enable_key = out.encode.schemas_enable_value = false;
    out.notifications.sink_topic = std::move(topic);
    return out;
  }
  std::string value(std::size_t record) {
    return std::string(batch_.value(batch_.records()[record]));
  }

  ManualClock clock_;
  TopicRegistry topics_;
  RecordBatch batch_;
};

TEST_F(NotificationsTest, SayWhoTellsAndOfWhichSignal) {
  const Notifications notifications(settings("told"), topics_, clock_);
  ASSERT_TRUE(notifications.on());
  notifications.incremental("PAUSED", "first", {{"data_collections", "a.b"}}, "by", batch_);
  ASSERT_EQ(batch_.records().size(), 1U);
  EXPECT_EQ(batch_.records()[0].topic->name, "told");
  EXPECT_EQ(value(0), R"({"id":"first","type":"PAUSED","aggregate_type":"Incremental Snapshot",)"
                      R"("additional_data":{"connector_name":"tm","data_collections":"a.b",)"
                      R"("signal_id":"by"},"timestamp":5000})");
}

TEST_F(NotificationsTest, OfASnapshotAtStartHaveAnIdOfTheirOwnAndNoSignal) {
  const Notifications notifications(settings("told"), topics_, clock_);
  notifications.initial("STARTED", {}, {}, batch_);
  notifications.initial("COMPLETED", {}, {}, batch_);
  EXPECT_THAT(value(0), HasSubstr(R"("type":"STARTED","aggregate_type":"Initial Snapshot",)"
                                  R"("additional_data":{"connector_name":"tm"})"));
  EXPECT_NE(value(0).substr(0, 45), value(1).substr(0, 45)) << "the ids";
}

TEST_F(NotificationsTest, OfARefusedSignalSayWhy) {
  const Notifications notifications(settings("told"), topics_, clock_);
  notifications.refused("s1", "execute-snapshot", "file", "no such table", batch_);
  notifications.refused("sig[0]@4", {}, "kafka", "its key is \"x\"", batch_);
  EXPECT_THAT(
      value(0),
      HasSubstr(
          R"("type":"REFUSED","aggregate_type":"Signal","additional_data":{"connector_name":"tm",)"
          R"("channel":"file","signal_type":"execute-snapshot",)"
          R"("reason":"no such table"})"));
  EXPECT_THAT(value(1), HasSubstr(R"("channel":"kafka","reason":"its key is \"x\""})"))
      << "a message that is no signal has no type";
}

TEST_F(NotificationsTest, WithoutAChannelAreNone) {
  const Notifications notifications(settings(""), topics_, clock_);
  EXPECT_FALSE(notifications.on());
  notifications.initial("STARTED", {}, {}, batch_);
  notifications.incremental("STARTED", "a", {}, "a", batch_);
  notifications.refused("a", {}, "file", "why", batch_);
  EXPECT_TRUE(batch_.empty());
}

TEST_F(NotificationsTest, ToldAtOnceAreWithTheDeliveryWhenTheCallReturns) {
  MemoryDelivery delivery("notifications");
  Output output(*delivery);
  const Notifications notifications(settings("told"), topics_, clock_);
  ASSERT_TRUE(tell_at_once(&notifications, "STARTED", {}, "s1", output));
  ASSERT_TRUE(tell_at_once(nullptr, "COMPLETED", {}, "s1", output));
  EXPECT_TRUE(output.batch().empty());
  ASSERT_TRUE((*delivery).finish());
  ASSERT_EQ(delivery.output().records.size(), 1U);
  EXPECT_THAT(*delivery.output().records[0].value, HasSubstr(R"("type":"STARTED")"));
}

}  // namespace
}  // namespace tidemark

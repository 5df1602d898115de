// SPDX-License-Identifier: Apache-2.0
#include "connector/heartbeat.h"

#include <gtest/gtest.h>

#include "testing/manual_clock.h"

namespace tidemark {
namespace {

class HeartbeatTest : public testing::Test {
 protected:
  HeartbeatTest() { clock_.set_wall(1'700'000'000'000'000'000); }
  Heartbeat make(std::function<Status()> action = {}) {
    return {{.interval = std::chrono::milliseconds(100), .action = std::move(action)},
            HeartbeatRecords({.schemas_enable_key = false, .schemas_enable_value = false}, "h",
                             "shop", topics_),
            clock_};
  }
  std::size_t beats(Heartbeat& heartbeat) {
    batch_.clear();
    EXPECT_TRUE(heartbeat.beat_if_due(batch_));
    return batch_.records().size();
  }

  TopicRegistry topics_;
  ManualClock clock_;
  RecordBatch batch_;
};

TEST_F(HeartbeatTest, BeatsAtOnceAndThenByTheInterval) {
  Heartbeat heartbeat = make();
  EXPECT_EQ(beats(heartbeat), 1U);
  EXPECT_EQ(batch_.value(batch_.records()[0]), R"({"ts_ms":1700000000000})");
  clock_.advance(std::chrono::milliseconds(99));
  EXPECT_EQ(beats(heartbeat), 0U);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(beats(heartbeat), 1U);
  EXPECT_EQ(beats(heartbeat), 0U);
}

TEST_F(HeartbeatTest, ActsWithEachBeatAndOutlivesAFailure) {
  int acts = 0;
  Heartbeat heartbeat = make([&]() -> Status {
    ++acts;
    return fail(ErrorKind::kServer, "no such table");
  });
  EXPECT_EQ(beats(heartbeat), 1U);
  EXPECT_EQ(beats(heartbeat), 0U);
  clock_.advance(std::chrono::milliseconds(100));
  EXPECT_EQ(beats(heartbeat), 1U);
  EXPECT_EQ(acts, 2);
}

TEST_F(HeartbeatTest, EndsWithAStop) {
  Heartbeat heartbeat = make([]() -> Status { return fail(ErrorKind::kCancelled, "stop"); });
  const Status done = heartbeat.beat_if_due(batch_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kCancelled);
  EXPECT_TRUE(batch_.empty());
}

}  // namespace
}  // namespace tidemark

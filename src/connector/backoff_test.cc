// SPDX-License-Identifier: Apache-2.0
#include "connector/backoff.h"

#include <gtest/gtest.h>

#include <thread>

namespace tidemark {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLongestWaitAndStaysThere) {
  Backoff backoff({.max = -1, .initial_ms = 300, .max_ms = 1000});
  EXPECT_EQ(backoff.next(), milliseconds(300));
  EXPECT_EQ(backoff.next(), milliseconds(600));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(backoff.next(), milliseconds(1000));
  backoff.reset();
  EXPECT_EQ(backoff.next(), milliseconds(300));
}

TEST(Backoff, EndsAfterSoManyAttempts) {
  Backoff backoff({.max = 2, .initial_ms = 1, .max_ms = 10});
  EXPECT_TRUE(backoff.next());
  EXPECT_TRUE(backoff.next());
  EXPECT_FALSE(backoff.next());
  EXPECT_FALSE(backoff.next());
  Backoff none({.max = 0});
  EXPECT_FALSE(none.next());
}

TEST(Backoff, ASleepEndsWithAStop) {
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  const auto began = std::chrono::steady_clock::now();
  sleep_unless_stopped(stop.get_token(), std::chrono::hours(1));
  sleep_unless_stopped(stop.get_token(), std::chrono::hours(1));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::minutes(1));
}

TEST(Backoff, ASleepWithoutAStopLasts) {
  const auto began = std::chrono::steady_clock::now();
  sleep_unless_stopped({}, milliseconds(20));
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(20));
}

}  // namespace
}  // namespace tidemark

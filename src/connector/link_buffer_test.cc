// SPDX-License-Identifier: Apache-2.0
#include "connector/link_buffer.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace tidemark {
namespace {

using std::chrono::milliseconds;

TEST(LinkBuffer, HandsOverWhatCameInInOrder) {
  LinkBuffer buffer(1000);
  ASSERT_TRUE(buffer.push(as_bytes("one")));
  ASSERT_TRUE(buffer.push(as_bytes("three")));
  EventBlock block;
  ASSERT_TRUE(buffer.take(block, milliseconds(0)));
  ASSERT_EQ(block.size(), 2U);
  EXPECT_EQ(as_text(block[0]), "one");
  EXPECT_EQ(as_text(block[1]), "three");
  ASSERT_TRUE(buffer.take(block, milliseconds(0)));
  EXPECT_TRUE(block.empty());
}

TEST(LinkBuffer, AdmitsAnEventLargerThanItselfIntoAnEmptyBlock) {
  LinkBuffer buffer(4);
  ASSERT_TRUE(buffer.push(as_bytes("larger than four")));
  EventBlock block;
  ASSERT_TRUE(buffer.take(block, milliseconds(0)));
  EXPECT_EQ(block.size(), 1U);
}

TEST(LinkBuffer, APusherWaitsForRoomAndGoesOnAfterATake) {
  LinkBuffer buffer(4);
  ASSERT_TRUE(buffer.push(as_bytes("1234")));
  std::thread pusher([&] { EXPECT_TRUE(buffer.push(as_bytes("5678"))); });
  EventBlock block;
  std::string seen;
  while (seen.size() < 8) {
    ASSERT_TRUE(buffer.take(block, milliseconds(1000)));
    for (std::size_t i = 0; i < block.size(); ++i) seen += as_text(block[i]);
  }
  pusher.join();
  EXPECT_EQ(seen, "12345678");
}

TEST(LinkBuffer, TheErrorComesOnceAndAfterTheLastEvent) {
  LinkBuffer buffer(100);
  ASSERT_TRUE(buffer.push(as_bytes("last")));
  buffer.finish({ErrorKind::kRetryable, "gone"});
  EventBlock block;
  ASSERT_TRUE(buffer.take(block, milliseconds(0)));
  EXPECT_EQ(block.size(), 1U);
  const auto second = buffer.take(block, milliseconds(0));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message(), "gone");
  EXPECT_TRUE(buffer.take(block, milliseconds(0)));
}

TEST(LinkBuffer, StopReleasesAPusherAndResetMakesItUsableAgain) {
  LinkBuffer buffer(4);
  ASSERT_TRUE(buffer.push(as_bytes("1234")));
  std::thread pusher([&] { EXPECT_FALSE(buffer.push(as_bytes("5678"))); });
  buffer.stop();
  pusher.join();
  buffer.reset();
  EventBlock block;
  ASSERT_TRUE(buffer.take(block, milliseconds(0)));
  EXPECT_TRUE(block.empty());
  EXPECT_TRUE(buffer.push(as_bytes("x")));
}

TEST(LinkBuffer, WakeEndsAWaitWithNothing) {
  LinkBuffer buffer(4);
  buffer.wake();
  EventBlock block;
  ASSERT_TRUE(buffer.take(block, std::chrono::minutes(1)));
  EXPECT_TRUE(block.empty());
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "base/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace tidemark {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, HandsOutInOrderAndCountsBytes) {
  BoundedQueue<int> queue(10);
  EXPECT_TRUE(queue.push(1, 4));
  EXPECT_TRUE(queue.push(2, 6));
  EXPECT_EQ(queue.bytes(), 10U);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.bytes(), 6U);
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(BoundedQueue, AdmitsOneItemLargerThanTheBound) {
  BoundedQueue<int> queue(10);
  EXPECT_TRUE(queue.push(1, 1000));
  EXPECT_EQ(queue.pop(), 1);
}

TEST(BoundedQueue, HoldsAProducerBackUntilThereIsRoom) {
  BoundedQueue<int> queue(10);
  ASSERT_TRUE(queue.push(1, 8));
  std::atomic<bool> pushed = false;
  std::thread producer([&] {
    EXPECT_TRUE(queue.push(2, 8));
    pushed = true;
  });
  std::this_thread::sleep_for(20ms);  // sleep: gives a wrong push the time to succeed
  EXPECT_FALSE(pushed);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 2);
  producer.join();
  EXPECT_TRUE(pushed);
}

TEST(BoundedQueue, ClosingLetsTheRestBeTakenAndRefusesMore) {
  BoundedQueue<std::unique_ptr<int>> queue(10);
  ASSERT_TRUE(queue.push(std::make_unique<int>(7), 1));
  queue.close();
  EXPECT_TRUE(queue.closed());
  EXPECT_FALSE(queue.push(std::make_unique<int>(8), 1));
  auto item = queue.pop();
  ASSERT_TRUE(item);
  EXPECT_EQ(**item, 7);
  EXPECT_FALSE(queue.pop());
}

TEST(BoundedQueue, ClosingWakesBothEnds) {
  BoundedQueue<int> full(1);
  ASSERT_TRUE(full.push(1, 1));
  BoundedQueue<int> empty(1);
  std::thread producer([&] { EXPECT_FALSE(full.push(2, 1)); });
  std::thread consumer([&] { EXPECT_FALSE(empty.pop()); });
  std::this_thread::sleep_for(10ms);  // sleep: so that both wait when closed, most likely
  full.close();
  empty.close();
  producer.join();
  consumer.join();
}

TEST(BoundedQueue, PopForGivesUpInTime) {
  BoundedQueue<int> queue(1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(queue.pop_for(15ms));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 15ms);
}

TEST(BoundedQueue, LosesNothingBetweenManyThreads) {
  BoundedQueue<int> queue(64);
  std::atomic<long> sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (const auto item = queue.pop()) sum += *item;
    });
  }
  std::vector<std::thread> producers;
  for (int t = 0; t < 2; ++t) {
    producers.emplace_back([&] {
      for (int i = 1; i <= 2000; ++i) EXPECT_TRUE(queue.push(i, 8));
    });
  }
  for (std::thread& producer : producers) producer.join();
  queue.close();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 2L * 2000 * 2001 / 2);
  EXPECT_EQ(queue.bytes(), 0U);
}

}  // namespace
}  // namespace tidemark

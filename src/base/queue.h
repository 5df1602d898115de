// SPDX-License-Identifier: Apache-2.0
// A bounded queue between two threads, measured in bytes. It always admits one item, so an item larger
// than the bound cannot block for ever. Closing wakes both ends: what is queued can still be taken.
// Thread: any number of producers and consumers
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace tidemark {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Waits for room. False: the queue is closed and the item was dropped.
  [[nodiscard]] bool push(T item, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || items_.empty() || bytes_ + bytes <= bytes_max_; });
    if (closed_) return false;
    bytes_ += bytes;
    items_.emplace_back(std::move(item), bytes);
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  // Waits for an item until the queue is closed and empty, or the time is up.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
    return take(lock);
  }
  std::optional<T> pop_for(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, timeout, [&] { return closed_ || !items_.empty(); });
    return take(lock);
  }
  std::optional<T> try_pop() {
    std::unique_lock lock(mutex_);
    return take(lock);
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    filled_.notify_all();
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  // Closed and empty: nothing will ever come. A consumer whose pop_for() brought nothing asks this, not
  // closed(): an item may have come in between.
  bool finished() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  std::optional<T> take(std::unique_lock<std::mutex>& lock) {
    if (items_.empty()) return std::nullopt;
    std::pair<T, std::size_t> entry = std::move(items_.front());
    items_.pop_front();
    bytes_ -= entry.second;
    lock.unlock();
    room_.notify_one();
    return std::move(entry.first);
  }

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<std::pair<T, std::size_t>> items_;  // guarded by mutex_
  std::size_t bytes_ = 0;  // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
};

}  // namespace tidemark

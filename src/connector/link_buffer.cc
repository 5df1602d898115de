// SPDX-License-Identifier: Apache-2.0
#include "connector/link_buffer.h"

#include <utility>

namespace tidemark {
namespace {

// A block that once held a huge event gives its memory back.
constexpr std::size_t kKeptCapacity = 8U << 20U;

}  // namespace

void EventBlock::clear() {
  bytes_.clear();
  ends_.clear();
  if (bytes_.capacity() > kKeptCapacity) bytes_.shrink_to_fit();
}

bool LinkBuffer::push(Bytes event) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] {
    return stopped_ || filling_.empty() || filling_.bytes() + event.size() <= bytes_max_;
  });
  if (stopped_) return false;
  const bool was_empty = filling_.empty();
  filling_.append(event);
  lock.unlock();
  if (was_empty) filled_.notify_one();
  return true;
}

void LinkBuffer::finish(Error error) {
  {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
  }
  filled_.notify_one();
}

Result<void> LinkBuffer::take(EventBlock& block, std::chrono::milliseconds timeout) {
  block.clear();
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, timeout, [&] { return woken_ || error_ || !filling_.empty(); });
  woken_ = false;
  if (!filling_.empty()) {
    std::swap(block, filling_);
    lock.unlock();
    room_.notify_one();
    return {};
  }
  if (error_) return std::unexpected(std::move(*std::exchange(error_, std::nullopt)));
  return {};
}

void LinkBuffer::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  filled_.notify_one();
}

void LinkBuffer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_one();
}

void LinkBuffer::reset() {
  const std::lock_guard lock(mutex_);
  filling_.clear();
  error_.reset();
  stopped_ = false;
}

}  // namespace tidemark

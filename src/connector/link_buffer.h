// SPDX-License-Identifier: Apache-2.0
// The hand-over between the link thread, which receives events, and the source thread, which decodes
// them: two blocks of raw events that change places. The link thread fills one while the source thread
// works through the other, so that a busy stream travels in large blocks and a quiet one event by event.
// Thread: push by the link thread, take by the source thread
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark {

// Raw events one after another.
class EventBlock {
 public:
  void append(Bytes event) {
    bytes_.insert(bytes_.end(), event.begin(), event.end());
    ends_.push_back(bytes_.size());
  }
  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  std::size_t bytes() const { return bytes_.size(); }
  Bytes operator[](std::size_t i) const {
    const std::size_t from = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + from, ends_[i] - from};
  }
  // Keeps the capacity, unless a huge event made it unreasonable.
  void clear();

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> ends_;
};

class LinkBuffer {
 public:
  explicit LinkBuffer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Waits while the block being filled is full; always admits one event into an empty block.
  // False: stopped, the event was dropped.
  [[nodiscard]] bool push(Bytes event);
  // The link has ended; the source thread gets `error` after the events received before it.
  void finish(Error error);

  // Swaps `block` (which is cleared) against what has come in; waits up to `timeout` for something.
  // An empty block means that the time is up or wake() was called. The error of finish() comes once,
  // after the last event.
  Result<void> take(EventBlock& block, std::chrono::milliseconds timeout);
  // Makes a waiting take() return.
  void wake();
  // Makes push() return false from now on.
  void stop();
  // For a new link after finish(): drops what is left.
  void reset();

 private:
  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable room_;
  EventBlock filling_;  // guarded by mutex_
  std::optional<Error> error_;  // guarded by mutex_
  bool woken_ = false;  // guarded by mutex_
  bool stopped_ = false;  // guarded by mutex_
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Waiting between attempts: doubles from the first wait to the longest, and counts attempts.
// Thread: one owner
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "config/settings.h"

namespace tidemark {

class Backoff {
 public:
  explicit Backoff(const RetrySettings& settings) : settings_(settings) {}

  // The next wait; nothing when the attempts are used up.
  std::optional<std::chrono::milliseconds> next() {
    if (settings_.max >= 0 && attempts_ >= settings_.max) return std::nullopt;
    const auto doubled = settings_.initial_ms << std::min<std::int64_t>(attempts_, 20);
    ++attempts_;
    return std::chrono::milliseconds(std::min(doubled, settings_.max_ms));
  }
  void reset() { attempts_ = 0; }

 private:
  RetrySettings settings_;
  std::int64_t attempts_ = 0;
};

inline void sleep_unless_stopped(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any wakeup;
  std::unique_lock lock(mutex);
  wakeup.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What the engine shows of itself: the latest position, lag, counts. Written by the source thread,
// read by the status thread.
// Thread: any
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connector/delivery.h"
#include "snapshot/progress.h"

namespace tidemark {

struct StatusView {
  std::string state = "starting";  // starting, snapshot, streaming, reconnecting, stopping
  Offset offset;
  std::int64_t lag_ms = -1;        // event time against our clock; -1: no event yet
  std::int64_t last_event_ms = 0;  // event time, since the epoch
  std::uint64_t events = 0;
  bool snapshot_paused = false;
  std::vector<TableProgress> snapshots;  // in chunks; in the state "snapshot" those at start
  std::vector<TableProgress> blocking;   // by signal, in one view: the chunks rest meanwhile
  std::shared_ptr<const AnswerLog> answers;
};

class StatusBoard {
 public:
  // `change(StatusView&)` runs under the board's lock.
  template <class Change>
  void update(Change&& change, bool urgent = false) {
    {
      const std::lock_guard lock(mutex_);
      change(view_);
      ++revision_;
      urgent_ |= urgent;
    }
    if (urgent) changed_.notify_all();
  }
  StatusView view() const {
    const std::lock_guard lock(mutex_);
    return view_;
  }
  // Waits until something urgent happened or the time is up.
  void wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return urgent_; });
    urgent_ = false;
  }
  std::uint64_t revision() const {
    const std::lock_guard lock(mutex_);
    return revision_;
  }
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      urgent_ = true;
    }
    changed_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  StatusView view_;              // guarded by mutex_
  std::uint64_t revision_ = 0;   // guarded by mutex_
  bool urgent_ = false;          // guarded by mutex_
};

}  // namespace tidemark

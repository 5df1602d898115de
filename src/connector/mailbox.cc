// SPDX-License-Identifier: Apache-2.0
#include "connector/mailbox.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidemark {
namespace {

// How often a reader that waits for the stream looks whether its window is still wanted.
constexpr std::chrono::milliseconds kSeenLook{200};
// Memory of emitted chunks that is kept for readers.
constexpr std::size_t kSpareRowsMax = 4;
constexpr std::size_t kSpareRowsBytesMax = 4U << 20U;

}  // namespace

void Mailbox::post(ReaderMessage message) {
  {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
  }
  if (woken_) woken_();
}

void Mailbox::post(OutsideSignal signal) {
  {
    const std::lock_guard lock(mutex_);
    signals_.push_back(std::move(signal));
  }
  if (woken_) woken_();
}

ChunkRows Mailbox::spare_rows() {
  const std::lock_guard lock(mutex_);
  if (spare_rows_.empty()) return {};
  ChunkRows rows = std::move(spare_rows_.back());
  spare_rows_.pop_back();
  return rows;
}

std::optional<Seen> Mailbox::await_seen(const WindowId& window, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool told =
        seen_told_.wait_for(lock, stop, kSeenLook, [&] { return seen_.contains(window); });
    if (told) return std::move(seen_.extract(window).mapped());
    if (stop.stop_requested() || !director_.live(window)) return std::nullopt;
  }
}

std::vector<ReaderMessage> Mailbox::take_messages() {
  const std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

const OutsideSignal* Mailbox::first_signal() {
  const std::lock_guard lock(mutex_);
  // Others are only appended: a deque keeps this one where it is.
  return signals_.empty() ? nullptr : &signals_.front();
}

void Mailbox::signal_done() {
  const std::lock_guard lock(mutex_);
  signals_.pop_front();
}

// Unless huge rows made that memory large.
void Mailbox::give_back(ChunkRows rows) {
  if (rows.bytes() > kSpareRowsBytesMax) return;
  rows.reset();
  const std::lock_guard lock(mutex_);
  if (spare_rows_.size() < kSpareRowsMax) spare_rows_.push_back(std::move(rows));
}

void Mailbox::answer(std::span<const WindowId> asked, const Seen& seen,
                     FunctionRef<bool(const WindowId&)> wanted) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(seen_, [&](const auto& told) { return !wanted(told.first); });
    for (const WindowId& window : asked) {
      if (wanted(window)) seen_.emplace(window, seen);
    }
  }
  seen_told_.notify_all();
}

}  // namespace tidemark

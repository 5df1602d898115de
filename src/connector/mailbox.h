// SPDX-License-Identifier: Apache-2.0
// What chunk readers and channels of signals tell the source thread, and what it tells readers back.
//
// Order:  of the calls, for each kind
// Thread: the first half any, the second half the source thread's
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <variant>
#include <vector>

#include "base/function_ref.h"
#include "change/gtid_set.h"
#include "change/position.h"
#include "connector/outside_signal.h"
#include "snapshot/director.h"
#include "snapshot/window.h"

namespace tidemark {

// insert_delete: the reader's DELETE of its open row has been committed.
struct CloseConfirmed {
  WindowId window;
  std::uint64_t rows_deleted = 0;
};
// The reader wants to know what the stream had begun to see after the window began to note: await_seen().
struct SeenAsked {
  WindowId window;
};
// What a reader tells the source thread, in this order for each window: spec, question, rows, confirmation.
using ReaderMessage = std::variant<WindowSpec, SeenAsked, ChunkRows, CloseConfirmed>;

// What the stream has begun to see, the transaction in progress included.
struct Seen {
  GtidSet gtids;  // of MySQL
  Position here;  // on the present link's server
  std::uint32_t server_id = 0;  // that wrote the file; 0: unknown
};

class Mailbox {
 public:
  // `director` outlives the mailbox: it knows which windows are void.
  explicit Mailbox(const Director& director) : director_(director) {}

  // -- any thread --

  void post(ReaderMessage message);
  void post(OutsideSignal signal);
  // Empty rows, with the memory of some that were emitted where there are any.
  ChunkRows spare_rows();
  // Waits for the answer to SeenAsked. Nothing: the window became void, or stop is requested.
  std::optional<Seen> await_seen(const WindowId& window, const std::stop_token& stop);
  // Grows when the stream begins anew over another link, perhaps at another server.
  std::uint64_t link() const { return link_; }

  // -- the source thread --

  // Called at every post, so that an idle stream looks; to be set before anybody posts.
  void on_post(std::function<void()> woken) { woken_ = std::move(woken); }
  std::vector<ReaderMessage> take_messages();
  // The first signal that is not done; null: none. It stays where it is until signal_done().
  const OutsideSignal* first_signal();
  void signal_done();
  void give_back(ChunkRows rows);
  // Answers these questions. What no reader has fetched goes when its window is no longer `wanted`.
  void answer(std::span<const WindowId> asked, const Seen& seen,
              FunctionRef<bool(const WindowId&)> wanted);
  void link_opened() { ++link_; }

 private:
  const Director& director_;
  std::function<void()> woken_;
  std::atomic<std::uint64_t> link_{0};

  std::mutex mutex_;
  std::vector<ReaderMessage> messages_;  // guarded by mutex_
  std::deque<OutsideSignal> signals_;  // guarded by mutex_; the first may be in work
  std::map<WindowId, Seen> seen_;  // guarded by mutex_; until its reader has fetched it
  std::condition_variable_any seen_told_;  // with mutex_
  std::vector<ChunkRows> spare_rows_;  // guarded by mutex_
};

}  // namespace tidemark

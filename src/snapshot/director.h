// SPDX-License-Identifier: Apache-2.0
// The director of incremental snapshots: which table, which stripe, which chunk next, and who reads it.
//
//   queue of tables ── start (minimum, maximum key) ──> stripes ── chunks ──> windows in flight
//
// A stripe is (cursor, upper] of a table's key, leased by one reader at a time. `cursor` is the last key
// whose chunk was emitted; it alone is stored. The reader works ahead of it.
//
// Invariants
//   1. The cursor moves only in chunk_emitted(), which is called in the same step between two events in
//      which the chunk's read events went out. A chunk read but not emitted is read again.
//   2. Chunks of one stripe are emitted in key order: begin_emit() allows only the first in flight.
//      When one becomes void, so do all after it in its stripe, and reading goes on behind what is left.
//   3. A stripe is divided only by its owner, between two SELECTs, above all that it has read, and both
//      halves appear in state() at once.
//   4. A table's maximum key is fixed when its snapshot starts: rows inserted later, and rows moved
//      beyond it, reach the stream anyway.
//   5. After stop() has returned nothing of its tables is emitted: begin_emit() refuses.
//   6. A reader has at most kWindowsPerReader windows in flight, whatever stripes they are of: so rows in
//      memory are bounded by readers x kWindowsPerReader x chunk size, which is one of bytes, too (chunk_fit.h).
//   7. A table leaves the state in the same checkpoint in which its outcome appears.
//
// Use by a reader:
//     task = wait_next() -> kStart: read min and max key, report_start / report_start_failed
//                        -> kSplitCheck: ask the server, report_split
//                        -> kChunk: register the window with the source thread; write LW; SELECT;
//                           report_read(); hand the rows over; look at next(): if it is a chunk, close
//                           this window and open that one in one transaction; otherwise close this one
//                           first and then wait_next(). Never wait_next() with an unwritten close: the
//                           director may be waiting for it.
//                           Any failure: report_failed() of each window whose close is not known to
//                           be written, the earlier one first; a new try comes as a new task with a
//                           new id. Unknown ids are ignored.
// Use by the source thread:
//     before WindowSet::add of a reader's message: live(id), else drop it: the window may have become
//     void on the message's way, and take_voided() named it before it was there
//     at kReady of WindowSet: if begin_emit(id): drain, chunk_emitted(id, n); else discard the window
//     at kVoided: window_voided(id, reason);   after each of its calls here: take_voided() -> discard
//
// Thread:  shared by the source thread and the readers; every member function locks the one mutex of
//          this object, and none calls out while holding it, save the clock and Options.new_id. submit,
//          stop, pause, resume, void_*, fail_table, begin_emit, chunk_emitted, checkpoint and restore
//          are the source thread's, which is what makes 1, 5 and 7 hold.
// Time:    from Clock; wait_next sleeps in real time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "change/offset.h"
#include "schema/table.h"
#include "snapshot/chunk_key.h"
#include "snapshot/progress.h"
#include "snapshot/window.h"
#include "snapshot/window_fault.h"

namespace tidemark {

using ReaderId = std::uint32_t;

struct ChunkTask {
  enum class Kind : std::uint8_t { kStart, kSplitCheck, kChunk };

  Kind kind = Kind::kStart;
  std::uint64_t ticket = 0;  // names the task in reports of kStart and kSplitCheck
  TablePtr table;  // select, decode and encode under this structure
  std::shared_ptr<const ChunkKey> key;  // of that structure; shared with later tasks
  std::string condition;  // of the signal; empty: none
  std::string signal_id;

  // kChunk. Bounds as in chunk_query.h.
  WindowId window;
  std::uint64_t stripe = 0;
  std::uint32_t limit = 0;
  KeyTuple lower;
  KeyTuple upper;

  // kSplitCheck: does lower < split < upper hold at the server?
  KeyTuple split;
};

struct KeyRange {
  KeyTuple minimum;
  KeyTuple maximum;
};

// What a SELECT brought.
struct ChunkRead {
  KeyTuple last_key;  // where reading goes on: of the last row, or where the chunk was made to end
  std::uint64_t rows = 0;
  // Nothing is left below the upper bound: fewer rows than the limit came. A reader that cuts a chunk
  // short itself says false, and gives a last_key even when no row was left in it.
  bool last = false;
};

struct SnapshotRequest {
  TablePtr table;
  std::string condition;
  std::string surrogate{};  // column to read the table by; empty: its own key
};
struct SubmitResult {
  enum class Status : std::uint8_t {
    kQueued,
    kMerged,  // the same table in the same way is waiting already: that request serves both
    kRefused,  // no chunk key: see error
  };
  TableId table;
  Status status = Status::kQueued;
  std::string merged_into;  // kMerged: signal id of the earlier request
  bool running = false;  // kMerged: it has begun
  std::string
      note;  // kQueued: how the table is read where that is not by its key; empty: by its key
  std::optional<Error> error;
};

// What a chunk belongs to.
struct ChunkOrigin {
  std::string signal_id;
  KeyTuple maximum;  // of its table
};

class Planner;

class Director {
 public:
  static constexpr std::size_t kWindowsPerReader = 2;
  static constexpr std::chrono::milliseconds kBackoffMin{100};
  static constexpr std::chrono::milliseconds kBackoffMax{10'000};
  // Tries of one chunk whose rows no key tells apart and which were perhaps touched meanwhile; with the
  // back-off about half a minute.
  static constexpr unsigned kPerhapsTouchedMax = 10;

  struct Options {
    std::uint32_t chunk_rows = 1024;
    std::uint32_t readers = 2;
    bool operations_skipped = false;  // some kinds of change are not emitted
    std::function<WindowId()> new_id;  // default: random UUIDs
    WindowFault fault = WindowFault::kNone;
  };
  Director(Options options, const Clock& clock);
  ~Director();
  Director(const Director&) = delete;
  Director& operator=(const Director&) = delete;

  // -- readers --

  // The next task of a reader, or nothing for now.
  std::optional<ChunkTask> next(ReaderId reader);
  // Waits for one; nothing when stop is requested.
  std::optional<ChunkTask> wait_next(std::stop_token stop, ReaderId reader);

  // kStart done: the table's first and last key, or nothing for an empty table.
  void report_start(std::uint64_t ticket, std::optional<KeyRange> range);
  void report_start_failed(std::uint64_t ticket, const Error& error);
  // kSplitCheck done. An answer that failed counts as false.
  void report_split(std::uint64_t ticket, bool inside);
  // A chunk's SELECT has returned. False: the window is void, drop the rows and write no close.
  [[nodiscard]] bool report_read(std::string_view window, ChunkRead read);
  // kRetryable errors are tried again for ever, with back-off; others end the table as FAILED.
  void report_failed(std::string_view window, const Error& error);
  // The reader ends or loses its connection: all its windows in flight are void, its leases free.
  void release(ReaderId reader);

  // -- source thread: signals --

  std::vector<SubmitResult> submit(const std::string& signal_id,
                                   const std::vector<SnapshotRequest>& requests);
  // The tables that were stopped, in queue order; an empty optional stops all.
  std::vector<TableId> stop(const std::optional<std::vector<TableId>>& tables,
                            const std::string& reason);
  // False: nothing changed. What is in flight is still emitted after pause().
  bool pause();
  bool resume();
  bool paused() const;
  bool operations_skipped() const { return operations_skipped_; }
  // Tables queued or running.
  std::vector<TableId> tables() const;
  bool idle() const;

  // -- source thread: the stream --

  // Is this window in flight?
  bool live(std::string_view window) const;
  // Nothing for one that is not in flight.
  std::optional<ChunkOrigin> origin_of(std::string_view window) const;
  // May this window's rows go out now? False: it is void, discard it.
  [[nodiscard]] bool begin_emit(std::string_view window);
  // They have gone out: `emitted` of the rows reported read.
  void chunk_emitted(std::string_view window, std::uint64_t emitted);
  void window_voided(std::string_view window, VoidReason reason);
  // The table's windows are void; later tasks carry `table`, the newest structure (the same one after
  // TRUNCATE). A structure without the old key order starts the table's snapshot over; one without a
  // usable key fails it.
  void void_table(const TablePtr& table, VoidReason reason);
  // The table is gone, or not captured any more.
  void fail_table(const TableId& table, const std::string& reason);
  void void_all(VoidReason reason);
  // While held no task is given out: the stream is down or moving.
  void hold(bool held);
  // Windows that became void in here since the last call, for WindowSet::discard. Cheap when there are
  // none.
  std::vector<WindowId> take_voided();

  // -- source thread: what is stored --

  struct Checkpoint {
    IncrementalState state;
    std::vector<SnapshotOutcome> outcomes;  // since the last checkpoint, oldest first
  };
  // State and outcomes of one moment; the outcomes are handed over.
  Checkpoint checkpoint();
  IncrementalState state() const;
  // Grows with every change of state() or outcomes: nothing to store while it stands still.
  std::uint64_t revision() const;
  // Takes up a stored state; before any task is given out. A table for which `current` has nothing ends
  // as FAILED.
  void restore(const IncrementalState& state,
               const std::function<TablePtr(const TableId&)>& current);
  // At any time: tables that others have read a part of, behind those there are.
  void add(std::span<const TableSnapshotState> tables,
           const std::function<TablePtr(const TableId&)>& current);

  std::vector<TableProgress> progress() const;

 private:
  void wake();

  const Clock& clock_;
  const bool operations_skipped_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unique_ptr<Planner> planner_;  // guarded by mutex_
  std::uint64_t wakes_ = 0;  // guarded by mutex_; grows whenever a task may have appeared
};

}  // namespace tidemark

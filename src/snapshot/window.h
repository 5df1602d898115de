// SPDX-License-Identifier: Apache-2.0
// Watermark windows: which rows of a chunk may leave as read events, and where in the stream.
//
//   idle ──LW──> open ──HW──> closed ──emitted──> gone         void: at any time, gone at once
//
//   idle    registered; its low watermark has not been met in the stream
//   open    every key of the table touched by an emitted event is noted: a row with that identity will
//           not be emitted, because the event represents it
//   closed  the high watermark has been met. With insert_delete it goes on noting until the reader has
//           confirmed that its own DELETE removed the open row; emitting later than HW is safe as long
//           as keys are noted until then
//
// Read-only windows have no rows in the log. They are open from their registration on, and close when the stream
// has reached the place in the log that came with their rows (reached()); their reader keeps the rest of the
// promise, see connector/read_only_marks.h.
//
// Invariants (why a window is right)
//   1. A window is registered before its LW is sent, under an id that was never used before. A mark of
//      an unknown id is ignored: it is of an earlier run, an earlier try or another engine.
//   2. Rows are handed over before HW is written. So a close met before the rows are here is not ours,
//      and voids the window.
//   3. A row that no event touched between LW and HW had one state in all of that time, and the SELECT
//      saw it: it is not stale at HW. This needs every emitted event of the table noted from LW on, with
//      the keys of both images. If an event touched the row, the state that the SELECT saw is the
//      before or after image of an event of the window, so its identity was noted byte for byte.
//   4. Rows are kept by position. An identity that occurs twice in a buffer is dropped twice.
//   5. A content that was noted says only that some row which looks so was touched: dropping might lose another one,
//      emitting might bring back an old state. Such a window becomes void at its close and is read again.
//   6. TRUNCATE, DROP or a new layout void the windows of the table, open or idle: the rows are read again.
//   7. An event with gaps in its after image does not represent its row. Noted it is all the same, for
//      the row read may be stale; but a window that has such a row becomes void when it would close. So
//      does each open window where the gaps hide which row it was.
//
// Memory: before the rows are here, the keys noted so far; afterwards the rows and a mark for each.
// Cost: note() hashes the identity once per open window of the table and allocates nothing once sizes
//       have settled.
// Thread: source thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "change/offset.h"
#include "change/position.h"
#include "schema/table.h"
#include "snapshot/identity_set.h"
#include "snapshot/window_fault.h"

namespace tidemark {

using WindowId = std::string;  // the watermark rows' id before "-open" and "-close": a UUID's text

enum class Watermarking : std::uint8_t { kInsertInsert, kInsertDelete, kReadOnly };

enum class VoidReason : std::uint8_t {
  kTruncated,
  kLayoutChanged,  // DDL, or rows selected under another layout than the stream's
  kPartialImage,  // an event that touched one of its rows does not carry all of that row
  kStopped,  // stop-snapshot
  kMarkDeleted,  // a watermark row was deleted by someone else
  kMarkLost,  // a high mark without its low mark or without its rows
  kServerChanged,  // the stream went to another server
  kReadFailed,  // the reader gave up this try
  kEarlierVoid,  // a chunk before it in its stripe became void
  kTooManyKeys,  // more keys were noted before the rows came than a window may hold
  kOvertaken,  // rows of the table, newer than the chunk's, were emitted by another snapshot
  kPerhapsTouched,  // an event touched a row that looks like one of the chunk, and no key tells them apart
};
std::string_view to_string(VoidReason reason);

struct WindowSpec {
  WindowId id;
  TableId table;
  std::uint64_t table_version = 0;  // TableDef.version the chunk is selected under
  std::uint64_t stripe = 0;  // Director's, for logs
  // Keep the noted keys that match no row byte for byte, for a weight query at HW.
  bool keep_unmatched = false;
  // Rows are known by content (row_identity.h): a noted one that looks like a row of the chunk voids the
  // window instead of dropping the row.
  bool by_content = false;
};

struct Slice {
  std::uint64_t at = 0;
  std::uint32_t size = 0;
};
// Ranges of ChunkRows.arena.
struct RowSlot {
  Slice key;  // record key JSON
  Slice row;  // row JSON
  Slice identity;  // append_identity
  Slice weight;  // append_weight; empty where no weights were asked for
};

// The rows of one chunk as its reader encoded them, in key order.
struct ChunkRows {
  WindowId window;
  TablePtr table;  // the structure they were selected and encoded under
  std::string arena;
  std::vector<RowSlot> rows;
  KeyTuple last_key;  // of the last row; empty when there is none
  bool last_chunk_of_stripe = false;
  std::uint64_t rows_read = 0;
  Position close_at;  // kReadOnly: the high watermark, a place between two transactions

  std::string_view text(const Slice& slice) const { return {arena.data() + slice.at, slice.size}; }
  std::size_t bytes() const { return arena.size() + rows.size() * sizeof(RowSlot); }
  // Empty again, with its memory.
  void reset() {
    std::string bytes = std::move(arena);
    std::vector<RowSlot> slots = std::move(rows);
    bytes.clear();
    slots.clear();
    *this = ChunkRows();
    arena = std::move(bytes);
    rows = std::move(slots);
  }
};

class Window {
 public:
  enum class State : std::uint8_t { kIdle, kOpen, kClosed };

  const WindowSpec& spec() const { return spec_; }
  State state() const { return state_; }
  bool has_rows() const { return has_rows_; }
  const ChunkRows& rows() const { return rows_; }
  bool dropped(std::size_t row) const { return dropped_[row] != 0; }
  std::size_t rows_dropped() const { return rows_dropped_; }
  // A dropped row is not represented by the event that touched it: the chunk is to be read again.
  bool read_again() const { return read_again_; }
  SteadyTime registered_at() const { return registered_at_; }

  // Drops every row with this identity, now or when the rows come. `gaps`: and if there is one, the
  // window is void at its close.
  void note(std::string_view identity, bool gaps = false);
  // Some row was touched, nobody knows which: void at its close.
  void note_hidden() { read_again_ = true; }

  // keep_unmatched: the identities noted so far that matched no row; complete once rows are here.
  std::vector<std::string_view> unmatched() const;
  // Drops every row of this weight; which may make read_again() true.
  void drop_weight(std::string_view weight);

 private:
  friend class WindowSet;

  void reset(WindowSpec spec, SteadyTime now, std::size_t noted_max);
  void take(ChunkRows rows);
  void index_rows();
  bool drop_matches(std::string_view identity);

  WindowSpec spec_;
  State state_ = State::kIdle;
  bool has_rows_ = false;
  bool close_confirmed_ = false;
  bool overflowed_ = false;
  bool perhaps_touched_ = false;
  bool read_again_ = false;
  bool gaps_seen_ = false;
  IdentitySet gaps_;  // until the rows are here: noted from events with gaps
  std::size_t noted_max_ = 0;
  SteadyTime registered_at_;
  IdentitySet
      noted_;  // until the rows are here; afterwards only what matched none (keep_unmatched)
  ChunkRows rows_;
  std::vector<std::uint8_t> dropped_;
  std::size_t rows_dropped_ = 0;
  struct IndexSlot {
    std::uint64_t hash = 0;
    std::uint32_t row = 0;  // row + 1; 0: free
  };
  std::vector<IndexSlot> index_;  // open addressing by identity; power of two, at most half full
};

// What a watermark row or a message did.
enum class MarkResult : std::uint8_t {
  kIgnored,  // unknown id, or a repetition
  kNoted,  // the window changed its state and waits
  kReady,  // the window can be emitted now: drain() it
  kVoided,  // the window is gone: tell Director::window_voided
};

class WindowSet {
 public:
  struct Options {
    Watermarking watermarking = Watermarking::kInsertInsert;
    // Identities one window may hold before its rows are here. With more it becomes void at its next
    // mark or message.
    std::size_t noted_keys_max = 4'000'000;
    WindowFault fault = WindowFault::kNone;
  };
  explicit WindowSet(Options options);
  ~WindowSet();
  WindowSet(const WindowSet&) = delete;
  WindowSet& operator=(const WindowSet&) = delete;

  // -- messages of readers, applied before the event that is looked at next --

  // kNoted, or kVoided when the stream already knows a newer layout of the table than the spec's.
  MarkResult add(WindowSpec spec, SteadyTime now);
  // kReady only under a fault; kVoided when the rows were selected under another layout than the
  // window's; kIgnored when the window is gone: the rows are thrown away.
  MarkResult hand_over(ChunkRows rows);
  // insert_delete: how many rows the reader's DELETE of the open row removed. One confirms the close;
  // none means that someone else removed it, at an unknown moment.
  MarkResult confirm_close(std::string_view id, std::uint64_t rows_deleted);

  // -- the stream, in its order --

  // A `snapshot-window-open` row was inserted.
  MarkResult low_mark(std::string_view id);
  // A `snapshot-window-close` row was inserted.
  MarkResult high_mark(std::string_view id);
  // A watermark row of this window was deleted. The high mark with insert_delete; otherwise someone
  // else's doing.
  MarkResult mark_deleted(std::string_view id);
  // kReadOnly: the windows whose rows are here and whose high watermark is at or before this place, up to which
  // every event of every transaction has been met. In the order of their registration, for high_mark().
  std::vector<WindowId> reached(const Position& here) const;

  // The open windows of a table: ask once per rows event, and compute no identity when it is empty.
  // Valid until the next call of a non-const function of the set.
  std::span<Window* const> open_windows(const TableId& table);
  // Notes in each of them. Call for every emitted event with the identity of each image it carries.
  void note(const TableId& table, std::string_view identity, bool gaps = false);
  // The same for an event that does not say which row it touched.
  void note_hidden(const TableId& table);

  // Windows of the table become void; those registered later under a version below `version_min` too
  // (0: whatever they have is fine, as after TRUNCATE). Returns their ids.
  std::vector<WindowId> void_table(const TableId& table, VoidReason reason,
                                   std::uint64_t version_min = 0);
  std::vector<WindowId> void_all(VoidReason reason);
  // Unknown ids are fine.
  void discard(std::string_view id, VoidReason reason);

  // -- emission --

  // Why the last kVoided was said.
  VoidReason void_reason() const { return void_reason_; }

  // Null when unknown.
  Window* find(std::string_view id);
  const Window* find(std::string_view id) const;
  // Calls emit(const ChunkRows&, const RowSlot&) for each row that survives, in key order, and forgets
  // the window; the number of rows emitted. Only after kReady, between two events.
  template <class Emit>
  std::size_t drain(std::string_view id, Emit&& emit) {
    Window* const window = find(id);
    if (window == nullptr || !window->has_rows_) return 0;
    std::size_t emitted = 0;
    for (std::size_t i = 0; i < window->rows_.rows.size(); ++i) {
      if (window->dropped(i) && options_.fault != WindowFault::kIgnoreNoted) continue;
      emit(std::as_const(window->rows_), window->rows_.rows[i]);
      ++emitted;
    }
    drained_ = std::move(window->rows_);
    remove(*window);
    return emitted;
  }
  // The rows of the window drained last, for their memory. Empty when taken already.
  ChunkRows take_drained() { return std::exchange(drained_, {}); }
  std::size_t size() const { return live_.size(); }
  std::size_t buffered_rows() const;
  std::size_t buffered_bytes() const;
  // Registered before `before`: windows whose marks do not come. For a warning with its cause.
  std::vector<const Window*> older_than(SteadyTime before) const;

 private:
  MarkResult close(Window& window);
  MarkResult make_void(Window& window, VoidReason reason);
  void remove(Window& window);

  const Options options_;
  std::vector<std::unique_ptr<Window>> live_;  // in order of registration; few
  std::vector<std::unique_ptr<Window>> spare_;  // emptied, with their memory
  std::vector<Window*> open_;  // answer of open_windows
  ChunkRows drained_;
  VoidReason void_reason_ = VoidReason::kMarkLost;
  std::map<TableId, std::uint64_t> version_min_;
};

}  // namespace tidemark

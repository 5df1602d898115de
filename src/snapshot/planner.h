// SPDX-License-Identifier: Apache-2.0
// The state machine inside Director, without lock and without waiting: director.h explains it.
// A run is one queued or running table snapshot; a flight is a chunk whose window is not emitted yet.
// Thread: none of its own; Director calls it under its mutex.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/director.h"

namespace tidemark {

class Planner {
 public:
  Planner(Director::Options options, const Clock& clock);

  std::optional<ChunkTask> next(ReaderId reader);
  // When next() might have a task that it withholds for a back-off.
  std::optional<SteadyTime> next_due() const;

  void report_start(std::uint64_t ticket, std::optional<KeyRange> range);
  void report_start_failed(std::uint64_t ticket, const Error& error);
  void report_split(std::uint64_t ticket, bool inside);
  bool report_read(std::string_view window, ChunkRead read);
  void report_failed(std::string_view window, const Error& error);
  void release(ReaderId reader);

  std::vector<SubmitResult> submit(const std::string& signal_id,
                                   const std::vector<SnapshotRequest>& requests);
  std::vector<TableId> stop(const std::optional<std::vector<TableId>>& tables,
                            const std::string& reason);
  bool set_paused(bool paused);
  bool paused() const { return paused_; }
  std::vector<TableId> tables() const;

  bool live(std::string_view window) const { return static_cast<bool>(place_of(window)); }
  std::optional<ChunkOrigin> origin_of(std::string_view window) const;
  bool begin_emit(std::string_view window);
  void chunk_emitted(std::string_view window, std::uint64_t emitted);
  void window_voided(std::string_view window, VoidReason reason);
  void void_table(const TablePtr& table, VoidReason reason);
  void fail_table(const TableId& table, const std::string& reason);
  void void_all(VoidReason reason);
  void hold(bool held) { held_ = held; }
  std::vector<WindowId> take_voided() { return std::exchange(voided_, {}); }

  IncrementalState state() const;
  std::vector<SnapshotOutcome> take_outcomes() { return std::exchange(outcomes_, {}); }
  std::uint64_t revision() const { return revision_; }
  void restore(const IncrementalState& state,
               const std::function<TablePtr(const TableId&)>& current);
  void add(std::span<const TableSnapshotState> tables,
           const std::function<TablePtr(const TableId&)>& current);
  std::vector<TableProgress> progress() const;

 private:
  struct Flight {
    WindowId id;
    ReaderId reader = 0;
    bool read = false;  // the SELECT has returned: `result` holds
    bool emitting =
        false;  // between begin_emit() and chunk_emitted(): its reader has no say any more
    ChunkRead result;
  };
  struct Retry {
    unsigned attempts = 0;
    SteadyTime not_before{};
  };
  struct Stripe {
    std::uint64_t number = 0;
    KeyTuple cursor;  // last key emitted: all that is stored, with upper
    KeyTuple upper;
    std::deque<Flight> flight;  // key order; only the last can be unread
    std::optional<ReaderId> owner;
    bool all_read = false;  // the last flight reaches upper; never without a flight
    bool split_wanted = false;
    bool split_refused = false;  // no point found: not asked again
    std::uint64_t split_ticket = 0;
    KeyTuple split;  // under check while split_ticket is set
    Retry retry;
    unsigned perhaps_touched = 0;  // tries of the chunk behind `cursor` that ended so

    // The last key that was read: reading goes on after it.
    const KeyTuple& read_to() const {
      for (auto it = flight.rbegin(); it != flight.rend(); ++it) {
        if (it->read && !it->result.last_key.empty()) return it->result.last_key;
      }
      return cursor;
    }
    // A split under check dies with the lease: the next owner may be inside a SELECT at its answer.
    void unlease() {
      owner.reset();
      split_ticket = 0;
    }
  };
  enum class Phase : std::uint8_t { kQueued, kStarting, kRunning };
  struct Run {
    TableSnapshotState stored;  // without stripes
    TablePtr table;
    std::shared_ptr<const ChunkKey> key;  // shared with tasks
    Phase phase = Phase::kQueued;
    std::uint64_t start_ticket = 0;
    ReaderId start_reader = 0;
    Retry retry;
    std::vector<std::unique_ptr<Stripe>> stripes;  // key order
    RateMeter rate;

    TableId id() const { return {stored.database, stored.table}; }
  };
  struct Place {  // of a stripe, and in it of a flight
    Run* run = nullptr;
    Stripe* stripe = nullptr;
    std::size_t flight = 0;
    explicit operator bool() const { return stripe != nullptr; }
  };

  Result<ChunkKey> key_of(const TableDef& table, const TableSnapshotState& stored) const;

  // Tasks
  ChunkTask task(const Run& run, ChunkTask::Kind kind) const;
  ChunkTask start(Run& run, ReaderId reader);
  std::optional<ChunkTask> go_on(Run& run, Stripe& stripe, ReaderId reader);
  ChunkTask chunk(Run& run, Stripe& stripe, ReaderId reader);
  std::optional<ChunkTask> try_split(Run& run, Stripe& stripe);
  void split(Run& run, Stripe& stripe, const KeyTuple& at);
  void ask_for_split();
  std::size_t windows_of(ReaderId reader) const;
  Place owned_by(ReaderId reader) const;
  Place place_of(std::string_view window) const;
  Place place_of_split(std::uint64_t ticket) const;
  Run* starting(std::uint64_t ticket) const;

  // Ends
  void void_from(Stripe& stripe, std::size_t flight);
  void void_run(const Run& run);
  void start_over(Run& run);
  void finish_stripe(Run& run, Stripe& stripe);
  void end(Run& run, std::string_view status, const std::string& reason);
  void back_off(Retry& retry);
  bool due(const Retry& retry) const { return retry.not_before <= clock_.steady(); }

  // Sizes
  static std::optional<double> remaining_share(const Run& run, const KeyTuple& from,
                                               const KeyTuple& upper);
  static std::optional<double> done_share(const Run& run);
  static double rows_expected(const Run& run);
  static double rows_remaining(const Run& run, const Stripe& stripe);

  const Director::Options options_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Run>> runs_;  // queue order
  std::vector<WindowId> voided_;
  std::vector<SnapshotOutcome> outcomes_;
  bool paused_ = false;
  bool held_ = false;
  std::uint64_t revision_ = 0;
  std::uint64_t last_number_ = 0;  // of tickets and stripes
};

}  // namespace tidemark

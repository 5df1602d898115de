// SPDX-License-Identifier: Apache-2.0
// Signals, stored state and sizes of the planner.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "snapshot/chunk_query.h"
#include "snapshot/planner.h"

namespace tidemark {
namespace {

constexpr double kPercentMaxByRows = 99;  // an estimate of rows never says that all is done

bool state_fits(const TableSnapshotState& state, const ChunkKey& key) {
  const bool bounded = !key.columns.empty();
  bool fits =
      key.accepts(state.minimum) && key.accepts(state.maximum) && bounded == !state.maximum.empty();
  for (const StripeState& stripe : state.stripes) {
    fits = fits && key.accepts(stripe.cursor) && key.accepts(stripe.upper) &&
           bounded == !stripe.upper.empty();
  }
  return fits;
}

std::string note_of(const ChunkKey& key, const SnapshotRequest& request) {
  if (!request.surrogate.empty()) return "by " + key.columns.front().quoted;
  if (key.unique) return {};
  return key.columns.empty() ? "it has no key: as a whole, in one chunk"
                             : "by a key that may repeat";
}

}  // namespace

Result<ChunkKey> Planner::key_of(const TableDef& table, const TableSnapshotState& stored) const {
  return chunk_key_of(
      table, {.surrogate = stored.surrogate, .operations_skipped = options_.operations_skipped});
}

// -- signals --

std::vector<SubmitResult> Planner::submit(const std::string& signal_id,
                                          const std::vector<SnapshotRequest>& requests) {
  std::vector<SubmitResult> results;
  for (const SnapshotRequest& request : requests) {
    ASSERT(request.table != nullptr);
    SubmitResult& result = results.emplace_back();
    result.table = request.table->id;
    const auto same = std::ranges::find_if(runs_, [&](const auto& run) {
      return run->id() == result.table && run->stored.condition == request.condition &&
             run->stored.surrogate == request.surrogate;
    });
    if (same != runs_.end()) {
      result.status = SubmitResult::Status::kMerged;
      result.merged_into = (*same)->stored.signal_id;
      result.running = (*same)->phase != Phase::kQueued;
      continue;
    }
    auto run = std::make_unique<Run>();
    run->stored.surrogate = request.surrogate;
    Result<ChunkKey> key = key_of(*request.table, run->stored);
    if (!key) {
      result.status = SubmitResult::Status::kRefused;
      result.error = std::move(key).error();
      continue;
    }
    result.note = note_of(*key, request);
    run->stored.database = result.table.database;
    run->stored.table = result.table.table;
    run->stored.condition = request.condition;
    run->stored.signal_id = signal_id;
    run->table = request.table;
    run->key = std::make_shared<const ChunkKey>(*std::move(key));
    runs_.push_back(std::move(run));
    ++revision_;
  }
  return results;
}

std::vector<TableId> Planner::stop(const std::optional<std::vector<TableId>>& tables,
                                   const std::string& reason) {
  std::vector<TableId> stopped;
  for (std::size_t i = 0; i < runs_.size();) {
    Run& run = *runs_[i];
    if (tables && std::ranges::find(*tables, run.id()) == tables->end()) {
      ++i;
      continue;
    }
    stopped.push_back(run.id());
    end(run, "STOPPED", reason);
  }
  return stopped;
}

bool Planner::set_paused(bool paused) {
  if (paused_ == paused) return false;
  paused_ = paused;
  ++revision_;
  return true;
}

std::vector<TableId> Planner::tables() const {
  std::vector<TableId> ids;
  for (const auto& run : runs_) ids.push_back(run->id());
  return ids;
}

// -- changes of a table --

void Planner::void_table(const TablePtr& table, VoidReason reason) {
  ASSERT(table != nullptr);
  log::info("snapshot.table_void", {{"table", table->id.text()}, {"reason", to_string(reason)}});
  for (std::size_t i = 0; i < runs_.size();) {
    Run& run = *runs_[i];
    if (run.id() != table->id) {
      ++i;
      continue;
    }
    void_run(run);
    Result<ChunkKey> key = key_of(*table, run.stored);
    if (!key) {
      end(run, "FAILED", key.error().text());
      continue;
    }
    const bool same_order = key->same_order(*run.key);
    run.table = table;
    run.key = std::make_shared<const ChunkKey>(*std::move(key));
    // Bounds of another key order, or read under the old structure, mean nothing now.
    if (!same_order || run.phase == Phase::kStarting) start_over(run);
    ++i;
  }
}

void Planner::start_over(Run& run) {
  void_run(run);
  run.stripes.clear();
  run.phase = Phase::kQueued;
  run.start_ticket = 0;
  TableSnapshotState fresh;
  fresh.database = std::move(run.stored.database);
  fresh.table = std::move(run.stored.table);
  fresh.condition = std::move(run.stored.condition);
  fresh.surrogate = std::move(run.stored.surrogate);
  fresh.signal_id = std::move(run.stored.signal_id);
  run.stored = std::move(fresh);
  ++revision_;
}

void Planner::fail_table(const TableId& table, const std::string& reason) {
  for (std::size_t i = 0; i < runs_.size();) {
    if (runs_[i]->id() == table) {
      end(*runs_[i], "FAILED", reason);
    } else {
      ++i;
    }
  }
}

void Planner::void_all(VoidReason reason) {
  log::info("snapshot.all_void", {{"reason", to_string(reason)}});
  for (const auto& run : runs_) void_run(*run);
}

// Takes the run out: its windows are void, and begin_emit knows them no more.
void Planner::end(Run& run, std::string_view status, const std::string& reason) {
  void_run(run);
  SnapshotOutcome& outcome = outcomes_.emplace_back();
  outcome.signal_id = run.stored.signal_id;
  outcome.collection = run.id().text();
  outcome.status = status;
  outcome.reason = reason;
  outcome.rows = run.stored.rows_read;
  outcome.at_ms = clock_.wall_ns() / 1'000'000;
  ++revision_;
  std::erase_if(runs_, [&](const auto& held) { return held.get() == &run; });
}

// -- stored state --

IncrementalState Planner::state() const {
  IncrementalState out;
  out.paused = paused_;
  for (const auto& run : runs_) {
    TableSnapshotState& table = out.tables.emplace_back(run->stored);
    for (const auto& stripe : run->stripes)
      table.stripes.push_back({stripe->cursor, stripe->upper});
  }
  return out;
}

void Planner::restore(const IncrementalState& state,
                      const std::function<TablePtr(const TableId&)>& current) {
  ASSERT(runs_.empty(), "restore() comes before anything else");
  paused_ = state.paused;
  add(state.tables, current);
}

void Planner::add(std::span<const TableSnapshotState> tables,
                  const std::function<TablePtr(const TableId&)>& current) {
  for (const TableSnapshotState& stored : tables) {
    auto owned = std::make_unique<Run>();
    Run& run = *owned;
    run.stored = stored;
    run.stored.stripes.clear();
    runs_.push_back(std::move(owned));
    run.table = current(run.id());
    if (run.table == nullptr) {
      end(run, "FAILED", "the table does not exist any more, or is not captured");
      continue;
    }
    Result<ChunkKey> key = key_of(*run.table, run.stored);
    if (!key) {
      end(run, "FAILED", key.error().text());
      continue;
    }
    run.key = std::make_shared<const ChunkKey>(*std::move(key));
    if (!stored.started) continue;
    if (!state_fits(stored, *run.key)) {
      log::warn("snapshot.started_over", {{"table", run.id().text()}, {"cause", "key changed"}});
      start_over(run);
      continue;
    }
    run.phase = Phase::kRunning;
    for (const StripeState& stripe : stored.stripes) {
      auto& restored = run.stripes.emplace_back(std::make_unique<Stripe>());
      restored->number = ++last_number_;
      restored->cursor = stripe.cursor;
      restored->upper = stripe.upper;
    }
    if (run.stripes.empty()) end(run, run.stored.rows_read == 0 ? "EMPTY" : "COMPLETED", "");
  }
  ++revision_;
}

// -- sizes --

std::optional<double> Planner::remaining_share(const Run& run, const KeyTuple& from,
                                               const KeyTuple& upper) {
  return range_share(from.empty() ? run.stored.minimum : from, upper, run.stored.minimum,
                     run.stored.maximum);
}

// The emitted part of the key range.
std::optional<double> Planner::done_share(const Run& run) {
  if (run.phase != Phase::kRunning) return 0.0;
  double left = 0;
  for (const auto& stripe : run.stripes) {
    const std::optional<double> share = remaining_share(run, stripe->cursor, stripe->upper);
    if (!share) return std::nullopt;
    left += *share;
  }
  return std::clamp(1.0 - left, 0.0, 1.0);
}

// The server's estimate may be far too low on a table that was just filled: what was read so far says
// more then.
double Planner::rows_expected(const Run& run) {
  const auto read = static_cast<double>(run.stored.rows_read);
  double rows = std::max(static_cast<double>(run.stored.rows_estimated), read);
  const std::optional<double> done = done_share(run);
  if (done && *done > 0) rows = std::max(rows, read / *done);
  return rows;
}

double Planner::rows_remaining(const Run& run, const Stripe& stripe) {
  const std::optional<double> share = remaining_share(run, stripe.read_to(), stripe.upper);
  if (share) return *share * rows_expected(run);
  // Text: what is left of the table, evenly spread; at least as much as was read, when all estimates
  // are used up and still there is more.
  const auto read = static_cast<double>(run.stored.rows_read);
  const double left = rows_expected(run) - read;
  return (left > 0 ? left : read) / static_cast<double>(run.stripes.size());
}

std::vector<TableProgress> Planner::progress() const {
  std::vector<TableProgress> out;
  const SteadyTime now = clock_.steady();
  for (const auto& run : runs_) {
    TableProgress& progress = out.emplace_back();
    progress.table = run->id();
    progress.signal_id = run->stored.signal_id;
    progress.started = run->phase == Phase::kRunning;
    progress.rows_read = run->stored.rows_read;
    progress.rows_emitted = run->stored.rows_emitted;
    progress.chunks_done = run->stored.chunks_done;
    progress.stripes = static_cast<std::uint32_t>(run->stripes.size());
    if (const std::optional<double> done = done_share(*run)) {
      progress.percent = *done * 100;
    } else if (run->stored.rows_estimated > 0) {
      const double share = static_cast<double>(run->stored.rows_read) /
                           static_cast<double>(run->stored.rows_estimated);
      progress.percent = std::min(share * 100, kPercentMaxByRows);
    }
    progress.rows_per_second = run->rate.rows_per_second(now);
    progress.remaining =
        time_remaining(progress.rows_read, progress.percent, progress.rows_per_second);
  }
  return out;
}

}  // namespace tidemark

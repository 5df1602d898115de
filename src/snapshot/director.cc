// SPDX-License-Identifier: Apache-2.0
#include "snapshot/director.h"

#include <algorithm>
#include <utility>

#include "change/gtid_set.h"
#include "snapshot/planner.h"

namespace tidemark {
namespace {

// Upper bound of one sleep in wait_next: a clock that is not real time is looked at this often.
constexpr std::chrono::milliseconds kSleepMax{1000};

Director::Options complete(Director::Options options) {
  if (!options.new_id) options.new_id = [] { return Uuid::random().text(); };
  return options;
}

}  // namespace

Director::Director(Options options, const Clock& clock)
    : clock_(clock),
      operations_skipped_(options.operations_skipped),
      planner_(std::make_unique<Planner>(complete(std::move(options)), clock)) {}
Director::~Director() = default;

void Director::wake() {
  ++wakes_;
  changed_.notify_all();
}

std::optional<ChunkTask> Director::next(ReaderId reader) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t before = planner_->revision();
  std::optional<ChunkTask> task = planner_->next(reader);
  if (planner_->revision() != before) wake();  // a split made work for others
  return task;
}

std::optional<ChunkTask> Director::wait_next(std::stop_token stop, ReaderId reader) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const std::uint64_t before = planner_->revision();
    std::optional<ChunkTask> task = planner_->next(reader);
    if (planner_->revision() != before) wake();
    if (task) return task;
    std::chrono::nanoseconds sleep = kSleepMax;
    if (const std::optional<SteadyTime> due = planner_->next_due()) {
      sleep = std::clamp<std::chrono::nanoseconds>(*due - clock_.steady(),
                                                   std::chrono::milliseconds(1), kSleepMax);
    }
    const std::uint64_t seen = wakes_;
    changed_.wait_for(lock, stop, sleep, [&] { return wakes_ != seen; });
  }
  return std::nullopt;
}

void Director::report_start(std::uint64_t ticket, std::optional<KeyRange> range) {
  const std::lock_guard lock(mutex_);
  planner_->report_start(ticket, std::move(range));
  wake();
}

void Director::report_start_failed(std::uint64_t ticket, const Error& error) {
  const std::lock_guard lock(mutex_);
  planner_->report_start_failed(ticket, error);
  wake();
}

void Director::report_split(std::uint64_t ticket, bool inside) {
  const std::lock_guard lock(mutex_);
  planner_->report_split(ticket, inside);
  wake();
}

bool Director::report_read(std::string_view window, ChunkRead read) {
  const std::lock_guard lock(mutex_);
  return planner_->report_read(window, std::move(read));
}

void Director::report_failed(std::string_view window, const Error& error) {
  const std::lock_guard lock(mutex_);
  planner_->report_failed(window, error);
  wake();
}

void Director::release(ReaderId reader) {
  const std::lock_guard lock(mutex_);
  planner_->release(reader);
  wake();
}

std::vector<SubmitResult> Director::submit(const std::string& signal_id,
                                           const std::vector<SnapshotRequest>& requests) {
  const std::lock_guard lock(mutex_);
  std::vector<SubmitResult> results = planner_->submit(signal_id, requests);
  wake();
  return results;
}

std::vector<TableId> Director::stop(const std::optional<std::vector<TableId>>& tables,
                                    const std::string& reason) {
  const std::lock_guard lock(mutex_);
  std::vector<TableId> stopped = planner_->stop(tables, reason);
  wake();
  return stopped;
}

bool Director::pause() {
  const std::lock_guard lock(mutex_);
  return planner_->set_paused(true);
}

bool Director::resume() {
  const std::lock_guard lock(mutex_);
  const bool changed = planner_->set_paused(false);
  wake();
  return changed;
}

bool Director::paused() const {
  const std::lock_guard lock(mutex_);
  return planner_->paused();
}

std::vector<TableId> Director::tables() const {
  const std::lock_guard lock(mutex_);
  return planner_->tables();
}

bool Director::idle() const {
  const std::lock_guard lock(mutex_);
  return planner_->tables().empty();
}

bool Director::live(std::string_view window) const {
  const std::lock_guard lock(mutex_);
  return planner_->live(window);
}

std::optional<ChunkOrigin> Director::origin_of(std::string_view window) const {
  const std::lock_guard lock(mutex_);
  return planner_->origin_of(window);
}

bool Director::begin_emit(std::string_view window) {
  const std::lock_guard lock(mutex_);
  return planner_->begin_emit(window);
}

void Director::chunk_emitted(std::string_view window, std::uint64_t emitted) {
  const std::lock_guard lock(mutex_);
  planner_->chunk_emitted(window, emitted);
  wake();
}

void Director::window_voided(std::string_view window, VoidReason reason) {
  const std::lock_guard lock(mutex_);
  planner_->window_voided(window, reason);
  wake();
}

void Director::void_table(const TablePtr& table, VoidReason reason) {
  const std::lock_guard lock(mutex_);
  planner_->void_table(table, reason);
  wake();
}

void Director::fail_table(const TableId& table, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  planner_->fail_table(table, reason);
  wake();
}

void Director::void_all(VoidReason reason) {
  const std::lock_guard lock(mutex_);
  planner_->void_all(reason);
  wake();
}

void Director::hold(bool held) {
  const std::lock_guard lock(mutex_);
  planner_->hold(held);
  wake();
}

std::vector<WindowId> Director::take_voided() {
  const std::lock_guard lock(mutex_);
  return planner_->take_voided();
}

Director::Checkpoint Director::checkpoint() {
  const std::lock_guard lock(mutex_);
  Checkpoint out;
  out.state = planner_->state();
  out.outcomes = planner_->take_outcomes();
  return out;
}

IncrementalState Director::state() const {
  const std::lock_guard lock(mutex_);
  return planner_->state();
}

std::uint64_t Director::revision() const {
  const std::lock_guard lock(mutex_);
  return planner_->revision();
}

void Director::restore(const IncrementalState& state,
                       const std::function<TablePtr(const TableId&)>& current) {
  const std::lock_guard lock(mutex_);
  planner_->restore(state, current);
  wake();
}

void Director::add(std::span<const TableSnapshotState> tables,
                   const std::function<TablePtr(const TableId&)>& current) {
  const std::lock_guard lock(mutex_);
  planner_->add(tables, current);
  wake();
}

std::vector<TableProgress> Director::progress() const {
  const std::lock_guard lock(mutex_);
  return planner_->progress();
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Tasks, reports and flights. Signals, stored state and sizes: planner_state.cc.
#include "snapshot/planner.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "snapshot/chunk_query.h"

namespace tidemark {
namespace {

// Below this many chunks left a division gains less than it costs.
constexpr double kSplitChunksMin = 2;
// Stripes one table may have for each reader: a bound for the stored state.
constexpr std::size_t kStripesPerReader = 4;

constexpr std::string_view kPerhapsTouchedReason =
    "rows changed while they were read, at every one of the tries, and no key tells which of them "
    "were read as "
    "they are: give the table a primary key, name a surrogate-key that divides it into smaller "
    "parts, try when "
    "it changes less, or use an initial snapshot";

}  // namespace

Planner::Planner(Director::Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {
  ASSERT(options_.chunk_rows > 0);
}

// -- which task --

std::optional<ChunkTask> Planner::next(ReaderId reader) {
  if (paused_ || held_ || windows_of(reader) >= Director::kWindowsPerReader) return std::nullopt;
  if (const Place own = owned_by(reader)) {
    return due(own.stripe->retry) ? go_on(*own.run, *own.stripe, reader) : std::nullopt;
  }
  for (const auto& run : runs_) {
    for (const auto& stripe : run->stripes) {
      if (!stripe->owner && !stripe->all_read && due(stripe->retry)) {
        stripe->owner = reader;
        return go_on(*run, *stripe, reader);
      }
    }
  }
  for (const auto& run : runs_) {
    if (run->phase == Phase::kQueued && due(run->retry)) return start(*run, reader);
  }
  ask_for_split();
  return std::nullopt;
}

std::optional<SteadyTime> Planner::next_due() const {
  const SteadyTime now = clock_.steady();
  std::optional<SteadyTime> soonest;
  const auto consider = [&](const Retry& retry) {
    if (retry.not_before > now && (!soonest || retry.not_before < *soonest)) {
      soonest = retry.not_before;
    }
  };
  for (const auto& run : runs_) {
    consider(run->retry);
    for (const auto& stripe : run->stripes) consider(stripe->retry);
  }
  return soonest;
}

ChunkTask Planner::task(const Run& run, ChunkTask::Kind kind) const {
  ChunkTask out;
  out.kind = kind;
  out.table = run.table;
  out.key = run.key;
  out.condition = run.stored.condition;
  out.signal_id = run.stored.signal_id;
  return out;
}

ChunkTask Planner::start(Run& run, ReaderId reader) {
  run.phase = Phase::kStarting;
  run.start_reader = reader;
  run.start_ticket = ++last_number_;
  ChunkTask out = task(run, ChunkTask::Kind::kStart);
  out.ticket = run.start_ticket;
  return out;
}

// The owner is between two SELECTs: the one moment at which its stripe may be divided.
std::optional<ChunkTask> Planner::go_on(Run& run, Stripe& stripe, ReaderId reader) {
  ASSERT(stripe.flight.empty() || stripe.flight.back().read,
         "a reader asks for a chunk before it has reported the one before");
  if (stripe.split_wanted) {
    if (std::optional<ChunkTask> check = try_split(run, stripe)) return check;
  }
  return chunk(run, stripe, reader);
}

ChunkTask Planner::chunk(Run& run, Stripe& stripe, ReaderId reader) {
  ChunkTask out = task(run, ChunkTask::Kind::kChunk);
  out.window = options_.new_id();
  out.stripe = stripe.number;
  out.limit = options_.chunk_rows;
  out.lower = stripe.read_to();
  out.upper = stripe.upper;
  stripe.flight.push_back({.id = out.window, .reader = reader, .read = false, .result = {}});
  return out;
}

std::optional<ChunkTask> Planner::try_split(Run& run, Stripe& stripe) {
  stripe.split_wanted = false;
  const KeyTuple& read_to = stripe.read_to();
  const std::optional<SplitPoint> point =
      midpoint(*run.key, read_to.empty() ? run.stored.minimum : read_to, stripe.upper);
  if (!point) {
    stripe.split_refused = true;
    return std::nullopt;
  }
  if (!point->needs_check) {
    split(run, stripe, point->split);
    return std::nullopt;
  }
  stripe.split_ticket = ++last_number_;
  stripe.split = point->split;
  ChunkTask out = task(run, ChunkTask::Kind::kSplitCheck);
  out.ticket = stripe.split_ticket;
  out.stripe = stripe.number;
  out.lower = read_to;
  out.upper = stripe.upper;
  out.split = point->split;
  return out;
}

void Planner::split(Run& run, Stripe& stripe, const KeyTuple& at) {
  auto upper_half = std::make_unique<Stripe>();
  upper_half->number = ++last_number_;
  upper_half->cursor = at;
  upper_half->upper = std::exchange(stripe.upper, at);
  const auto place =
      std::ranges::find_if(run.stripes, [&](const auto& held) { return held.get() == &stripe; });
  run.stripes.insert(place + 1, std::move(upper_half));
  ++revision_;
}

// A hungry reader: the longest stripe that somebody reads is to be divided by its owner.
void Planner::ask_for_split() {
  Stripe* longest = nullptr;
  double rows_most = kSplitChunksMin * options_.chunk_rows;
  for (const auto& run : runs_) {
    if (run->stripes.size() >= kStripesPerReader * options_.readers) continue;
    for (const auto& stripe : run->stripes) {
      if (!stripe->owner || stripe->all_read || stripe->split_refused) continue;
      const double rows = rows_remaining(*run, *stripe);
      if (rows < rows_most) continue;
      rows_most = rows;
      longest = stripe.get();
    }
  }
  if (longest != nullptr && longest->split_ticket == 0) longest->split_wanted = true;
}

std::size_t Planner::windows_of(ReaderId reader) const {
  std::size_t count = 0;
  for (const auto& run : runs_) {
    for (const auto& stripe : run->stripes) {
      for (const Flight& flight : stripe->flight) count += flight.reader == reader ? 1 : 0;
    }
  }
  return count;
}

Planner::Place Planner::owned_by(ReaderId reader) const {
  for (const auto& run : runs_) {
    for (const auto& stripe : run->stripes) {
      if (stripe->owner == reader) return {run.get(), stripe.get(), 0};
    }
  }
  return {};
}

Planner::Place Planner::place_of(std::string_view window) const {
  for (const auto& run : runs_) {
    for (const auto& stripe : run->stripes) {
      for (std::size_t i = 0; i < stripe->flight.size(); ++i) {
        if (stripe->flight[i].id == window) return {run.get(), stripe.get(), i};
      }
    }
  }
  return {};
}

Planner::Place Planner::place_of_split(std::uint64_t ticket) const {
  for (const auto& run : runs_) {
    for (const auto& stripe : run->stripes) {
      if (ticket != 0 && stripe->split_ticket == ticket) return {run.get(), stripe.get(), 0};
    }
  }
  return {};
}

Planner::Run* Planner::starting(std::uint64_t ticket) const {
  for (const auto& run : runs_) {
    if (run->phase == Phase::kStarting && run->start_ticket == ticket) return run.get();
  }
  return nullptr;
}

// -- reports of readers --

void Planner::report_start(std::uint64_t ticket, std::optional<KeyRange> range) {
  Run* const run = starting(ticket);
  if (run == nullptr) return;  // stopped, or started over, since
  ++revision_;
  if (!range) return end(*run, "EMPTY", "");
  ASSERT(run->key->accepts(range->minimum) && run->key->accepts(range->maximum));
  ASSERT(range->maximum.size() == run->key->columns.size());
  run->phase = Phase::kRunning;
  run->retry = {};
  run->stored.started = true;
  run->stored.minimum = std::move(range->minimum);
  run->stored.maximum = std::move(range->maximum);
  run->stored.rows_estimated = run->table->rows_estimated;
  auto stripe = std::make_unique<Stripe>();
  stripe->number = ++last_number_;
  stripe->upper = run->stored.maximum;
  run->stripes.push_back(std::move(stripe));
}

void Planner::report_start_failed(std::uint64_t ticket, const Error& error) {
  Run* const run = starting(ticket);
  if (run == nullptr) return;
  run->phase = Phase::kQueued;
  if (error.kind() == ErrorKind::kCancelled) return;
  if (error.kind() != ErrorKind::kRetryable) return end(*run, "FAILED", error.text());
  back_off(run->retry);
  log::failure(log::Level::kWarn, "snapshot.start_retried", error);
}

void Planner::report_split(std::uint64_t ticket, bool inside) {
  const Place place = place_of_split(ticket);
  if (!place) return;
  place.stripe->split_ticket = 0;
  const KeyTuple at = std::exchange(place.stripe->split, {});
  // The owner has read nothing meanwhile; a chunk that became void only moved its reading back.
  if (inside) {
    split(*place.run, *place.stripe, at);
  } else {
    place.stripe->split_refused = true;
  }
}

bool Planner::report_read(std::string_view window, ChunkRead read) {
  const Place place = place_of(window);
  if (!place) return false;
  Stripe& stripe = *place.stripe;
  Flight& flight = stripe.flight[place.flight];
  ASSERT(!flight.read && place.flight + 1 == stripe.flight.size());
  ASSERT(read.last || !read.last_key.empty(), "an empty chunk must be the last of its stripe");
  ASSERT(read.last_key.empty() || read.last_key.size() == place.run->key->columns.size());
  flight.read = true;
  flight.result = std::move(read);
  // The maximum itself was read: nothing can be left below it.
  if (flight.result.last || flight.result.last_key == stripe.upper) {
    stripe.all_read = true;
    stripe.unlease();
    stripe.split_wanted = false;
  }
  if (options_.fault == WindowFault::kCursorAhead && !flight.result.last_key.empty()) {
    stripe.cursor = flight.result.last_key;
    ++revision_;
  }
  return true;
}

void Planner::report_failed(std::string_view window, const Error& error) {
  const Place place = place_of(window);
  if (!place) return;
  if (error.kind() != ErrorKind::kRetryable && error.kind() != ErrorKind::kCancelled) {
    return end(*place.run, "FAILED", error.text());
  }
  void_from(*place.stripe, place.flight);
  place.stripe->unlease();
  if (error.kind() == ErrorKind::kCancelled) return;
  back_off(place.stripe->retry);
  log::failure(log::Level::kWarn, "snapshot.chunk_retried", error);
}

void Planner::release(ReaderId reader) {
  for (const auto& run : runs_) {
    if (run->phase == Phase::kStarting && run->start_reader == reader) run->phase = Phase::kQueued;
    for (const auto& stripe : run->stripes) {
      for (std::size_t i = 0; i < stripe->flight.size(); ++i) {
        if (stripe->flight[i].reader == reader) void_from(*stripe, i);
      }
      if (stripe->owner == reader) stripe->unlease();
    }
  }
}

// -- the stream --

std::optional<ChunkOrigin> Planner::origin_of(std::string_view window) const {
  const Place place = place_of(window);
  if (!place) return std::nullopt;
  return ChunkOrigin{place.run->stored.signal_id, place.run->stored.maximum};
}

bool Planner::begin_emit(std::string_view window) {
  const Place place = place_of(window);
  if (!place) return false;
  if (place.flight == 0 && place.stripe->flight.front().read) {
    place.stripe->flight.front().emitting = true;
    return true;
  }
  // Emitted out of order the cursor would pass what was not sent.
  void_from(*place.stripe, place.flight);
  return false;
}

void Planner::chunk_emitted(std::string_view window, std::uint64_t emitted) {
  const Place place = place_of(window);
  if (!place) return;  // its reader has failed for good meanwhile, which ended the table
  ASSERT(place.flight == 0 && place.stripe->flight.front().emitting, "emitted without begin_emit");
  Run& run = *place.run;
  Stripe& stripe = *place.stripe;
  const Flight flight = std::move(stripe.flight.front());
  stripe.flight.pop_front();
  ASSERT(flight.read && emitted <= flight.result.rows);
  if (!flight.result.last_key.empty()) stripe.cursor = flight.result.last_key;
  stripe.retry = {};
  stripe.perhaps_touched = 0;
  run.stored.rows_read += flight.result.rows;
  run.stored.rows_emitted += emitted;
  ++run.stored.chunks_done;
  run.rate.add(clock_.steady(), flight.result.rows);
  ++revision_;
  if (stripe.all_read && stripe.flight.empty()) finish_stripe(run, stripe);
}

void Planner::finish_stripe(Run& run, Stripe& stripe) {
  std::erase_if(run.stripes, [&](const auto& held) { return held.get() == &stripe; });
  if (run.stripes.empty()) end(run, run.stored.rows_read == 0 ? "EMPTY" : "COMPLETED", "");
}

void Planner::window_voided(std::string_view window, VoidReason reason) {
  const Place place = place_of(window);
  if (!place) return;
  if (reason == VoidReason::kPerhapsTouched &&
      ++place.stripe->perhaps_touched >= Director::kPerhapsTouchedMax) {
    return end(*place.run, "FAILED", std::string(kPerhapsTouchedReason));
  }
  void_from(*place.stripe, place.flight);
  // What the table's owner did happens once; a mark that vanishes or keys without end may come again.
  const bool once = reason == VoidReason::kTruncated || reason == VoidReason::kLayoutChanged ||
                    reason == VoidReason::kServerChanged || reason == VoidReason::kOvertaken;
  if (!once) back_off(place.stripe->retry);
}

void Planner::void_from(Stripe& stripe, std::size_t flight) {
  // A reader may lose its connection, or go, while the stream emits what it has read.
  if (flight == 0 && !stripe.flight.empty() && stripe.flight.front().emitting) ++flight;
  if (flight >= stripe.flight.size()) return;
  for (std::size_t i = flight; i < stripe.flight.size(); ++i) {
    voided_.push_back(std::move(stripe.flight[i].id));
  }
  stripe.flight.resize(flight);
  stripe.all_read = false;
}

void Planner::void_run(const Run& run) {
  for (const auto& stripe : run.stripes) void_from(*stripe, 0);
}

void Planner::back_off(Retry& retry) {
  auto delay = Director::kBackoffMin;
  for (unsigned i = 0; i < retry.attempts && delay < Director::kBackoffMax; ++i) delay *= 2;
  retry.not_before = clock_.steady() + std::min(delay, Director::kBackoffMax);
  ++retry.attempts;
}

}  // namespace tidemark

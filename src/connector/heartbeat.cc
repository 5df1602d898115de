// SPDX-License-Identifier: Apache-2.0
#include "connector/heartbeat.h"

#include <utility>

#include "base/log.h"

namespace tidemark {
namespace {

constexpr std::chrono::seconds kComplainEvery{60};

}  // namespace

Heartbeat::Heartbeat(Options options, HeartbeatRecords records, const Clock& clock)
    : options_(std::move(options)), records_(std::move(records)), clock_(clock) {}

Status Heartbeat::beat_if_due(RecordBatch& batch) {
  const SteadyTime now = clock_.steady();
  if (last_ && now - *last_ < options_.interval) return {};
  last_ = now;
  TRY(act());
  records_.beat(clock_.wall_ns() / 1'000'000, batch);
  return {};
}

Status Heartbeat::act() {
  if (!options_.action) return {};
  auto done = options_.action();
  if (done) {
    if (!complaint_.empty()) log::info("heartbeat.action_works_again", {});
    complaint_.clear();
    return {};
  }
  if (done.error().kind() == ErrorKind::kCancelled) return done;
  const SteadyTime now = clock_.steady();
  if (done.error().text() == complaint_ && now - complained_ < kComplainEvery) return {};
  complaint_ = done.error().text();
  complained_ = now;
  log::failure(log::Level::kError, "heartbeat.action_failed",
               std::move(done).error().with_remedy(
                   "correct heartbeat.action.query, or grant what it needs to the account of "
                   "database.user; records go on meanwhile"));
  return {};
}

}  // namespace tidemark

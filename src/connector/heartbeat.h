// SPDX-License-Identifier: Apache-2.0
// Heartbeats by a timer of their own: each beat runs the action query, if there is one, and writes a
// record, so that consumers and the stored offset see life while captured tables are quiet.
// Thread: source thread only
// Errors: an action query that fails is logged with its remedy (the same failure once a minute) and
//         tried again at the next beat; kCancelled alone is returned
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/record.h"
#include "base/result.h"
#include "encode/side_records.h"

namespace tidemark {

class Heartbeat {
 public:
  struct Options {
    std::chrono::milliseconds interval;
    std::function<Status()> action = {};  // empty: none
  };
  // The first beat is due at once. `clock` outlives this object.
  Heartbeat(Options options, HeartbeatRecords records, const Clock& clock);

  // Beats if it is time. Call it at least this often:
  std::chrono::milliseconds interval() const { return options_.interval; }
  Status beat_if_due(RecordBatch& batch);

 private:
  Status act();

  const Options options_;
  const HeartbeatRecords records_;
  const Clock& clock_;
  std::optional<SteadyTime> last_;
  std::string complaint_;  // the last failure logged
  SteadyTime complained_{};
};

}  // namespace tidemark

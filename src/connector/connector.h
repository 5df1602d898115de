// SPDX-License-Identifier: Apache-2.0
// The engine: builds every part, checks the server, takes the initial snapshot, streams, and takes
// everything down again in one fixed order.
//
// Lifecycle: construct -> run() once
// Thread:    run() uses the caller's thread as the source thread and starts all others
// Errors:    whatever ended the run; nothing when it was asked to stop, or initial_only is done
#pragma once

#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "sink/sink.h"

namespace tidemark {

class Connector {
 public:
  Connector(Settings settings, const Clock& clock);

  Status run(const std::stop_token& stop);

 private:
  struct Parts;

  // One life: from opening the stores to the end, whatever ends it.
  Status live(const std::stop_token& stop);
  Status live(Parts& parts, const std::stop_token& stop);
  Status open_stores(Parts& parts, const std::stop_token& stop);
  Result<std::unique_ptr<Sink>> open_sink(Parts& parts);
  Status open_structures(Parts& parts, const std::stop_token& stop);
  Status check_server(Parts& parts);
  Status decide(Parts& parts);
  Status check_access(Parts& parts);
  Status check_gtid_sources(Parts& parts);
  // How many tables there are to capture, and whose.
  Status check_limits(Parts& parts);
  Status check_signals(Parts& parts);
  Status adopt_structures(Parts& parts);
  void place_signal_topic(Parts& parts);
  Status adopt_snapshot(Parts& parts);
  Status start_delivery(Parts& parts);
  Status snapshot(Parts& parts, const std::stop_token& stop);
  Status stream(Parts& parts, const std::stop_token& stop);

  const EncodeSettings printed_;  // as configured: how records look to the sink
  const Settings settings_;  // with transforms the encoders leave the schemas to them
  const Clock& clock_;
  // In any life: from then on a lost connection is waited out, and with a stored offset from the start.
  bool reached_server_ = false;
  bool snapshot_taken_ = false;  // in any life
  bool renew_ = false;  // the position is lost, and snapshot.mode says to begin anew
};

}  // namespace tidemark

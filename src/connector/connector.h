// SPDX-License-Identifier: Apache-2.0
// The engine: builds every part, checks the server, takes the initial snapshot, streams, and takes
// everything down again in one fixed order.
//
// Lifecycle: construct -> run() once
// Thread:    run() uses the caller's thread as the source thread and starts all others
// Errors:    whatever ended the run; nothing when it was asked to stop, or initial_only is done
#pragma once

#include <stop_token>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"

namespace tidemark {

struct ConnectorParts;

class Connector {
 public:
  Connector(Settings settings, const Clock& clock);

  Status run(const std::stop_token& stop);

 private:
  // One life: from opening the stores to the end, whatever ends it.
  Status live(const std::stop_token& stop);
  Status live(ConnectorParts& parts, const std::stop_token& stop);
  // Everything up to where records may be sent.
  Status prepare(ConnectorParts& parts, const std::stop_token& stop);
  // The initial snapshot and the stream, as decided.
  Status work(ConnectorParts& parts, const std::stop_token& stop);
  Status snapshot(ConnectorParts& parts, const std::stop_token& stop);
  Status stream(ConnectorParts& parts, const std::stop_token& stop);

  const EncodeSettings printed_;  // as configured: how records look to the sink
  const Settings settings_;  // with transforms the encoders leave the schemas to them
  const Clock& clock_;
  // In any life: from then on a lost connection is waited out, and with a stored offset from the start.
  bool reached_server_ = false;
  bool snapshot_taken_ = false;  // in any life
  bool renew_ = false;  // the position is lost, and snapshot.mode says to begin anew
};

}  // namespace tidemark

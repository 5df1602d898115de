// SPDX-License-Identifier: Apache-2.0
// The stream of one life and what works beside it: the director, incremental and blocking snapshots, chunk
// readers and the channels of signals.
//
// Lifecycle: construct -> first_load(), for a first load in chunks -> run() once
// Ownership: owns all of them; `parts` outlive it
// Thread:    the source thread, which run() is; it starts readers, channels and the link, and has joined them when
//            it returns
// Errors:    what ends the stream (source.h); kServer for a signal table that cannot be written; kUnsupported of
//            first_load() naming tables that cannot be read in chunks
#pragma once

#include <optional>
#include <stop_token>

#include "base/result.h"
#include "connector/blocking.h"
#include "connector/connector_parts.h"
#include "connector/incremental.h"
#include "connector/mailbox.h"
#include "connector/source.h"
#include "control/watermark.h"
#include "snapshot/director.h"
#include "snapshot/window_fault.h"

namespace tidemark {

class Streaming {
 public:
  // `parts` as prepared, with the delivery and the stream's start.
  Streaming(ConnectorParts& parts, WindowFault fault);

  // Queues the captured tables. Place and queue are stored in one step: behind it a restart goes on with the load.
  Status first_load();
  // Until stop or an error.
  Status run(const std::stop_token& stop);

 private:
  // Watermarks will be rows: the first shows whether such rows come back through the binlog.
  Status probe_signal_table(const TableId& id);

  ConnectorParts& parts_;
  const WindowFault fault_;
  Director director_;
  Mailbox mailbox_;
  BlockingSnapshots blocking_;
  Incremental incremental_;
  Source source_;
  std::optional<WatermarkWriter> watermarks_;  // once probed
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// All readers of incremental snapshots, each on a thread of its own, with the marks that `read.only` and the
// watermark strategy ask for.
//
// Lifecycle: the constructor starts the threads; the destructor interrupts what they read, and joins them
// Ownership: owns readers, marks and threads; what Parts names outlives it
// Thread:    the source thread makes and destroys it
// Errors:    none of its own: readers report to the director
#pragma once

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "config/settings.h"
#include "connector/chunk_reader.h"
#include "connector/mailbox.h"
#include "connector/status_board.h"
#include "control/watermark.h"
#include "snapshot/director.h"
#include "snapshot/window_fault.h"

namespace tidemark {

class ChunkReaders {
 public:
  struct Parts {  // all outlive the readers
    const Settings& settings;
    const EncoderContext& encoding;
    const Clock& clock;
    Director& director;
    Mailbox& mailbox;
    const StatusBoard& status;
    const WatermarkWriter* watermarks = nullptr;  // null: of read.only, which writes none
    WindowFault fault = WindowFault::kNone;
  };
  explicit ChunkReaders(const Parts& parts);
  ~ChunkReaders();
  ChunkReaders(const ChunkReaders&) = delete;
  ChunkReaders& operator=(const ChunkReaders&) = delete;

 private:
  std::vector<std::unique_ptr<ChunkReader>> readers_;
  std::vector<std::jthread> threads_;
};

}  // namespace tidemark

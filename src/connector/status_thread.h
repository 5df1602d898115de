// SPDX-License-Identifier: Apache-2.0
// Shows the engine: the status file twice a second while something changes and at once after a verdict,
// a log line every ten seconds of a snapshot, a progress bar on a terminal.
// Thread: run() is the status thread
#pragma once

#include <stop_token>
#include <string>

#include "base/clock.h"
#include "connector/delivery.h"
#include "connector/status_board.h"
#include "store/status_file.h"

namespace tidemark {

class StatusThread {
 public:
  struct Parts {  // all outlive the thread
    std::string offset_path;
    std::string connector_name;
    std::string topic_prefix;
    const Clock& clock;
    StatusBoard& board;
    const Delivery& delivery;
  };
  explicit StatusThread(Parts parts);

  void run(const std::stop_token& stop);
  // The last word of a run: "stopped", or "failed" with the reason. From the main thread, after run().
  void write_last(const std::string& state, const std::string& reason);

 private:
  StatusReport report() const;
  void write(const StatusReport& report);
  void log_progress(const StatusReport& report);

  Parts parts_;
  StatusReport fixed_;
  SteadyTime progress_logged_{};
  bool write_failed_ = false;
};

}  // namespace tidemark

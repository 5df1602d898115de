// SPDX-License-Identifier: Apache-2.0
// What the process tells its caller. Documented in README.md; scripts rely on them.
#pragma once

#include "base/result.h"

namespace tidemark {

enum class ExitCode : int {
  kOk = 0,  // done, or stopped by SIGTERM or SIGINT
  kInternal = 1,  // a defect of ours
  kUsage = 2,  // configuration or command line
  kServer = 3,  // the server refuses or cannot be reached at start
  kPositionLost = 4,  // the binlog no longer holds what we need
  kStream = 5,  // unsupported or corrupt data in the stream
  kStorage = 6,  // sink or offset cannot be written
  kConflict = 7,  // another process holds the offset file or our place at the server
  kSignal = 8,  // a signal was refused, or got no verdict in time
};

inline ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kRetryable:
    case ErrorKind::kServer:
      return ExitCode::kServer;
    case ErrorKind::kPositionLost:
      return ExitCode::kPositionLost;
    case ErrorKind::kCorrupt:
    case ErrorKind::kUnsupported:
      return ExitCode::kStream;
    case ErrorKind::kRejected:
      return ExitCode::kUsage;
    case ErrorKind::kStorage:
      return ExitCode::kStorage;
    case ErrorKind::kConflict:
      return ExitCode::kConflict;
    case ErrorKind::kCancelled:
      return ExitCode::kOk;
  }
  return ExitCode::kInternal;
}

}  // namespace tidemark

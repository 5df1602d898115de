// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace tidemark {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kRetryable:
      return "retryable";
    case ErrorKind::kPositionLost:
      return "position_lost";
    case ErrorKind::kCorrupt:
      return "corrupt";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kRejected:
      return "rejected";
    case ErrorKind::kServer:
      return "server";
    case ErrorKind::kStorage:
      return "storage";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string Error::text() const {
  std::string out = message_;
  if (!trail_.empty()) {
    out += " (at: ";
    for (std::size_t i = 0; i < trail_.size(); ++i) {
      if (i != 0) out += ", ";
      out += trail_[i];
    }
    out += ')';
  }
  if (!remedy_.empty()) {
    out += "; do: ";
    out += remedy_;
  }
  return out;
}

}  // namespace tidemark

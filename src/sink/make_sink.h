// SPDX-License-Identifier: Apache-2.0
// The sinks by name, as debezium.sink.type has them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sink/sink.h"

namespace tidemark {

struct SinkOptions {
  std::string kind;                 // "stdout" or "file"
  std::string path;                 // of "file": see file_sink.h
  std::uint64_t rotate_bytes = 0;   // of "file": 0 never rotates
};

// The sink is not open yet. Errors: kRejected for an unknown kind or a missing path.
Result<std::unique_ptr<Sink>> make_sink(const SinkOptions& options);

}  // namespace tidemark

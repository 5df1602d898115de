// SPDX-License-Identifier: Apache-2.0
// Where records go. A sink gets topic, key, value and headers as bytes and has never heard of rows.
//
// Lifecycle: open(position of the stored offset, or nothing) -> { write(batch) | flush() }* -> close
// Contract:  flush() returns the position at which the output ends when everything written so far is
//            durable. open() with that position makes the output end there again: a sink that can cut
//            back what lies beyond delivers exactly once, one that cannot says so (exactly_once()).
// Order:     records reach the output in the order of the calls and within a batch
// Thread:    sink thread only; stop_waiting() from any
// Errors:    kStorage when the output cannot be written (disk full, permissions, broken pipe); what was
//            not flushed counts as not written. kCancelled after stop_waiting()
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/record.h"
#include "base/result.h"

namespace tidemark {

using SinkFields = std::map<std::string, std::string>;

class Sink {
 public:
  virtual ~Sink() = default;

  virtual std::string_view name() const = 0;
  virtual bool exactly_once() const = 0;
  virtual Status open(const std::optional<SinkFields>& position) = 0;
  virtual Status write(const RecordBatch& batch) = 0;
  virtual Result<SinkFields> flush() = 0;
  // Nothing more is there to be written for now: what was held back to go with more goes out.
  virtual Status rest() { return {}; }
  // A sink that has something to look after while nothing is written wants tend() about so often; it returns
  // a failure that was found.
  virtual std::optional<std::chrono::milliseconds> tend_interval() const { return std::nullopt; }
  virtual Status tend() { return {}; }
  // The program is to end: a write that waits for a reader gives up with kCancelled before long, perhaps
  // in the middle of a record. Only sinks that deliver at least once may do that.
  virtual void stop_waiting() {}
};

}  // namespace tidemark

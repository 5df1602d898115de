// SPDX-License-Identifier: Apache-2.0
// A sink that keeps its records in memory and delivers exactly once; failures can be scripted. The
// output outlives the sink, as a file would.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sink/sink.h"

namespace tidemark {

struct MemoryRecord {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::string headers;
  bool operator==(const MemoryRecord&) const = default;
};

struct MemoryOutput {
  std::vector<MemoryRecord> records;
  std::size_t flushed = 0;  // records that a flush has made durable
  std::size_t flushes = 0;
  // Fails the calls after so many successful ones; absent: never.
  std::optional<std::size_t> writes_left;
  std::optional<std::size_t> flushes_left;
};

class MemorySink final : public Sink {
 public:
  explicit MemorySink(MemoryOutput& output) : output_(output) {}

  std::string_view name() const override { return "memory"; }
  bool exactly_once() const override { return true; }
  Status open(const std::optional<SinkFields>& position) override;
  Status write(const RecordBatch& batch) override;
  Result<SinkFields> flush() override;

 private:
  MemoryOutput& output_;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The batch being filled on the source thread, and its way to the delivery.
// Thread: source thread only
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/record.h"
#include "base/result.h"
#include "connector/delivery.h"

namespace tidemark {

class Output {
 public:
  explicit Output(Delivery& delivery) : delivery_(delivery) {}

  RecordBatch& batch() { return batch_; }
  // Hands the batch over without a checkpoint once it is large; for use between records.
  Status relieve() {
    if (batch_.bytes() < kBatchBytes) return {};
    return send(std::nullopt);
  }
  bool full() const { return batch_.bytes() >= kBatchBytes; }
  Status send(std::optional<Checkpoint> checkpoint) {
    if (checkpoint) checkpoint->statements = std::exchange(statements_, {});
    RecordBatch next = delivery_.recycled();
    // At once, rather than by doubling and copying.
    if (next.buffer().capacity() == 0) next.buffer().reserve(kBatchBytes + kBatchBytes / 8);
    std::swap(next, batch_);
    return delivery_.send(std::move(next), std::move(checkpoint));
  }
  // For the schema history; goes with the next checkpoint.
  void add(HistoryStatement statement) { statements_.push_back(std::move(statement)); }
  // They go with this output's next checkpoint instead.
  void take_statements_of(Output& other) {
    std::ranges::move(std::exchange(other.statements_, {}), std::back_inserter(statements_));
  }
  Delivery& delivery() { return delivery_; }

 private:
  // Large enough that handing over costs nothing per record, small enough for the caches; as lines of
  // a file it fills one write.
  static constexpr std::size_t kBatchBytes = 160U << 10U;

  Delivery& delivery_;
  RecordBatch batch_;
  std::vector<HistoryStatement> statements_;
};

}  // namespace tidemark

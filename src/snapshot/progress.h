// SPDX-License-Identifier: Apache-2.0
// How far the snapshot of one table is.
// Value type.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "schema/table.h"

namespace tidemark {

// Rows per second over the last half minute. The owner's thread.
class RateMeter {
 public:
  static constexpr std::chrono::seconds kSpan{30};

  void add(SteadyTime now, std::uint64_t rows);
  // 0 until something was added.
  double rows_per_second(SteadyTime now) const;

 private:
  SteadyTime since_{};  // start of what is counted
  bool started_ = false;
  std::uint64_t rows_ = 0;
  std::deque<std::pair<SteadyTime, std::uint64_t>> samples_;
};

struct TableProgress {
  TableId table = {};
  std::string signal_id = {};
  bool started = false;
  std::uint64_t rows_read = 0;     // of chunks that were emitted
  std::uint64_t rows_emitted = 0;  // without those the stream represented
  std::uint64_t chunks_done = 0;
  std::uint32_t stripes = 0;
  // 0 to 100, by key range where the key leads with a number, else by the server's estimate of rows
  // (then at most 99 until the end). Nothing when neither is known.
  std::optional<double> percent = {};
  double rows_per_second = 0;
  std::optional<std::chrono::seconds> remaining = {};  // nothing: unknown
};

// The end of a range at the present rate of rows: nothing without rate or percentage.
std::optional<std::chrono::seconds> time_remaining(std::uint64_t rows_read,
                                                   std::optional<double> percent,
                                                   double rows_per_second);

}  // namespace tidemark

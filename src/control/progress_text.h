// SPDX-License-Identifier: Apache-2.0
// How far a snapshot is, as text: for the log line of every ten seconds, the bar at the foot of a
// terminal, and `tidemark status`. Formatting and arithmetic only; the caller brings the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"

namespace tidemark {

struct TableProgress {
  std::string collection;  // db.table
  std::uint64_t rows = 0;  // read so far
  std::uint64_t rows_estimated = 0;  // 0: unknown
  std::optional<double> rows_per_s;
};

// The rate of a growing count: over the last ten seconds or so, not since the start, so that a pause or
// a slow phase shows. A count that shrinks starts anew.
class RateMeter {
 public:
  void sample(SteadyTime now, std::uint64_t count);
  // Nothing until two samples lie half a second apart.
  std::optional<double> per_second() const;

 private:
  struct Sample {
    SteadyTime at;
    std::uint64_t count = 0;
  };
  static constexpr std::size_t kSamples = 16;
  Sample samples_[kSamples];  // a ring, oldest at next_ once full
  std::size_t next_ = 0;
  std::size_t size_ = 0;
};

// 0 to 99.9 while running: the estimate may be short. Nothing without an estimate.
std::optional<double> percent_of(const TableProgress& progress);
// Seconds left, rounded up. Nothing without estimate or rate.
std::optional<std::int64_t> eta_seconds(const TableProgress& progress);

std::string percent_text(std::optional<double> percent);  // "42.0%" or "?"
std::string rate_text(std::optional<double> rows_per_s);  // "950", "85.3k", "1.2M" or "?"
std::string eta_text(std::optional<std::int64_t> seconds);  // "12s", "3m05s", "2h04m" or "?"
std::string count_text(std::uint64_t count);  // "950", "85.3k", "1.2M"

// "shop.orders [######------]  42.0%  1.2M of 2.9M rows  85.3k/s  20s left", of several tables the first
// and "+2 tables". At most `columns` characters, shortened from the right.
std::string progress_bar(std::span<const TableProgress> tables, std::size_t columns);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "snapshot/progress.h"

#include <algorithm>

namespace tidemark {
namespace {

constexpr double kSecondsMax = 365.0 * 24 * 3600;  // longer than that is not a forecast

double seconds(SteadyTime::duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

void RateMeter::add(SteadyTime now, std::uint64_t rows) {
  if (!started_) {
    started_ = true;
    since_ = now;  // the first chunk's rows took an unknown time: counted from here on
    return;
  }
  samples_.emplace_back(now, rows);
  rows_ += rows;
  while (now - since_ > kSpan && samples_.size() > 1) {
    rows_ -= samples_.front().second;
    since_ = samples_.front().first;
    samples_.pop_front();
  }
}

double RateMeter::rows_per_second(SteadyTime now) const {
  const double span = seconds(now - since_);
  return samples_.empty() || span <= 0 ? 0 : static_cast<double>(rows_) / span;
}

std::optional<std::chrono::seconds> time_remaining(std::uint64_t rows_read,
                                                   std::optional<double> percent,
                                                   double rows_per_second) {
  if (!percent || *percent <= 0 || rows_per_second <= 0) return std::nullopt;
  const double rows_left = static_cast<double>(rows_read) * (100 - *percent) / *percent;
  const double left = std::max(0.0, rows_left / rows_per_second);
  if (left > kSecondsMax) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(left));
}

}  // namespace tidemark

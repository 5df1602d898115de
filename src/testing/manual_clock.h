// SPDX-License-Identifier: Apache-2.0
// For tests: time goes on when the test says so.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace tidemark {

class ManualClock final : public Clock {
 public:
  std::int64_t wall_ns() const override { return wall_ns_; }
  SteadyTime steady() const override { return now_; }
  void advance(std::chrono::milliseconds span) { now_ += span; }
  void set_wall(std::int64_t wall_ns) { wall_ns_ = wall_ns; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
  std::int64_t wall_ns_ = 5'000'000'000;
};

}  // namespace tidemark

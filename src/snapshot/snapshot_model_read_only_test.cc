// SPDX-License-Identifier: Apache-2.0
// Snapshots that write nothing to the server, in every schedule that chance makes (testing/snapshot_model.h).
#include <gtest/gtest.h>

#include "testing/snapshot_model.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kSchedules = 1500;

TEST(ReadOnlyModel, KeepsItsPromisesInEverySchedule) {
  std::size_t dropped = 0;
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    SnapshotModel model({.seed = seed, .stops = seed % 10 == 0, .read_only = true});
    const std::optional<std::string> broken = model.run();
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
    dropped += model.dropped();
  }
  EXPECT_GT(dropped, kSchedules);
}

TEST(ReadOnlyModel, CatchesWhatTheOtherModelCatches) {
  EXPECT_GT(caught(WindowFault::kIgnoreNoted, true), 20U);
  EXPECT_GT(caught(WindowFault::kCloseEarly, true), 20U);
  EXPECT_GT(caught(WindowFault::kCursorAhead, true), 2U);
}

TEST(ReadOnlyModel, CatchesASelectAheadOfTheBarrier) {
  EXPECT_GT(caught(WindowFault::kNoBarrier, true), 20U);
}

TEST(ReadOnlyModel, CatchesTheExecutedSetAsHighWatermark) {
  EXPECT_GT(caught(WindowFault::kExecutedMark, true), 5U);
}

}  // namespace
}  // namespace tidemark

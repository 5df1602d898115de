// SPDX-License-Identifier: Apache-2.0
// Snapshots by rows of the signal table, in every schedule that chance makes (testing/snapshot_model.h).
#include <gtest/gtest.h>

#include "testing/snapshot_model.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kSchedules = 3000;

TEST(WrittenMarksModel, KeepsItsPromisesInEverySchedule) {
  std::size_t crashes = 0;
  std::size_t dropped = 0;
  std::size_t voided = 0;
  std::size_t stripes = 0;
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    SnapshotModel model({.seed = seed});
    const std::optional<std::string> broken = model.run();
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
    crashes += model.crashes();
    dropped += model.dropped();
    voided += model.voided();
    stripes = std::max(stripes, model.stripes_most());
  }
  // The schedules did go through the places that matter.
  EXPECT_GT(crashes, kSchedules);
  EXPECT_GT(dropped, kSchedules);
  EXPECT_GT(voided, kSchedules);
  EXPECT_GE(stripes, 3U);
}

TEST(WrittenMarksModel, EmitsNothingAfterAStop) {
  for (std::uint64_t seed = 1; seed <= kSchedules / 3; ++seed) {
    SnapshotModel model({.seed = seed, .stops = true});
    const std::optional<std::string> broken = model.run();
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
  }
}

TEST(WrittenMarksModel, CatchesRowsEmittedThoughNoted) {
  EXPECT_GT(caught(WindowFault::kIgnoreNoted, false), 20U);
}

TEST(WrittenMarksModel, CatchesWindowsClosedEarly) {
  EXPECT_GT(caught(WindowFault::kCloseEarly, false), 20U);
}

TEST(WrittenMarksModel, CatchesACursorAheadOfEmission) {
  EXPECT_GT(caught(WindowFault::kCursorAhead, false), 20U);
}

}  // namespace
}  // namespace tidemark

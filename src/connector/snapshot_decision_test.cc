// SPDX-License-Identifier: Apache-2.0
#include "connector/snapshot_decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using From = SnapshotDecision::From;
using Structures = SnapshotDecision::Structures;

const SnapshotDecision kAll{From::kView, Structures::kView, true, true};
const SnapshotDecision kStructuresOnly{From::kView, Structures::kView, false, true};
const SnapshotDecision kGoOn{From::kStored, Structures::kStored, false, true};
const SnapshotDecision kGoOnReadAgain{From::kStored, Structures::kNow, false, true};
const SnapshotDecision kInChunks{From::kLogEnd, Structures::kNow, true, true};

SnapshotDecision not_streaming(SnapshotDecision decision) {
  decision.stream = false;
  return decision;
}

SnapshotFacts facts(StoredOffset stored, bool lost = false) {
  SnapshotFacts out;
  out.stored = stored;
  out.position_lost = [lost]() -> Result<std::optional<Error>> {
    if (!lost) return std::nullopt;
    return Error(ErrorKind::kPositionLost, "purged", "as ever");
  };
  return out;
}

SnapshotFacts structures_lost() {
  SnapshotFacts out = facts(StoredOffset::kComplete);
  out.structures_lost = Error(ErrorKind::kCorrupt, "the structures are missing", "as ever");
  return out;
}

struct Case {
  SnapshotMode mode;
  std::optional<SnapshotDecision> none, incomplete, complete, lost_structures, lost_position;
};

TEST(SnapshotDecision, AnswersEachModeForEachState) {
  // Without a decision: an error. The purged position of modes that go on from it is the stream's error.
  const std::vector<Case> cases{
      {SnapshotMode::kAlways, kAll, kAll, kAll, kAll, {}},
      {SnapshotMode::kInitial, kAll, kAll, kGoOn, {}, kGoOn},
      {SnapshotMode::kInitialOnly,
       not_streaming(kAll),
       not_streaming(kAll),
       not_streaming(kGoOn),
       {},
       not_streaming(kGoOn)},
      {SnapshotMode::kWhenNeeded, kAll, kAll, kGoOn, {}, kAll},
      {SnapshotMode::kWhenNeededNoData,
       kStructuresOnly,
       kStructuresOnly,
       kGoOn,
       {},
       kStructuresOnly},
      {SnapshotMode::kNoData, kStructuresOnly, kStructuresOnly, kGoOn, {}, kGoOn},
      {SnapshotMode::kRecovery, {}, {}, kGoOnReadAgain, kGoOnReadAgain, kGoOnReadAgain},
      {SnapshotMode::kIncremental, kInChunks, kInChunks, kGoOn, {}, kGoOn},
  };
  for (const Case& one : cases) {
    const SnapshotSettings settings{.mode = one.mode};
    const auto check = [&](const std::optional<SnapshotDecision>& expected, const SnapshotFacts& is,
                           std::string_view what) {
      const auto got = decide_snapshot(settings, is);
      ASSERT_EQ(expected.has_value(), got.has_value()) << int(one.mode) << " " << what;
      if (expected) {
        EXPECT_EQ(*expected, *got) << int(one.mode) << " " << what;
      } else {
        EXPECT_FALSE(got.error().remedy().empty());
      }
    };
    check(one.none, facts(StoredOffset::kNone), "no offset");
    check(one.incomplete, facts(StoredOffset::kIncomplete), "incomplete");
    check(one.complete, facts(StoredOffset::kComplete), "complete");
    if (one.mode != SnapshotMode::kAlways)
      check(one.lost_structures, structures_lost(), "lost structures");
    check(one.lost_position, facts(StoredOffset::kComplete, true), "lost position");
  }
}

SnapshotSettings flags(SnapshotFlags flags) {
  return {.mode = SnapshotMode::kConfigurationBased, .flags = flags};
}

TEST(SnapshotDecision, FollowsTheFlags) {
  const auto fresh = facts(StoredOffset::kNone);
  const auto complete = facts(StoredOffset::kComplete);
  EXPECT_EQ(*decide_snapshot(flags({.data = true, .start_stream = true}), complete), kAll);
  EXPECT_EQ(*decide_snapshot(flags({.data = true}), fresh), not_streaming(kAll));
  EXPECT_EQ(*decide_snapshot(flags({.schema = true, .start_stream = true}), fresh),
            kStructuresOnly);
  // Nothing of the stream is skipped for structures alone.
  EXPECT_EQ(*decide_snapshot(flags({.schema = true, .start_stream = true}), complete),
            kGoOnReadAgain);
  EXPECT_EQ(*decide_snapshot(flags({.start_stream = true}), complete), kGoOn);
  EXPECT_EQ(decide_snapshot(flags({.start_stream = true}), fresh).error().kind(),
            ErrorKind::kRejected);
}

TEST(SnapshotDecision, FlagsSayWhatToDoWhereSomethingIsLost) {
  // snapshot.mode.configuration.based.snapshot.on.data.error, the position is gone;
  // snapshot.mode.configuration.based.snapshot.on.schema.error, the structures are.
  const auto purged = facts(StoredOffset::kComplete, true);
  EXPECT_EQ(*decide_snapshot(flags({.start_stream = true, .on_data_error = true}), purged),
            kStructuresOnly);
  EXPECT_EQ(*decide_snapshot(flags({.start_stream = true}), purged), kGoOn);
  EXPECT_FALSE(decide_snapshot(flags({.start_stream = true}), structures_lost()));
  EXPECT_EQ(
      *decide_snapshot(flags({.start_stream = true, .on_schema_error = true}), structures_lost()),
      kGoOnReadAgain);
}

TEST(SnapshotDecision, TakesOneSnapshotAProcess) {
  SnapshotFacts later = facts(StoredOffset::kComplete);
  later.taken = true;
  EXPECT_EQ(*decide_snapshot({.mode = SnapshotMode::kAlways}, later), kGoOn);
  later.renew = true;
  EXPECT_EQ(*decide_snapshot({.mode = SnapshotMode::kWhenNeeded}, later), kAll);
}

}  // namespace
}  // namespace tidemark

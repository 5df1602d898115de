// SPDX-License-Identifier: Apache-2.0
// What a start has to read before it streams: the answer of snapshot.mode to what is stored.
// Source: docs/operating/snapshots.md has the table; Debezium's differs where docs/differences.md says
// Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.h"
#include "config/settings.h"

namespace tidemark {

enum class StoredOffset : std::uint8_t {
  kNone,
  kIncomplete,  // an initial snapshot was begun and not finished
  kComplete,
};

struct SnapshotFacts {
  StoredOffset stored = StoredOffset::kNone;
  // The stored structures are lost: why. Only with a complete offset.
  std::optional<Error> structures_lost = {};
  // Has the server purged what follows the stored offset, and why? Asked where the answer matters.
  std::function<Result<std::optional<Error>>()> position_lost = {};
  bool taken = false;  // by this process, in an earlier life: not again
  bool renew = false;  // the stream found the position lost
};

struct SnapshotDecision {
  enum class From : std::uint8_t {
    kStored,  // the stored offset
    kView,  // a new place, that of a consistent view
    kLogEnd,  // a new place, the log's end; rows come in chunks
  };
  enum class Structures : std::uint8_t { kStored, kView, kNow };
  From from = From::kStored;
  Structures structures = Structures::kStored;  // kNow: read beside the stream, so not certain
  bool rows = false;
  bool stream = true;
  bool operator==(const SnapshotDecision&) const = default;
};

// Errors: kPositionLost, kCorrupt (structures) and kRejected, each with what to set instead.
Result<SnapshotDecision> decide_snapshot(const SnapshotSettings& settings,
                                         const SnapshotFacts& facts);

}  // namespace tidemark

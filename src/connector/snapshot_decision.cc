// SPDX-License-Identifier: Apache-2.0
#include "connector/snapshot_decision.h"

#include <utility>

namespace tidemark {
namespace {

using From = SnapshotDecision::From;
using Structures = SnapshotDecision::Structures;

// What a mode says, apart from what is stored.
struct Policy {
  bool rows = true;  // a snapshot reads rows, not structures alone
  bool every_start = false;
  bool stream = true;
  bool rebuild_structures = false;  // where the stored ones are lost
  bool renew_position = false;  // where the server has purged it
  bool fail_on_lost_position = false;  // even where the stream will not begin there
};

Policy policy_of(const SnapshotSettings& settings) {
  const SnapshotFlags& flags = settings.flags;
  switch (settings.mode) {
    case SnapshotMode::kAlways:
      return {.every_start = true, .fail_on_lost_position = true};
    case SnapshotMode::kInitial:
    case SnapshotMode::kIncremental:
      return {};
    case SnapshotMode::kInitialOnly:
      return {.stream = false};
    case SnapshotMode::kWhenNeeded:
      return {.renew_position = true};
    case SnapshotMode::kWhenNeededNoData:
      return {.rows = false, .renew_position = true};
    case SnapshotMode::kNoData:
      return {.rows = false};
    case SnapshotMode::kRecovery:
      return {.rows = false, .rebuild_structures = true};
    case SnapshotMode::kConfigurationBased:
      return {.rows = flags.data,
              .every_start = flags.data,
              .stream = flags.start_stream,
              .rebuild_structures = flags.on_schema_error,
              .renew_position = flags.on_data_error};
  }
  return {};
}

SnapshotDecision snapshot(const SnapshotSettings& settings, const Policy& policy) {
  if (settings.mode == SnapshotMode::kIncremental)
    return {.from = From::kLogEnd, .structures = Structures::kNow, .rows = true};
  return {.from = From::kView,
          .structures = Structures::kView,
          .rows = policy.rows,
          .stream = policy.stream};
}

Status check_may_begin(const SnapshotSettings& settings, StoredOffset stored) {
  if (settings.mode == SnapshotMode::kRecovery) {
    return fail(
        ErrorKind::kRejected,
        stored == StoredOffset::kNone
            ? "snapshot.mode=recovery streams from a stored offset, and there is none"
            : "snapshot.mode=recovery streams from a stored offset, and the stored one says "
              "that the initial snapshot was not finished",
        "use snapshot.mode=initial, or no_data to leave the rows out");
  }
  const SnapshotFlags& flags = settings.flags;
  const bool nothing =
      settings.mode == SnapshotMode::kConfigurationBased && !flags.data && !flags.schema;
  if (!nothing) return {};
  return fail(
      ErrorKind::kRejected,
      stored == StoredOffset::kNone
          ? "there is no stored offset, and snapshot.mode=configuration_based reads neither "
            "structures nor rows that a stream could begin with"
          : "the initial snapshot was not finished, and snapshot.mode=configuration_based "
            "reads neither structures nor rows",
      "set snapshot.mode.configuration.based.snapshot.schema=true, and snapshot.data=true "
      "for rows, for the first start");
}

// With a complete offset that is gone on from.
Result<SnapshotDecision> resume(const SnapshotSettings& settings, const Policy& policy,
                                const SnapshotFacts& facts) {
  SnapshotDecision out{.stream = policy.stream};
  const bool read_now =
      settings.mode == SnapshotMode::kRecovery ||
      (settings.mode == SnapshotMode::kConfigurationBased && settings.flags.schema);
  if (read_now) out.structures = Structures::kNow;
  if (!facts.structures_lost || read_now) return out;
  if (!policy.rebuild_structures) {
    return std::unexpected(Error(*facts.structures_lost)
                               .with_remedy("start once with snapshot.mode=recovery, which reads "
                                            "the present structures, or "
                                            "remove the offset file for a new initial snapshot"));
  }
  out.structures = Structures::kNow;
  return out;
}

}  // namespace

Result<SnapshotDecision> decide_snapshot(const SnapshotSettings& settings,
                                         const SnapshotFacts& facts) {
  const Policy policy = policy_of(settings);
  if (facts.stored != StoredOffset::kComplete) {
    TRY(check_may_begin(settings, facts.stored));
    return snapshot(settings, policy);
  }
  if (facts.taken && !facts.renew) return resume(settings, policy, facts);
  if (policy.renew_position && facts.renew) return snapshot(settings, policy);
  if (policy.renew_position || policy.fail_on_lost_position) {
    std::optional<Error> lost = TRY(facts.position_lost());
    if (lost && policy.renew_position) return snapshot(settings, policy);
    if (lost) {
      return std::unexpected(std::move(*lost).with_remedy(
          "changes may be missing in between: use snapshot.mode=when_needed, which then takes a "
          "new snapshot, or remove the offset file"));
    }
  }
  if (policy.every_start) return snapshot(settings, policy);
  return resume(settings, policy, facts);
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Where the resume point is kept: a file (file_offset_store.h) or a topic (kafka_offset_store.h).
// Thread:   open and load before the threads start; commit on the delivery thread only
// Errors:   a failed commit leaves the last good state in place
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "change/offset.h"
#include "store/debezium_offset.h"

namespace tidemark {

struct LoadedOffset {
  ResumeState state;
  // Debezium stored it: we go on where it stopped. Table structures and verdicts are not there then.
  bool from_debezium = false;
  // Its incremental snapshot, whose keys mean something only beside the tables. state.incremental is
  // empty then.
  std::optional<DebeziumSnapshot> snapshot = {};
  // It was stored amid rows of an incremental snapshot and does not name its tables.
  bool snapshot_lost = false;
  // Its set of one GTID may name the transaction it was within: everything from that one on comes again.
  bool first_repeats = false;
};

class OffsetStore {
 public:
  OffsetStore() = default;
  virtual ~OffsetStore() = default;
  OffsetStore(const OffsetStore&) = delete;
  OffsetStore& operator=(const OffsetStore&) = delete;

  // Nothing when none is stored. Errors: kRejected for what is not ours to replace (a newer version,
  // another connector); kCorrupt for what is torn, naming the place; kStorage, kRetryable when it cannot be read.
  virtual Result<std::optional<LoadedOffset>> load() = 0;

  // Durable when it returns. Refused with kRejected while load() would reject what is stored.
  virtual Status commit(const ResumeState& state) = 0;

  // Puts an offset of Debezium (the map, as JSON) in the place of ours: the next load() takes it over. The
  // map is checked before.
  virtual Status place(std::string_view map) = 0;

  // Where others look whether somebody is there: while nothing moves what is stored is stored again so often.
  virtual std::optional<std::chrono::milliseconds> restate_interval() const { return std::nullopt; }
  virtual Status restate() { return {}; }

  // The last commit is where others look for it, too, when this returns; before, they may find the one before.
  virtual Status settle() { return {}; }

  // Forgets the state. No error when there is none.
  virtual Status remove() = 0;

  // "/path/of/the/file", "topic connect-offsets": for logs and errors.
  virtual std::string where() const = 0;

  // Says who took our place, where the error is that somebody did.
  virtual Error explained(Error error) { return error; }
};

// As read from Debezium's map.
LoadedOffset taken_over(DebeziumOffset offset);

}  // namespace tidemark

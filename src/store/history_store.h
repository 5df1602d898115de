// SPDX-License-Identifier: Apache-2.0
// Table structures in a schema history as Debezium keeps it, so that it can go on where we stop and we where
// it stopped: a topic or a file that is only ever appended to.
//
// Every statement that defines tables is a record, at the place where it stands, before the offset behind it
// is stored. Where a structure is known for certain only later, by the rows that follow, or no longer,
// a record says so then, with the place of the offset it goes with.
// Format:  history_format.h
// Thread:  as StructureStore
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "store/history_format.h"
#include "store/structure_store.h"

namespace tidemark {

// Where the records are.
class HistoryLog {
 public:
  // The header or member of ours, where there is one: see decode_history().
  using Visitor =
      std::function<Status(std::string_view record, std::optional<std::string_view> structures)>;
  struct Entry {
    std::string record;  // compact
    std::string structures;
  };

  HistoryLog() = default;
  virtual ~HistoryLog() = default;
  HistoryLog(const HistoryLog&) = delete;
  HistoryLog& operator=(const HistoryLog&) = delete;

  virtual Status append(std::span<const Entry> entries) = 0;
  virtual Status read(const Visitor& visit) = 0;
  // For errors: the file's path, "topic x".
  virtual std::string where() const = 0;
};

class HistoryStore : public StructureStore {
 public:
  struct Options {
    std::string topic_prefix;
    // Where structures are while the history knows nothing of us: what this program kept before there was
    // a history. Null: nowhere.
    StructureStore* before = nullptr;
  };
  HistoryStore(Options options, std::unique_ptr<HistoryLog> log, const Clock& clock)
      : options_(std::move(options)), log_(std::move(log)), clock_(clock) {}

  Status save(const StructuresToSave& what) override;
  Result<StoredStructures> load(const ResumeState& state) override;
  Status keep_only(std::uint64_t) override { return {}; }

 private:
  const Options options_;
  const std::unique_ptr<HistoryLog> log_;
  const Clock& clock_;
  std::map<TableId, TablePtr> known_;  // what the history says for certain
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/scan_checkpoints.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "connector/first_load.h"

namespace tidemark {

ScanCheckpoints::ScanCheckpoints(Options options, Output& output, const Clock& clock)
    : options_(std::move(options)),
      signal_id_(options_.signal_id.empty() ? new_first_load_id() : options_.signal_id),
      output_(output),
      clock_(clock),
      tables_(std::make_shared<Tables>()),
      answers_(options_.base.answers) {}

void ScanCheckpoints::add(const TablePtr& table, bool own_statement) {
  Table& added = tables_->emplace_back();
  added.def = table;
  auto key = chunk_key_of(*table, {.operations_skipped = options_.operations_skipped});
  // Rows whose key repeats would have to fit into one chunk.
  if (own_statement || !key || !key->unique) {
    stands_from_ = tables_->size();
    return;
  }
  // The primary key orders the rows of a scan at no cost, and a row tells its own place in it.
  added.ordered = key->primary && key->in_identity;
  added.key = *std::move(key);
}

const ChunkKey* ScanCheckpoints::order(std::size_t table) const {
  const Table& of = (*tables_)[table];
  return of.ordered ? &*of.key : nullptr;
}

void ScanCheckpoints::planned(std::size_t table, const std::vector<ScanRange>& ranges,
                              std::optional<KeyRange> keys) {
  const std::lock_guard lock(mutex_);
  ASSERT(table == planned_);
  ++planned_;
  Open& of = open_.emplace_back();
  of.table = table;
  if (keys) of.keys = *std::move(keys);
  for (const ScanRange& range : ranges)
    of.ranges.push_back(
        {.cursor = range.lower, .upper = range.upper.empty() ? of.keys.maximum : range.upper});
}

void ScanCheckpoints::range_empty(std::size_t table, std::size_t range) {
  const std::lock_guard lock(mutex_);
  open(table).ranges[range].done = true;
  close_if_done(table);
}

Status ScanCheckpoints::send(Output& from, std::vector<ScanMark>& marks) {
  const std::lock_guard lock(mutex_);
  for (const ScanMark& mark : marks) apply(mark);
  marks.clear();
  if (!stands()) return from.send(std::nullopt);
  if (!std::exchange(told_, true)) {
    log::info("snapshot.resumable",
              {{"meaning", "cut off from here on, the snapshot goes on where it was"},
               {"signal", signal_id_}});
  }
  // Of the structures, which are stored before the first rows.
  from.take_statements_of(output_);
  return from.send(checkpoint());
}

Checkpoint ScanCheckpoints::checkpoint() const {
  Checkpoint out = options_.base;
  out.answers = answers_;
  out.make_incremental = [others = options_.base.incremental, tables = tables_, open = open_,
                          planned = planned_, signal_id = signal_id_] {
    IncrementalState left;
    if (others) left = *others;
    std::ranges::move(left_of(*tables, open, planned, signal_id), std::back_inserter(left.tables));
    return left;
  };
  return out;
}

std::optional<std::vector<TableSnapshotState>> ScanCheckpoints::left() {
  const std::lock_guard lock(mutex_);
  if (!told_) return std::nullopt;
  return left_of(*tables_, open_, planned_, signal_id_);
}

ScanCheckpoints::Open& ScanCheckpoints::open(std::size_t table) {
  const auto found = std::ranges::find(open_, table, &Open::table);
  ASSERT(found != open_.end());
  return *found;
}

void ScanCheckpoints::apply(const ScanMark& mark) {
  Open& of = open(mark.table);
  of.rows += mark.rows;
  Range& range = of.ranges[mark.range];
  range.done = mark.last;
  const Table& table = (*tables_)[mark.table];
  if (table.ordered) range.cursor = tuple_of_identity(*table.key, mark.identity);
  close_if_done(mark.table);
}

void ScanCheckpoints::close_if_done(std::size_t table) {
  const auto of = std::ranges::find(open_, table, &Open::table);
  if (!std::ranges::all_of(of->ranges, &Range::done)) return;
  if (!options_.signal_id.empty()) {
    auto log = std::make_shared<AnswerLog>(*answers_);
    log->add({.signal_id = signal_id_,
              .collection = (*tables_)[table].def->id.text(),
              .status = of->rows == 0 ? "EMPTY" : "COMPLETED",
              .reason = {},
              .rows = of->rows,
              .at_ms = clock_.wall_ns() / 1'000'000});
    answers_ = std::move(log);
  }
  open_.erase(of);
}

// Can all that is left be read through windows, and named in one offset?
bool ScanCheckpoints::stands() const {
  const std::size_t others =
      options_.base.incremental ? options_.base.incremental->tables.size() : 0;
  const std::size_t left = open_.size() + tables_->size() - planned_;
  if (planned_ < stands_from_ || left + others > kTablesMax) return false;
  return std::ranges::all_of(open_, [&](const Open& of) {
    const Table& table = (*tables_)[of.table];
    return table.ordered || (table.key && of.rows == 0);
  });
}

std::vector<TableSnapshotState> ScanCheckpoints::left_of(const Tables& tables,
                                                         const std::vector<Open>& open,
                                                         std::size_t planned,
                                                         const std::string& signal_id) {
  std::vector<TableSnapshotState> left;
  for (const Open& of : open) left.push_back(left_of(tables[of.table], of, signal_id));
  for (std::size_t i = planned; i < tables.size(); ++i)
    left.push_back(left_of(tables[i], signal_id));
  return left;
}

TableSnapshotState ScanCheckpoints::left_of(const Table& table, const std::string& signal_id) {
  TableSnapshotState out;
  out.database = table.def->id.database;
  out.table = table.def->id.table;
  out.signal_id = signal_id;
  return out;
}

TableSnapshotState ScanCheckpoints::left_of(const Table& table, const Open& open,
                                            const std::string& signal_id) {
  TableSnapshotState out = left_of(table, signal_id);
  if (open.rows == 0 || !table.ordered) return out;
  out.started = true;
  out.minimum = open.keys.minimum;
  out.maximum = open.keys.maximum;
  out.rows_estimated = table.def->rows_estimated;
  out.rows_read = out.rows_emitted = open.rows;
  for (const Range& range : open.ranges) {
    if (!range.done) out.stripes.push_back({.cursor = range.cursor, .upper = range.upper});
  }
  return out;
}

}  // namespace tidemark

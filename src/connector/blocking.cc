// SPDX-License-Identifier: Apache-2.0
#include "connector/blocking.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "connector/connector_parts.h"
#include "connector/initial_snapshot.h"
#include "connector/snapshot_tables.h"
#include "connector/table_scan.h"
#include "mysql/client/errors.h"
#include "mysql/client/schema_reader.h"

namespace tidemark {
namespace {

// Of one request, each with a new view: about a minute and a half.
constexpr RetrySettings kRetry{.max = 8, .initial_ms = 500, .max_ms = 30'000};
// Those that only a structure that keeps changing can need.
constexpr int kStructureAttempts = 3;

// At it or behind it. Positions are those of the present link's server, as `place` is.
bool stands_at(const LogEnd& place, const Position& here, const Offset& offset) {
  if (here >= place.position) return true;
  if (offset.maria_gtids && place.maria_gtids) return *offset.maria_gtids == *place.maria_gtids;
  return offset.gtid_mode && !place.gtids.empty() && offset.gtids.contains(place.gtids);
}

bool has(const BlockingRequest& request, const TableId& id) {
  return std::any_of(request.tables.begin(), request.tables.end(),
                     [&](const BlockingTable& table) { return id_of(table) == id; });
}

}  // namespace

TableId id_of(const BlockingTable& table) { return {table.database, table.table}; }

BlockingSnapshots::BlockingSnapshots(Parts parts, std::vector<BlockingRequest> pending)
    : parts_(parts), backoff_(kRetry) {
  set_pending(std::move(pending));
}

void BlockingSnapshots::set_pending(std::vector<BlockingRequest> pending) {
  pending_ = std::make_shared<const std::vector<BlockingRequest>>(std::move(pending));
  parts_.director.hold(waiting());
  publish();
}

// Tables that wait; those being read are the scan's to show.
void BlockingSnapshots::publish() {
  std::vector<TableProgress> progress;
  for (const BlockingRequest& request : *pending_) {
    for (const BlockingTable& table : request.tables) {
      TableProgress& one = progress.emplace_back();
      one.table = {table.database, table.table};
      one.signal_id = request.signal_id;
    }
  }
  parts_.status.update([&](StatusView& view) { view.blocking = std::move(progress); });
}

bool BlockingSnapshots::holds_writes() const {
  return session_ != nullptr && parts_.settings.snapshot.locking == LockingMode::kExtended;
}

void BlockingSnapshots::reconnected() {
  session_.reset();
  near_.reset();
}

bool BlockingSnapshots::due(const Position& here, const Offset& offset) const {
  return session_ != nullptr && stands_at(session_->place(), here, offset);
}

Status BlockingSnapshots::prepare(const Position& here, const Offset& offset,
                                  const std::stop_token& stop) {
  if (open() || parts_.clock.steady() < not_before_) return {};
  // A view keeps the server from forgetting old rows: a stream that is behind comes nearer first.
  if (!near_) {
    near_ = TRY(parts_.desk.ask([](Connection& connection) { return read_log_end(connection); }));
    if (!stands_at(*near_, here, offset)) {
      log::info("snapshot.blocking_waits", {{"signal", first().signal_id},
                                            {"position", here.text()},
                                            {"until", near_->position.text()}});
    }
  }
  if (!stands_at(*near_, here, offset)) return {};
  auto opened = open_view(stop);
  if (!opened) return failed(std::move(opened).error());
  return {};
}

// The stream stands still for as long as the lock and the structures take.
Status BlockingSnapshots::open_view(const std::stop_token& stop) {
  const auto names = [&](Connection& connection) -> Result<std::vector<TableId>> {
    std::vector<TableId> there = TRY(captured_names(connection, parts_.tables));
    std::erase_if(there, [&](const TableId& id) { return !has(first(), id); });
    return there;
  };
  const auto structures = [&](Connection& connection, const std::vector<TableId>& ids) -> Status {
    found_.clear();
    for (TableDef& def : TRY(read_tables(connection, TableSelection::of(ids))))
      found_.push_back(std::make_shared<const TableDef>(std::move(def)));
    return {};
  };
  const SnapshotSettings& settings = parts_.settings.snapshot;
  session_ =
      TRY(SnapshotSession::open(parts_.settings.server, session_options(settings, settings.threads),
                                {.names = names, .structures = structures}, stop));
  log::info("snapshot.blocking_view", {{"signal", first().signal_id},
                                       {"position", session_->position().text()},
                                       {"tables", found_.size()}});
  return {};
}

Status BlockingSnapshots::emit(Checkpoint here, std::function<Status()> meanwhile,
                               const std::stop_token& stop) {
  const SteadyTime began = parts_.clock.steady();
  parts_.status.update([](StatusView& view) { view.state = "snapshot"; }, true);
  TRY(tell_at_once(parts_.notifications, "STARTED", {}, first().signal_id, parts_.output));
  auto done = scan(std::move(here), std::move(meanwhile), stop);
  parts_.status.update([](StatusView& view) { view.state = "streaming"; });
  if (!done) return failed(std::move(done).error());
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady() - began);
  log::info("snapshot.blocking_completed",
            {{"signal", first().signal_id}, {"took_ms", took.count()}});
  TRY(tell_at_once(parts_.notifications, "COMPLETED", {}, first().signal_id, parts_.output));
  finish();
  return {};
}

Status BlockingSnapshots::scan(Checkpoint here, std::function<Status()> meanwhile,
                               const std::stop_token& stop) {
  std::vector<ScanTable> tables;
  for (const BlockingTable& one : first().tables) {
    const TablePtr def = found(one);
    if (def == nullptr) continue;
    ScanTable table = scan_of(def, parts_.settings.snapshot);
    table.statement = one.statement;
    table.signal_id = first().signal_id;
    tables.push_back(std::move(table));
  }
  std::optional<ScanCheckpoints> checkpoints;
  if (auto options = checkpoints_amid(std::move(here)))
    checkpoints.emplace(*std::move(options), parts_.output, parts_.clock);
  TableScan scan({.encoding = parts_.encoding,
                  .clock = parts_.clock,
                  .delivery = parts_.output.delivery(),
                  .status = parts_.status,
                  .shown = &StatusView::blocking,
                  .meanwhile = std::move(meanwhile),
                  .notifications = parts_.notifications,
                  .signal_id = first().signal_id,
                  .checkpoints = checkpoints ? &*checkpoints : nullptr},
                 *session_, std::move(tables));
  auto done = scan.run(stop);
  server_error_ = scan.server_error();
  if (!done && checkpoints) left_ = checkpoints->left();
  if (!done && !left_) return done;
  for (const TableScan::Count& count : scan.counts()) {
    const bool out = !left_ || std::ranges::none_of(*left_, [&](const TableSnapshotState& table) {
      return TableId{table.database, table.table} == count.table;
    });
    if (out)
      outcomes_.push_back(
          outcome(count.table, count.rows == 0 ? "EMPTY" : "COMPLETED", {}, count.rows));
  }
  std::ranges::move(those_gone(), std::back_inserter(outcomes_));
  return done;
}

// Where the rows cannot be held back until the last one, and what is left of them can be read through windows.
std::optional<ScanCheckpoints::Options> BlockingSnapshots::checkpoints_amid(Checkpoint here) const {
  if (!parts_.output.delivery().covers_in_parts() || !reads_in_chunks(parts_.settings))
    return std::nullopt;
  auto answers = std::make_shared<AnswerLog>(*here.answers);
  for (SnapshotOutcome& gone : those_gone()) answers->add(std::move(gone));
  here.answers = std::move(answers);
  here.blocking =
      std::make_shared<const std::vector<BlockingRequest>>(pending_->begin() + 1, pending_->end());
  return ScanCheckpoints::Options{.base = std::move(here),
                                  .operations_skipped = parts_.director.operations_skipped(),
                                  .signal_id = first().signal_id};
}

// Another view may do better: the connection was lost, or a table's structure changed after this one was
// opened, which the server does not bridge.
bool BlockingSnapshots::passes(const Error& error) const {
  if (error.kind() == ErrorKind::kRetryable) return true;
  const bool structure = server_error_ == kErrTableChanged || server_error_ == kErrNoSuchTable ||
                         server_error_ == kErrUnknownColumn || server_error_ == kErrUnknownDatabase;
  return structure && attempts_ < kStructureAttempts;
}

Status BlockingSnapshots::failed(Error error) {
  const bool opened = session_ != nullptr;
  session_.reset();
  near_.reset();
  ++attempts_;
  const bool again = passes(error);
  server_error_ = 0;
  if (error.kind() == ErrorKind::kCancelled) {
    broken_off_ = opened;
    return std::unexpected(std::move(error));
  }
  // What is wrong with the way out ends the run.
  TRY(parts_.output.delivery().check());
  if (left_) return go_on_in_chunks(error);
  if (opened)
    TRY(tell_at_once(parts_.notifications, "ABORTED", {{"reason", error.text()}}, first().signal_id,
                     parts_.output));
  if (const auto wait = backoff_.next(); again && wait) {
    log::failure(log::Level::kWarn, "snapshot.blocking_interrupted", error);
    log::info("snapshot.blocking_again", {{"signal", first().signal_id}, {"in_ms", wait->count()}});
    not_before_ = parts_.clock.steady() + *wait;
    publish();
    return {};
  }
  log::failure(log::Level::kError, "snapshot.blocking_failed", error);
  for (const BlockingTable& table : first().tables)
    outcomes_.push_back(outcome(id_of(table), "FAILED", error.text()));
  finish();
  return {};
}

// What is out stays, as of where the stream still stands, and does not come again.
Status BlockingSnapshots::go_on_in_chunks(const Error& why) {
  TRY(tell_at_once(parts_.notifications, "ABORTED", {{"reason", why.text()}}, first().signal_id,
                   parts_.output));
  log::failure(log::Level::kWarn, "snapshot.blocking_interrupted", why);
  const std::vector<TableSnapshotState> left = *std::exchange(left_, std::nullopt);
  log::info("snapshot.goes_on_in_chunks",
            {{"signal", first().signal_id},
             {"tables", left.size()},
             {"meaning", "what is left comes as an incremental snapshot"}});
  parts_.director.add(left, [&](const TableId& id) { return parts_.tables.def(id); });
  finish();
  return {};
}

TablePtr BlockingSnapshots::found(const BlockingTable& table) const {
  const auto def = std::ranges::find(found_, id_of(table), &TableDef::id);
  return def == found_.end() ? nullptr : *def;
}

SnapshotOutcome BlockingSnapshots::outcome(const TableId& table, std::string status,
                                           std::string reason, std::uint64_t rows) const {
  return {.signal_id = first().signal_id,
          .collection = table.text(),
          .status = std::move(status),
          .reason = std::move(reason),
          .rows = rows,
          .at_ms = parts_.clock.wall_ns() / 1'000'000};
}

std::vector<SnapshotOutcome> BlockingSnapshots::those_gone() const {
  std::vector<SnapshotOutcome> out;
  for (const BlockingTable& table : first().tables) {
    if (found(table) == nullptr)
      out.push_back(outcome(id_of(table), "FAILED",
                            "the table is no longer there, or not captured any more"));
  }
  return out;
}

void BlockingSnapshots::finish() {
  std::vector<BlockingRequest> left = *pending_;
  left.erase(left.begin());
  begin_anew(std::move(left));
}

void BlockingSnapshots::begin_anew(std::vector<BlockingRequest> pending) {
  reconnected();
  found_.clear();
  backoff_.reset();
  attempts_ = 0;
  not_before_ = {};
  set_pending(std::move(pending));
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/initial_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "connector/backoff.h"
#include "connector/snapshot_tables.h"
#include "mysql/client/schema_reader.h"

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds kPublishEvery{250};
constexpr std::uint64_t kRowsBetweenLooks = 1024;  // at the stop token and the clock
constexpr std::uint32_t kRowsOfOneTime = 256;  // records that share the time they were built at
constexpr double kPercent = 100.0;

Result<std::int64_t> server_time_us(Connection& connection) {
  // Whole seconds, as the original has it.
  const ResultSet row = TRY(connection.query("SELECT UNIX_TIMESTAMP(CURRENT_TIMESTAMP)"));
  std::int64_t seconds = 0;
  const std::string_view text = row.empty() ? "" : row.rows()[0][0].value_or("");
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds * 1'000'000;
}

}  // namespace

Result<Offset> InitialSnapshot::run(bool with_rows, bool gtid_mode, const std::stop_token& stop) {
  const SnapshotSettings& settings = parts_.settings.snapshot;
  const SteadyTime began = parts_.clock.steady();
  sleep_unless_stopped(stop, std::chrono::milliseconds(settings.delay_ms));
  parts_.status.update([](StatusView& view) { view.state = "snapshot"; });
  const auto session = TRY(SnapshotSession::open(
      parts_.settings.server,
      {.locking = settings.locking == LockingMode::kNone ? SnapshotLocking::kNone
                                                         : SnapshotLocking::kMinimal,
       .lock_timeout_ms = static_cast<std::uint32_t>(settings.lock_timeout_ms)},
      [&](Connection& connection) { return read_captured(connection); }, stop));
  at_ = {.position = session->position(), .gtids = session->executed(), .gtid_mode = gtid_mode};
  log::info("snapshot.position", {{"position", at_.position.text()},
                                  {"gtids", at_.gtids.text()},
                                  {"tables", parts_.tables.ids().size()}});
  if (with_rows) TRY(read_rows(*session, stop));
  parts_.status.update([](StatusView& view) { view.snapshots.clear(); });
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady() - began);
  log::info("snapshot.completed", {{"rows", rows_total_}, {"took_ms", took.count()}});
  return at_;
}

Status InitialSnapshot::read_captured(Connection& connection) {
  const std::vector<TableId> listed = TRY(list_tables(connection));
  std::vector<TableId> captured;
  for (const TableId& id : listed) {
    if (TRY(parts_.tables.captures(id))) captured.push_back(id);
  }
  const auto selection = TableSelection::most_of(std::move(captured), listed.size());
  for (TableDef& def : TRY(read_tables(connection, selection))) {
    if (TRY(parts_.tables.captures(def.id))) TRY(parts_.tables.put(std::move(def), true));
  }
  return {};
}

Status InitialSnapshot::read_rows(SnapshotSession& session, const std::stop_token& stop) {
  // The server may be slow with a row, or with a table that someone has locked.
  const std::stop_callback interrupt(stop, [&held = session.connection()] { held.interrupt(); });
  const std::vector<TablePtr> tables = tables_to_read(parts_.tables, parts_.settings);
  for (const TablePtr& table : tables) {
    progress_.push_back({.table = table->id});
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    current_ = i;
    TRY_AT(read_table(session.connection(), tables[i], stop), tables[i]->id.text());
  }
  return release(SnapshotMark::kLast);
}

Status InitialSnapshot::read_table(Connection& connection, const TablePtr& table,
                                   const std::stop_token& stop) {
  table_time_us_ = TRY(server_time_us(connection));
  first_in_table_ = true;
  table_began_ = parts_.clock.steady();
  readers_.push_back(TRY(RowReader::make(parts_.encoding, table)));
  RowReader& reader = *readers_.back();
  const std::string sql =
      fmt::format("SELECT {} FROM {}", reader.select_columns(), quoted(table->id));
  std::uint64_t rows = 0;
  progress_[current_].started = true;
  TRY(connection.stream(
      sql, [&](const char* const* cells, const unsigned long* lengths, unsigned) -> Status {
        TRY(hold(reader, TRY(reader.decode(cells, lengths))));
        if (++rows % kRowsBetweenLooks != 0) return {};
        publish(*table, rows);
        if (stop.stop_requested())
          return fail(ErrorKind::kCancelled, "stopped during the initial snapshot");
        return {};
      }));
  rows_total_ += rows;
  progress_[current_].percent = kPercent;
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady() - table_began_);
  log::info("snapshot.table_read",
            {{"table", table->id.text()}, {"rows", rows}, {"took_ms", took.count()}});
  return {};
}

Status InitialSnapshot::hold(RowReader& reader, RowView row) {
  if (held_.encoder != nullptr) {
    const bool ends_table = first_in_table_;
    TRY(release(ends_table ? SnapshotMark::kLastInDataCollection : SnapshotMark::kTrue));
  }
  held_.encoder = &reader.encoder();
  held_.first_in_table = std::exchange(first_in_table_, false);
  held_.time_us = table_time_us_;
  held_.key.clear();
  held_.row.clear();
  reader.encoder().encode_key(row, held_.key);
  reader.encoder().encode_row(row, held_.row);
  return {};
}

// Sends the held row. Marks by precedence: last, first, last in its table, first in its table, true.
Status InitialSnapshot::release(SnapshotMark mark) {
  if (held_.encoder == nullptr) return {};
  if (mark != SnapshotMark::kLast && std::exchange(first_of_all_, false)) {
    mark = SnapshotMark::kFirst;
  } else if (mark == SnapshotMark::kTrue && held_.first_in_table) {
    mark = SnapshotMark::kFirstInDataCollection;
  }
  const SourceInfo info{.ts_us = held_.time_us,
                        .snapshot = mark,
                        .server_id = 0,
                        .gtid = {},
                        .file = at_.position.file,
                        .pos = at_.position.pos,
                        .row = 0,
                        .thread = -1};
  const bool same_end = end_.left > 0 && end_.encoder == held_.encoder && end_.mark == mark;
  if (!same_end) {
    end_.encoder = held_.encoder;
    end_.mark = mark;
    end_.left = kRowsOfOneTime;
    held_.encoder->read_end(info, {.wall_ns = parts_.clock.wall_ns()}, end_.text);
  }
  --end_.left;
  held_.encoder->assemble_read(held_.key, held_.row, end_.text, parts_.output.batch());
  held_.encoder = nullptr;
  return parts_.output.relieve();
}

void InitialSnapshot::publish(const TableDef& table, std::uint64_t rows) {
  const SteadyTime now = parts_.clock.steady();
  if (now - published_ < kPublishEvery) return;
  published_ = now;
  TableProgress& progress = progress_[current_];
  progress.rows_read = progress.rows_emitted = rows;
  const double seconds = std::chrono::duration<double>(now - table_began_).count();
  progress.rows_per_second = static_cast<double>(rows) / std::max(seconds, 0.001);
  if (table.rows_estimated > 0) {
    progress.percent = std::min(
        99.0, kPercent * static_cast<double>(rows) / static_cast<double>(table.rows_estimated));
  }
  progress.remaining = time_remaining(rows, progress.percent, progress.rows_per_second);
  parts_.status.update([&](StatusView& view) {
    view.snapshots.assign(progress_.begin() + static_cast<std::ptrdiff_t>(current_),
                          progress_.end());
  });
}

}  // namespace tidemark

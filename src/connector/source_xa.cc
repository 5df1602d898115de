// SPDX-License-Identifier: Apache-2.0
// How the stream follows XA transactions: their rows are held at PREPARE and emitted at XA COMMIT, where
// they become visible. The records say the place, the GTID and the time of the verdict, and number its rows
// through, so that along the records of a table these never go back.
//
// A verdict on a transaction that nobody has seen, because it was prepared before the snapshot's place, sends
// the link back to look for its rows in older files.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "connector/source.h"
#include "mysql/binlog/mariadb_event.h"
#include "mysql/client/server_info.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kFirstEventAt = 4;

Error unknown_form(std::string_view what) {
  return {ErrorKind::kUnsupported, fmt::format("{} in a form that is not the server's own", what),
          "report this with the binlog file; to go on, take a new snapshot past this position"};
}

bool is_statement_text(EventType type) {
  return type == EventType::kRowsQuery || type == EventType::kMariaAnnotateRows;
}

}  // namespace

Status Source::on_xa_start(const Statement& statement, std::uint32_t thread_id) {
  if (statement.xid().empty()) return std::unexpected(unknown_form("XA START"));
  thread_id_ = thread_id;
  begin_xa(statement.xid());
  return {};
}

void Source::begin_xa(std::string xid) {
  cursor_.hold_begun();
  xa_.begin(std::move(xid));
}

Status Source::hold(const Event& event) {
  if (rows_dropped_) return {};
  if (is_statement_text(event.header.type))
    return parts_.settings.events.include_query ? xa_.statement(event) : Status();
  if (event.header.type == EventType::kTableMap) {
    const TableMap map = TRY(parse_table_map(event, parser_->format()));
    const bool wanted = TRY(parts_.tables.captures({map.database, map.table}));
    return xa_.table_map(event, map.table_id, wanted);
  }
  const RowsTarget target = TRY(peek_table_id(event, parser_->format()));
  return xa_.rows(event, target.table_id);
}

Status Source::on_xa_prepare(const Event& event) {
  if (!xa_.open()) {
    return fail(
        ErrorKind::kCorrupt, "an XA_PREPARE event without an XA START before it",
        "report this with the binlog file; to go on, take a new snapshot past this position");
  }
  const XaPrepareEvent prepare = TRY(parse_xa_prepare(event));
  const XaTransactions::Prepared prepared = xa_.prepared();
  if (!prepare.one_phase) {
    cursor_.hold_ended(prepared.xid, prepared.has_rows);
    return {};
  }
  if (!cursor_.replaying() && prepared.has_rows) {
    cursor_.verdict_begun(true);
    TRY(emit_held(event, *xa_.find(prepared.xid)));
  }
  end_xa(event, prepared.xid);
  return {};
}

Status Source::on_xa_verdict(const Event& event, const Statement& statement) {
  if (statement.xid().empty()) return std::unexpected(unknown_form("the end of an XA transaction"));
  const std::string& xid = statement.xid();
  const bool commit = statement.kind() == StatementKind::kXaCommit;
  if (commit && !cursor_.replaying()) {
    const PreparedXa* const known = cursor_.prepared(xid);
    const HeldEvents* const held = xa_.find(xid);
    if (known == nullptr || (known->has_rows && held == nullptr)) return look_back(xid);
    if (known->has_rows) {
      cursor_.verdict_begun(false);
      TRY(emit_held(event, *held));
    }
  }
  end_xa(event, xid);
  return {};
}

void Source::end_xa(const Event& event, const std::string& xid) {
  cursor_.decided(xid);
  xa_.drop(xid);
  if (cursor_.replaying()) return;
  looked_back_.reset();
  transaction_ended(event);
}

Status Source::emit_held(const Event& verdict, const HeldEvents& events) {
  begin_meta(verdict);
  // The rows' own headers tell when they were written, not when they came to be.
  const std::int64_t logged_us = std::exchange(commit_ts_us_, event_time_us(verdict));
  const std::uint64_t first = cursor_.take_rows_to_skip();
  std::uint64_t row = 0;
  // Table ids may be other tables' by now; each rows event comes behind its own TABLE_MAP.
  parts_.tables.forget_bindings();
  TRY(events.each([&](const Event& event) -> Status {
    if (event.header.type == EventType::kTableMap) return bind_table(event);
    if (is_statement_text(event.header.type)) {
      query_ = TRY(parse_rows_query(event)).sql;
      return {};
    }
    return emit_rows(event, first, row);
  }));
  commit_ts_us_ = logged_us;
  parts_.tables.forget_bindings();
  return {};
}

// Before the place up to which everything was done, nothing counts but what XA transactions hold.
Status Source::replay(const Event& event) {
  switch (event.header.type) {
    case EventType::kTableMap:
    case EventType::kRowsQuery:
    case EventType::kMariaAnnotateRows:
      return xa_.open() ? hold(event) : Status();
    case EventType::kXaPrepare:
      return on_xa_prepare(event);
    case EventType::kGtid:
    case EventType::kGtidTagged:
      return on_gtid(event);
    case EventType::kMariaGtid:
      return on_maria_gtid(event);
    case EventType::kMariaGtidList:
      cursor_.gtid_list(TRY(parse_maria_gtid_list(event)).gtids);
      return {};
    case EventType::kQuery:
    case EventType::kMariaQueryCompressed: {
      const QueryEvent query = TRY(parse_query(event, unpacked_query_));
      const Statement statement = Statement::parse(query.sql, query.database);
      if (statement.kind() == StatementKind::kXaStart)
        return on_xa_start(statement, query.thread_id);
      if (statement.kind() == StatementKind::kRowChange && xa_.open())
        return check_row_change(statement);
      const bool verdict = statement.kind() == StatementKind::kXaCommit ||
                           statement.kind() == StatementKind::kXaRollback;
      return verdict ? on_xa_verdict(event, statement) : Status();
    }
    default:
      return is_rows(event.header.type) && xa_.open() ? hold(event) : Status();
  }
}

// The link goes back by one file, then two, four, ... until it has met the PREPARE.
Status Source::look_back(const std::string& xid) {
  const auto files =
      TRY(parts_.desk.ask([](Connection& connection) { return list_binlogs(connection); }));
  const auto here = std::find_if(files.begin(), files.end(),
                                 [&](const auto& file) { return file.name == cursor_.file(); });
  const auto before = static_cast<std::size_t>(here - files.begin());
  const std::size_t back = looked_back_ ? *looked_back_ * 2 + 1 : 0;
  if (here == files.end() || (looked_back_ && *looked_back_ >= before)) {
    return fail(
        ErrorKind::kPositionLost,
        fmt::format("XA COMMIT {}: it was prepared before the oldest binlog, so its changes are "
                    "nowhere to be read",
                    xid),
        "take a new initial snapshot (remove the offset file); prepared transactions that are "
        "left alone for long show in XA RECOVER");
  }
  looked_back_ = std::min(back, before);
  const Position from{files[before - *looked_back_].name, kFirstEventAt};
  cursor_.look_back_from(from);
  return fail(
      ErrorKind::kRetryable,
      fmt::format("XA COMMIT {}: it was prepared before the place where streaming began, its "
                  "changes are looked for from {} on",
                  xid, from.text()),
      "nothing: the link is opened again from there");
}

}  // namespace tidemark

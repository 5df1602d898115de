// SPDX-License-Identifier: Apache-2.0
// How the stream follows transactions: Source's answers to GTID events and to statements, which begin and end them.
// A statement of another kind is handed on (source_schema.cc, source_xa.cc), or ends the stream where rows would be
// missing.
#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "connector/source.h"
#include "mysql/binlog/mariadb_event.h"

namespace tidemark {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

void Source::transaction_begun(const Event& event, std::int64_t thread_id) {
  thread_id_ = thread_id;
  cursor_.transaction_begun();
  begin_meta(event);
}

void Source::begin_meta(const Event& event) {
  if (!meta_) return;
  meta_->begin(TransactionMeta::make_id(gtid_text_, cursor_.file(), cursor_.event_start()),
               event_time_us(event) / 1000, parts_.output.batch());
}

void Source::transaction_ended(const Event& event) {
  query_.reset();
  thread_id_ = -1;
  if (meta_) meta_->end(event_time_us(event) / 1000, parts_.output.batch());
  cursor_.transaction_ended();
}

std::int64_t Source::event_time_us(const Event& event) const {
  return commit_ts_us_ != 0 ? commit_ts_us_ : event.header.timestamp * kMicrosPerSecond;
}

Status Source::on_gtid(const Event& event) {
  const GtidEvent gtid = TRY(parse_gtid(event));
  cursor_.gtid(gtid.gtid);
  gtid_text_ = gtid.gtid.empty() ? std::string() : gtid.gtid.text();
  rows_dropped_ = gtid_sources_.filters() && !gtid.gtid.empty() &&
                  TRY(gtid_sources_.drops_rows(gtid.gtid.source));
  // Without GTIDs the original reports whole seconds of the event header, and so do we.
  commit_ts_us_ = gtid.gtid.empty() ? 0 : gtid.original_commit_us;
  return {};
}

// Whole seconds of the event header and no thread: the original has no more on MariaDB.
Status Source::on_maria_gtid(const Event& event) {
  const MariaGtidEvent gtid = TRY(parse_maria_gtid(event));
  if (xa_.open())
    return fail(
        ErrorKind::kCorrupt, "an XA transaction without an XA_PREPARE event at its end",
        "report this with the binlog file; to go on, take a new snapshot past this position");
  cursor_.gtid(gtid.gtid);
  located_ = true;
  gtid_text_ = gtid.gtid.text();
  commit_ts_us_ = 0;
  on_mariadb_ = true;
  if (gtid.prepared_xa()) {
    begin_xa(gtid.xa->text());
  } else if (!gtid.standalone() && !cursor_.replaying()) {
    transaction_begun(event, thread_id_);
  }
  return {};
}

Status Source::on_query(const Event& event) {
  const QueryEvent query = TRY(parse_query(event, unpacked_query_));
  const Statement statement = Statement::parse(query.sql, query.database);
  switch (statement.kind()) {
    case StatementKind::kXaStart:
      return on_xa_start(statement, query.thread_id);
    case StatementKind::kXaCommit:
    case StatementKind::kXaRollback:
      if (!on_mariadb_) thread_id_ = query.thread_id;
      return on_xa_verdict(event, statement);
    case StatementKind::kXaEnd:
      return {};
    case StatementKind::kBegin:
      transaction_begun(event, query.thread_id);
      return {};
    case StatementKind::kCommit:
    case StatementKind::kRollback:
      transaction_ended(event);
      return {};
    case StatementKind::kTableDdl:
    case StatementKind::kDropDatabase:
      if (!cursor_.skipping()) TRY(on_definition(statement));
      TRY(log_definition(event, query));
      break;
    case StatementKind::kTruncate:
      if (!cursor_.skipping()) TRY(on_truncate(statement, event));
      break;
    case StatementKind::kRowChange:
      if (!cursor_.skipping()) TRY(check_row_change(statement));
      break;
    case StatementKind::kRollbackToSavepoint:
      if (!cursor_.skipping()) {
        log::warn("stream.rolled_back_rows",
                  {{"position", Position{cursor_.file(), cursor_.event_start()}.text()},
                   {"gtid", gtid_text_},
                   {"why",
                    "the transaction also changed a table without transactions, so the server "
                    "logged the rows that "
                    "ROLLBACK TO SAVEPOINT took back: records show them as changes"},
                   {"do", "read the tables of this transaction again by an incremental snapshot"}});
      }
      break;
    case StatementKind::kOther:
      TRY(log_definition(event, query));
      break;
  }
  if (xa_.open()) return {};  // SAVEPOINT, for one
  if (cursor_.in_transaction()) {
    cursor_.event_in_transaction_done();
  } else if (statement.starts_transaction()) {
    transaction_begun(event, query.thread_id);
  } else {
    cursor_.event_outside_done();
  }
  return {};
}

Status Source::check_row_change(const Statement& statement) const {
  for (const TablePtr& table : parts_.tables.all()) {
    if (!statement.mentions(table->id)) continue;
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("a change of {} was logged as a statement, so its rows are not in the binlog",
                    table->id.text()),
        "set binlog_format=ROW globally and in every session (SET GLOBAL binlog_format='ROW'), "
        "then take a new snapshot past this position");
  }
  return {};
}

}  // namespace tidemark

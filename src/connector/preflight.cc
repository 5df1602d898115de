// SPDX-License-Identifier: Apache-2.0
#include "connector/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "base/log.h"
#include "connector/gtid_sources.h"
#include "connector/guardrail.h"
#include "control/signal_table.h"
#include "mysql/client/read_only.h"
#include "mysql/client/schema_reader.h"

namespace tidemark {
namespace {

// Every finding is logged; the first error is what ends the run.
Status report(const std::vector<Error>& findings) {
  for (const Error& finding : findings)
    log::failure(log::Level::kError, "preflight.failed", finding);
  if (!findings.empty()) return std::unexpected(findings.front());
  return {};
}

// Records name the kind of server, their schemas, too, and an offset's GTIDs have its form: none of that may
// change by itself under a consumer.
Status check_class(const ServerInfo& server, ServerKind configured) {
  const ServerKind actual = server.is_mariadb ? ServerKind::kMariaDb : ServerKind::kMySql;
  if (actual == configured) return {};
  const bool maria = actual == ServerKind::kMariaDb;
  return fail(
      ErrorKind::kRejected,
      fmt::format("connector.class is the one for {}, and the server is {} {}",
                  maria ? "MySQL" : "MariaDB", maria ? "MariaDB" : "MySQL", server.version),
      fmt::format("set connector.class=io.debezium.connector.{}, with an offset file of its "
                  "own",
                  maria ? "mariadb.MariaDbConnector" : "mysql.MySqlConnector"));
}

bool same_but_for_case(const TableId& a, const TableId& b) {
  return a != b && same_letters(a.database, b.database) && same_letters(a.table, b.table);
}

struct Grants {
  std::vector<std::string> lines;
  std::string account;
};

Result<Grants> read_grants(Connection& connection) {
  Grants out;
  const ResultSet account = TRY(connection.query("SELECT CURRENT_USER()"));
  out.account = account.rows()[0][0].value_or("");
  const ResultSet lines = TRY(connection.query("SHOW GRANTS"));
  for (const ResultSet::Row row : lines.rows()) out.lines.emplace_back(row[0].value_or(""));
  return out;
}

}  // namespace

Result<ServerInfo> read_server(ServerDesk& desk) {
  ServerInfo out =
      TRY(desk.ask([](Connection& connection) { return read_server_info(connection); }));
  log::info("server.connected", {{"version", out.version},
                                 {"server_uuid", out.server_uuid},
                                 {"gtid_mode", out.gtid_mode},
                                 {"binlog_row_metadata", out.binlog_row_metadata}});
  return out;
}

Status check_server(ConnectorParts& parts) {
  TRY(check_class(parts.server, parts.settings.server_kind));
  if (!parts.settings.read_only) return report(check_for_streaming(parts.server));
  return report(TRY(
      parts.desk.ask([](Connection& connection) { return check_read_only_server(connection); })));
}

Status check_access(ConnectorParts& parts) {
  const bool locks = parts.decision.from == SnapshotDecision::From::kView &&
                     parts.settings.snapshot.locking != LockingMode::kNone;
  TRY(report(TRY(parts.desk.ask(
      [&](Connection& connection) { return check_grants(connection, {.lock = locks}); }))));
  TRY(parts.desk.ask([&](Connection& connection) {
    return check_server_id_free(connection, parts.settings.server.server_id, parts.replica_uuid);
  }));
  if (parts.settings.events.include_query) {
    if (const auto off = check_statements_logged(parts.server))
      log::failure(log::Level::kWarn, "server.statements_not_logged", *off);
  }
  if (parts.server.binlog_row_metadata != "FULL") {
    log::warn(
        "server.row_metadata_minimal",
        {{"do", fmt::format(
                    "{}: with {} a change of a table's structure can end the stream, because "
                    "events do not name their columns",
                    setting_statement(parts.server, "binlog_row_metadata", "'FULL'"),
                    parts.server.binlog_row_metadata.empty() ? "a server without that variable"
                                                             : parts.server.binlog_row_metadata)}});
  }
  return {};
}

Status check_limits(ConnectorParts& parts) {
  std::size_t captured = 0;
  std::size_t of_server = 0;  // in the server's own databases
  const std::optional<TableId> signal_table = signal_table_of(parts.settings);
  for (const TableId& id : parts.listed) {
    if (id == signal_table || !TRY(parts.tables.captures(id))) continue;
    ++captured;
    if (is_builtin_database(id.database)) ++of_server;
  }
  if (of_server > 0)
    log::warn(
        "capture.builtin",
        {{"tables", of_server},
         {"meaning",
          "tables of mysql and sys are captured (table.ignore.builtin=false): what the server "
          "itself or statements such as CREATE USER and GRANT change there is not logged as "
          "rows and comes with snapshots only"}});
  return check_guardrail(parts.settings.capture, captured);
}

// Signals and watermarks are written on this server: under its UUID, unless MariaDB, which has none.
Status check_gtid_sources(ConnectorParts& parts) {
  if (!signal_table_of(parts.settings) || parts.settings.read_only || !parts.server.has_gtids())
    return {};
  const Result<Uuid> writer = Uuid::parse(parts.server.server_uuid);
  if (!writer) return {};
  GtidSources sources(parts.settings.gtid);
  if (!TRY(sources.drops_rows(*writer))) return {};
  return fail(
      ErrorKind::kRejected,
      fmt::format("{} leaves out {}, the server that signals and watermarks are written "
                  "on: no signal would ever be seen",
                  parts.settings.gtid.includes ? "gtid.source.includes" : "gtid.source.excludes",
                  parts.server.server_uuid),
      "let the list admit this server, or set gtid.source.filter.dml.events=false");
}

Status check_signals(ConnectorParts& parts) {
  const std::optional<TableId> id = signal_table_of(parts.settings);
  if (!id) return {};
  const auto defs =
      TRY(parts.desk.ask([&](Connection& c) { return read_tables(c, TableSelection::of({*id})); }));
  const auto grants = TRY(parts.desk.ask([](Connection& c) { return read_grants(c); }));
  SignalTableFacts facts;
  facts.configured = *id;
  facts.strategy = parts.settings.incremental.strategy;
  facts.watermarks = !parts.settings.read_only;
  facts.grants = grants.lines;
  facts.account = grants.account;
  for (const TableDef& def : defs) {
    if (def.id == *id) facts.table = &def;
  }
  for (const TableId& listed : parts.listed) {
    if (TRY(parts.tables.captures(listed)))
      facts.collection_chars_max = std::max(facts.collection_chars_max, listed.text().size());
    if (facts.table == nullptr && same_but_for_case(listed, *id)) facts.other_case = listed;
  }
  std::vector<Error> errors;
  for (const Finding& finding : check_signal_table(facts)) {
    if (finding.severity == Finding::Severity::kError) {
      errors.emplace_back(ErrorKind::kServer, finding.text, finding.remedy);
    } else {
      log::warn("signal.table_warning", {{"finding", finding.text}, {"do", finding.remedy}});
    }
  }
  return report(errors);
}

// Where it began without GTIDs it knows only those that it has met since.
Status check_read_only_start(const Offset& start, const ServerInfo& server) {
  if (server.is_mariadb || start.gtid_mode) return {};
  return fail(ErrorKind::kRejected,
              fmt::format("the stored offset goes by file and position ({}), and read.only=true "
                          "tells by GTIDs what a SELECT sees",
                          start.position.text()),
              "take a new snapshot (remove the offset file), or set read.only=false");
}

void warn_if_nothing_captured(Tables& tables) {
  for (const TableId& id : tables.ids()) {
    if (!tables.find(id)->is_signal_table) return;
  }
  log::warn("capture.nothing", {{"do",
                                 "no table matches: check database.include.list and "
                                 "table.include.list (db.table, the whole name); a table "
                                 "created later is captured if it matches"}});
}

// Which versions leave them out is not known but for 11.8, which does, and 10.11, which does not.
void warn_of_generated_columns(const Tables& tables, const ServerInfo& server) {
  unsigned version = 0;
  std::from_chars(server.version.data(), server.version.data() + server.version.size(), version);
  if (!server.is_mariadb || version < 11) return;
  const std::vector<std::string> columns = tables.generated_columns();
  if (columns.empty()) return;
  log::warn("stream.generated_columns",
            {{"columns", fmt::format("{}", fmt::join(columns, ","))},
             {"meaning",
              "MariaDB 11.8 logs updates and deletes without generated columns; the first such "
              "change ends the run"},
             {"do", "name these columns in column.exclude.list"}});
}

}  // namespace tidemark

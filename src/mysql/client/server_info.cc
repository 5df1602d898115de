// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/server_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "base/log.h"
#include "mysql/client/errors.h"

namespace tidemark {
namespace {

using Cell = ResultSet::Cell;

constexpr std::string_view kNewSnapshot =
    "restore the missing binlogs on the server, or delete the offset to take a new snapshot "
    "(snapshot.mode=when_needed does so by itself); raise binlog_expire_logs_seconds";

template <class T>
T number(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string text_of(const Cell& cell) { return cell ? std::string(*cell) : std::string(); }

bool is_on(std::string_view text) { return text == "ON" || text == "1"; }

// Variables of this list by lower-case name; SHOW cuts values at 1,024 characters.
constexpr std::string_view kVariables =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'server_uuid', 'server_id', "
    "'log_bin',"
    " 'gtid_mode', 'binlog_format', 'binlog_row_image', 'binlog_row_metadata', 'binlog_checksum',"
    " 'binlog_order_commits', 'binlog_row_value_options', 'binlog_transaction_compression',"
    " 'binlog_rows_query_log_events', 'binlog_annotate_row_events',"
    " 'binlog_expire_logs_seconds', 'lower_case_table_names')";

Result<GtidSet> read_gtids(Connection& connection, std::string_view variable) {
  const auto answer = TRY(connection.query(fmt::format("SELECT @@GLOBAL.{}", variable)));
  if (answer.empty()) return GtidSet();
  return GtidSet::parse(answer.rows()[0][0].value_or(""));
}

// SHOW MASTER STATUS and SHOW SLAVE HOSTS under the names that the server's version takes.
std::string_view log_status_statement(const Connection& connection) {
  if (!connection.is_mariadb() && connection.version() >= 80200) return "SHOW BINARY LOG STATUS";
  return "SHOW MASTER STATUS";
}
std::string_view replicas_statement(const Connection& connection) {
  if (!connection.is_mariadb() && connection.version() >= 80022) return "SHOW REPLICAS";
  return "SHOW SLAVE HOSTS";
}

Error wrong_setting(std::string_view what, std::string remedy) {
  return {ErrorKind::kServer, std::string(what), std::move(remedy)};
}

// Privileges of a SHOW GRANTS line "GRANT a, b (c, d) ON scope TO ...": names and scope. Grants of roles
// have no scope and yield nothing.
struct GrantLine {
  std::vector<std::string_view> names;
  std::string_view scope;
};
GrantLine parse_grant(std::string_view line) {
  GrantLine parsed;
  constexpr std::string_view kGrant = "GRANT ";
  const std::size_t on = line.find(" ON ");
  if (!line.starts_with(kGrant) || on == std::string_view::npos) return parsed;
  const std::size_t to = line.find(" TO ", on);
  parsed.scope = line.substr(on + 4, to == std::string_view::npos ? to : to - on - 4);
  std::string_view list = line.substr(kGrant.size(), on - kGrant.size());
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(",("), list.size());
    std::string_view name = list.substr(0, end);
    while (name.ends_with(' ')) name.remove_suffix(1);
    parsed.names.push_back(name);
    std::size_t next = end;
    if (next < list.size() && list[next] == '(') next = list.find(')', next);
    next = next == std::string_view::npos ? next : list.find(", ", next);
    list = next == std::string_view::npos ? std::string_view() : list.substr(next + 2);
  }
  return parsed;
}

struct Privileges {
  std::set<std::string_view> global;
  bool reads_somewhere = false;
  bool locks_somewhere = false;

  bool has(std::string_view name) const {
    return global.contains(name) || global.contains("ALL PRIVILEGES") || global.contains("ALL");
  }
};

Privileges collect(const std::vector<std::string>& grants) {
  Privileges privileges;
  for (const std::string& line : grants) {
    const GrantLine grant = parse_grant(line);
    for (const std::string_view name : grant.names) {
      if (grant.scope == "*.*") privileges.global.insert(name);
      if (name == "SELECT" || name == "ALL PRIVILEGES" || name == "ALL")
        privileges.reads_somewhere = true;
      if (name == "LOCK TABLES" || name == "ALL PRIVILEGES" || name == "ALL")
        privileges.locks_somewhere = true;
    }
  }
  return privileges;
}

}  // namespace

Result<ServerInfo> read_server_info(Connection& connection) {
  const auto answer = TRY(connection.query(kVariables));
  std::map<std::string_view, std::string> values;
  for (const ResultSet::Row row : answer.rows()) values[*row[0]] = text_of(row[1]);

  ServerInfo info;
  info.is_mariadb = connection.is_mariadb();
  info.version = values["version"];
  info.server_uuid = values["server_uuid"];
  info.server_id = number<std::uint32_t>(values["server_id"]);
  info.log_bin = is_on(values["log_bin"]);
  info.gtid_mode = values["gtid_mode"];
  info.binlog_format = values["binlog_format"];
  info.binlog_row_image = values["binlog_row_image"];
  info.binlog_row_metadata = values["binlog_row_metadata"];
  info.binlog_checksum = values["binlog_checksum"];
  info.binlog_order_commits = values["binlog_order_commits"];
  info.binlog_row_value_options = values["binlog_row_value_options"];
  info.binlog_transaction_compression = values["binlog_transaction_compression"];
  info.binlog_statements =
      values[info.is_mariadb ? "binlog_annotate_row_events" : "binlog_rows_query_log_events"];
  info.binlog_expire_logs_seconds = number<std::uint64_t>(values["binlog_expire_logs_seconds"]);
  info.lower_case_table_names = number<int>(values["lower_case_table_names"]);
  if (!info.is_mariadb) {
    info.gtid_executed = TRY(read_gtids(connection, "gtid_executed"));
    info.gtid_purged = TRY(read_gtids(connection, "gtid_purged"));
  }
  if (info.log_bin) info.log_end = TRY(read_log_end(connection));
  return info;
}

Result<LogEnd> read_log_end(Connection& connection) {
  const auto answer = TRY(connection.query(log_status_statement(connection)));
  if (answer.empty())
    return fail(ErrorKind::kServer,
                fmt::format("{} writes no binlog", endpoint_text(connection.settings())),
                "start the server with log_bin (and without --skip-log-bin)");
  LogEnd end;
  end.position.file = text_of(answer.cell(0, "File"));
  end.position.pos = number<std::uint64_t>(answer.cell(0, "Position").value_or("0"));
  end.gtids = TRY(GtidSet::parse(answer.cell(0, "Executed_Gtid_Set").value_or("")));
  return end;
}

Result<std::vector<BinlogFileInfo>> list_binlogs(Connection& connection) {
  const auto answer = TRY(connection.query("SHOW BINARY LOGS"));
  std::vector<BinlogFileInfo> files;
  for (const ResultSet::Row row : answer.rows())
    files.push_back({text_of(row[0]), number<std::uint64_t>(row[1].value_or("0"))});
  return files;
}

std::vector<Error> check_for_streaming(const ServerInfo& info) {
  // SET PERSIST is MySQL's; on MariaDB the option file keeps a value.
  const std::string_view set = info.is_mariadb ? "SET GLOBAL" : "SET PERSIST";
  std::vector<Error> errors;
  if (!info.log_bin) {
    errors.push_back(wrong_setting("log_bin is OFF: the server writes no binlog",
                                   "start the server with log_bin (and without --skip-log-bin)"));
    return errors;
  }
  if (info.server_id == 0)
    errors.push_back(wrong_setting("server_id of the server is 0: it serves no replicas",
                                   fmt::format("{} server_id = 1", set)));
  if (info.binlog_format != "ROW")
    errors.push_back(wrong_setting(
        fmt::format("binlog_format is {}, and changes can be read from ROW only",
                    info.binlog_format),
        fmt::format("{} binlog_format = 'ROW', then let sessions that are open reconnect", set)));
  if (info.binlog_row_image != "FULL")
    errors.push_back(wrong_setting(
        fmt::format("binlog_row_image is {}, and records need whole rows", info.binlog_row_image),
        fmt::format("{} binlog_row_image = 'FULL', then let sessions that are open reconnect",
                    set)));
  if (info.binlog_order_commits == "OFF" || info.binlog_order_commits == "0")
    errors.push_back(wrong_setting(
        "binlog_order_commits is OFF: a snapshot could miss what the binlog shows already",
        fmt::format("{} binlog_order_commits = ON", set)));
  return errors;
}

std::optional<Error> check_statements_logged(const ServerInfo& info) {
  if (is_on(info.binlog_statements)) return std::nullopt;
  const std::string_view name =
      info.is_mariadb ? "binlog_annotate_row_events" : "binlog_rows_query_log_events";
  return wrong_setting(
      fmt::format("include.query=true, but {} is OFF: source.query stays null", name),
      fmt::format("{} {} = ON, then let sessions that are open reconnect",
                  info.is_mariadb ? "SET GLOBAL" : "SET PERSIST", name));
}

Status check_server_id_free(Connection& connection, std::uint32_t server_id,
                            const Uuid& replica_uuid) {
  const auto own = TRY(connection.query("SELECT @@GLOBAL.server_id"));
  if (!own.empty() && number<std::uint32_t>(own.rows()[0][0].value_or("0")) == server_id)
    return fail(ErrorKind::kRejected,
                fmt::format("database.server.id={} is the id of the server itself", server_id),
                "choose a number that no server and no replica around it has");
  auto answer = connection.query(replicas_statement(connection));
  if (!answer) {
    if (answer.error().kind() != ErrorKind::kServer)
      return std::unexpected(std::move(answer).error());
    log::failure(log::Level::kWarn, "server.replicas_unknown", answer.error());
    return {};
  }
  for (const ResultSet::Row row : answer->rows()) {
    if (row.empty() || number<std::uint32_t>(row[0].value_or("0")) != server_id) continue;
    const std::string uuid = text_of(row.back());  // MariaDB has no such column: never ours
    if (uuid == replica_uuid.text()) continue;
    return fail(
        ErrorKind::kConflict,
        fmt::format("database.server.id={} is in use at {} by the replica '{}' (UUID {})",
                    server_id, endpoint_text(connection.settings()), text_of(row[1]), uuid),
        "stop that process, or choose another database.server.id; after a crash without the "
        "offset file, wait until the server has noticed that the connection is gone");
  }
  return {};
}

// How long a delivered transaction may take to be counted as executed.
constexpr int kHistoryWaitS = 3;

Status check_gtids_available(const GtidSet& done, const GtidSet& purged,
                             std::string_view endpoint) {
  GtidSet missing = purged;
  missing.subtract(done);
  if (missing.empty()) return {};
  return fail(ErrorKind::kPositionLost,
              fmt::format("{} has purged transactions that were not streamed yet: {}", endpoint,
                          missing.text()),
              std::string(kNewSnapshot));
}

Status check_file_available(const Position& position, const std::vector<BinlogFileInfo>& files,
                            std::string_view endpoint) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const auto& file) { return file.name == position.file; });
  if (found == files.end())
    return fail(ErrorKind::kPositionLost,
                files.empty()
                    ? fmt::format("{} has no binlogs, and {} is needed", endpoint, position.text())
                    : fmt::format("{} no longer has {}: its binlogs are {} to {}", endpoint,
                                  position.text(), files.front().name, files.back().name),
                std::string(kNewSnapshot));
  if (position.pos > found->bytes)
    return fail(
        ErrorKind::kPositionLost,
        fmt::format("{} has only {} bytes of {}, and the offset is {}", endpoint, found->bytes,
                    found->name, position.text()),
        "the server was restored, or is another one: delete the offset to take a new snapshot");
  return {};
}

Status check_same_history(const GtidSet& done, const GtidSet& executed, std::string_view endpoint) {
  GtidSet unknown = done;
  unknown.subtract(executed);
  if (unknown.empty()) return {};
  return fail(
      ErrorKind::kPositionLost,
      fmt::format("{} has not executed transactions that were streamed already: {}; it is another "
                  "server, was reset, or lost them in a crash",
                  endpoint, unknown.text()),
      "connect to the server that was streamed or to one that has its history; else delete the "
      "offset to take a new snapshot");
}

Status check_position_available(Connection& connection, const Offset& offset) {
  const std::string endpoint = endpoint_text(connection.settings());
  if (!offset.gtid_mode)
    return check_file_available(offset.position, TRY(list_binlogs(connection)), endpoint);
  if (!check_same_history(offset.gtids, TRY(read_gtids(connection, "gtid_executed")), endpoint)) {
    TRY(connection.query(fmt::format("SELECT WAIT_FOR_EXECUTED_GTID_SET({}, {})",
                                     Connection::quote_text(offset.gtids.text()), kHistoryWaitS)));
    TRY(check_same_history(offset.gtids, TRY(read_gtids(connection, "gtid_executed")), endpoint));
  }
  return check_gtids_available(offset.gtids, TRY(read_gtids(connection, "gtid_purged")), endpoint);
}

std::vector<std::string> missing_grants(const std::vector<std::string>& grants,
                                        const GrantNeeds& needs, std::string_view account) {
  const Privileges privileges = collect(grants);
  std::vector<std::string> missing;
  const auto want = [&](bool needed, bool there, std::string_view name) {
    if (needed && !there) missing.push_back(fmt::format("GRANT {} ON *.* TO {}", name, account));
  };
  // MariaDB prints REPLICATION CLIENT under the first name.
  const bool client = privileges.has("REPLICATION CLIENT") || privileges.has("BINLOG MONITOR") ||
                      privileges.has("SUPER");
  want(needs.stream, privileges.has("REPLICATION SLAVE"), "REPLICATION SLAVE");
  want(needs.stream, client, "REPLICATION CLIENT");
  want(needs.read, privileges.reads_somewhere, "SELECT");
  // Without RELOAD the captured tables are locked one by one.
  const bool locks =
      privileges.has("RELOAD") || privileges.has("FLUSH_TABLES") || privileges.locks_somewhere;
  want(needs.lock, locks, "RELOAD");
  return missing;
}

Result<std::vector<Error>> check_grants(Connection& connection, const GrantNeeds& needs) {
  const auto user = TRY(connection.query("SELECT CURRENT_USER()"));
  const std::string name = user.empty() ? std::string() : text_of(user.rows()[0][0]);
  const std::size_t at = std::min(name.rfind('@'), name.size());
  const std::string account = fmt::format(
      "'{}'@'{}'", name.substr(0, at), at < name.size() ? name.substr(at + 1) : std::string("%"));
  const auto answer = TRY(connection.query("SHOW GRANTS FOR CURRENT_USER()"));
  std::vector<std::string> lines;
  for (const ResultSet::Row row : answer.rows()) lines.push_back(text_of(row[0]));
  std::vector<Error> errors;
  for (std::string& grant : missing_grants(lines, needs, account))
    errors.emplace_back(ErrorKind::kServer,
                        fmt::format("{} lacks a privilege", endpoint_text(connection.settings())),
                        std::move(grant));
  return errors;
}

}  // namespace tidemark

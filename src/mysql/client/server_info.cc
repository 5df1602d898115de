// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/server_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <map>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "mysql/client/errors.h"

namespace tidemark {
namespace {

using Cell = ResultSet::Cell;

constexpr std::string_view kNewSnapshot =
    "restore the missing binlogs on the server, or delete the offset to take a new snapshot "
    "(snapshot.mode=when_needed does so by itself); raise binlog_expire_logs_seconds";

constexpr std::string_view kManagedBase = "/rdsdbbin";
constexpr std::string_view kManagedRetention =
    "CALL mysql.rds_set_configuration('binlog retention hours', n)";

// MariaDB's SHOW BINLOG EVENTS takes no charset before a literal; file names have no quotes to double.
std::string quoted_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

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
    " 'binlog_expire_logs_seconds', 'lower_case_table_names', 'innodb_read_only', 'aurora_version',"
    " 'basedir')";

Result<GtidSet> read_gtids(Connection& connection, std::string_view variable) {
  const auto answer = TRY(connection.query(fmt::format("SELECT @@GLOBAL.{}", variable)));
  if (answer.empty()) return GtidSet();
  return GtidSet::parse(answer.rows()[0][0].value_or(""));
}

// The first of several names of one statement that the server takes; the last one's error.
Result<ResultSet> query_first(Connection& connection,
                              std::initializer_list<std::string_view> names) {
  for (const std::string_view* name = names.begin();; ++name) {
    auto answer = connection.query(*name);
    const bool unknown = !answer && connection.server_error() == kErrSyntax;
    if (!unknown || name + 1 == names.end()) return answer;
  }
}

// One row.
Result<ResultSet> show_log_status(Connection& connection) {
  // Since MariaDB 10.5 and MySQL 8.2; the old name, which MySQL 8.4 no longer takes.
  auto answer = TRY(query_first(
      connection, {connection.is_mariadb() ? "SHOW BINLOG STATUS" : "SHOW BINARY LOG STATUS",
                   "SHOW MASTER STATUS"}));
  if (!answer.empty()) return answer;
  return fail(ErrorKind::kServer,
              fmt::format("{} writes no binlog", endpoint_text(connection.settings())),
              "start the server with log_bin (and without --skip-log-bin)");
}

Position position_of(const ResultSet& log_status) {
  return {text_of(log_status.cell(0, "File")),
          number<std::uint64_t>(log_status.cell(0, "Position").value_or("0"))};
}

Result<ResultSet> show_replicas(Connection& connection) {
  if (connection.is_mariadb())
    return query_first(connection, {"SHOW REPLICA HOSTS", "SHOW SLAVE HOSTS"});
  return query_first(connection, {"SHOW REPLICAS", "SHOW SLAVE HOSTS"});
}

Result<std::string> read_text(Connection& connection, std::string_view expression) {
  const auto answer = TRY(connection.query(fmt::format("SELECT {}", expression)));
  return answer.empty() ? std::string() : text_of(answer.rows()[0][0]);
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
  info.innodb_read_only = values["innodb_read_only"];
  info.aurora_version = values["aurora_version"];
  info.basedir = values["basedir"];
  if (!info.is_mariadb) {
    info.gtid_executed = TRY(read_gtids(connection, "gtid_executed"));
    info.gtid_purged = TRY(read_gtids(connection, "gtid_purged"));
  }
  if (info.log_bin) info.log_end = TRY(read_log_end(connection));
  return info;
}

Result<LogEnd> read_log_end(Connection& connection) {
  const auto answer = TRY(show_log_status(connection));
  LogEnd end{.position = position_of(answer)};
  if (connection.is_mariadb()) {
    end.maria_gtids =
        TRY(MariaGtidPosition::parse(TRY(read_text(connection, "@@GLOBAL.gtid_binlog_pos"))));
  } else {
    end.gtids = TRY(GtidSet::parse(answer.cell(0, "Executed_Gtid_Set").value_or("")));
  }
  return end;
}

Result<Position> read_log_position(Connection& connection) {
  return position_of(TRY(show_log_status(connection)));
}

Result<std::vector<BinlogFileInfo>> list_binlogs(Connection& connection) {
  const auto answer = TRY(connection.query("SHOW BINARY LOGS"));
  std::vector<BinlogFileInfo> files;
  for (const ResultSet::Row row : answer.rows())
    files.push_back({text_of(row[0]), number<std::uint64_t>(row[1].value_or("0"))});
  return files;
}

std::string setting_statement(const ServerInfo& info, std::string_view name,
                              std::string_view value) {
  if (info.is_managed())
    return fmt::format("set {} = {} in the {} parameter group", name, value,
                       info.is_aurora() ? "DB cluster" : "DB");
  const bool persists = !info.is_mariadb && !info.version.starts_with("5.");
  if (persists) return fmt::format("SET PERSIST {} = {}", name, value);
  return fmt::format("SET GLOBAL {} = {}, and the same in the server's option file", name, value);
}

namespace {

std::string no_log_remedy(const ServerInfo& info) {
  if (info.is_aurora() && is_on(info.innodb_read_only))
    return "this is a reader of the Aurora cluster, which has no binlog: set database.hostname to "
           "the cluster's writer endpoint (with read.only=true a user that may only read is "
           "enough), or "
           "to the writer of another cluster that replicates this one by binlog";
  if (info.is_aurora())
    return "set binlog_format = ROW in the DB cluster parameter group and reboot the writer";
  if (info.is_managed())
    return "turn automated backups on (a retention of at least one day), which starts the binlog; "
           "on a read replica, too";
  return "start the server with log_bin (and without --skip-log-bin)";
}

}  // namespace

std::vector<Error> check_for_streaming(const ServerInfo& info) {
  std::vector<Error> errors;
  const bool aurora_reader = info.is_aurora() && is_on(info.innodb_read_only);
  if (!info.log_bin || aurora_reader) {
    errors.push_back(wrong_setting(aurora_reader
                                       ? "innodb_read_only is ON: an Aurora reader serves no binlog"
                                       : "log_bin is OFF: the server writes no binlog",
                                   no_log_remedy(info)));
    return errors;
  }
  const auto reconnect = [](std::string words) {
    return std::move(words) + "; then let sessions that are open reconnect";
  };
  if (info.server_id == 0)
    errors.push_back(wrong_setting("server_id of the server is 0: it serves no replicas",
                                   setting_statement(info, "server_id", "1")));
  if (info.binlog_format != "ROW")
    errors.push_back(
        wrong_setting(fmt::format("binlog_format is {}, and changes can be read from ROW only",
                                  info.binlog_format),
                      reconnect(setting_statement(info, "binlog_format", "'ROW'"))));
  if (info.binlog_row_image != "FULL" && info.binlog_row_image != "FULL_NODUP" &&
      info.binlog_row_image != "NOBLOB")
    errors.push_back(wrong_setting(
        fmt::format("binlog_row_image is {}, and records need whole rows", info.binlog_row_image),
        reconnect(setting_statement(info, "binlog_row_image", "'FULL'"))));
  if (info.binlog_order_commits == "OFF" || info.binlog_order_commits == "0")
    errors.push_back(wrong_setting(
        "binlog_order_commits is OFF: a snapshot could miss what the binlog shows already",
        setting_statement(info, "binlog_order_commits", "ON")));
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
  auto answer = show_replicas(connection);
  if (!answer) {
    if (answer.error().kind() != ErrorKind::kServer)
      return std::unexpected(std::move(answer).error());
    // MariaDB asks for a privilege that no replica needs; a second holder of our id is noticed later, too.
    const auto level = connection.is_mariadb() ? log::Level::kInfo : log::Level::kWarn;
    log::failure(level, "server.replicas_unknown", answer.error());
    return {};
  }
  for (const ResultSet::Row row : answer->rows()) {
    if (row.empty() || number<std::uint32_t>(row[0].value_or("0")) != server_id) continue;
    // MariaDB has no such column: there the UUID ends the name under which a link registers.
    const std::string uuid = text_of(connection.is_mariadb() ? row[1] : row.back());
    if (uuid.ends_with(replica_uuid.text())) continue;
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

Status check_maria_history(const MariaGtidPosition& done, const std::vector<MariaGtid>& state,
                           std::string_view endpoint) {
  const std::string unknown = unknown_to(state, done);
  if (unknown.empty()) return {};
  return fail(ErrorKind::kPositionLost,
              fmt::format("{} has not logged transactions that were streamed already: {}; it is "
                          "another server, was reset, or lost them in a crash",
                          endpoint, unknown),
              "connect to the server that was streamed or to one that has its history and writes "
              "it to its own binlog (log_slave_updates); take a domain that the server was told to "
              "forget (DELETE_DOMAIN_ID) out of the offset's gtids; else delete the offset to take "
              "a new snapshot");
}

Status check_maria_available(const MariaGtidPosition& done, const std::vector<MariaGtid>& before,
                             std::string_view endpoint) {
  const std::string missing = gone_before(before, done);
  if (missing.empty()) return {};
  return fail(
      ErrorKind::kPositionLost,
      fmt::format("{} has purged transactions that were not streamed yet: {}", endpoint, missing),
      std::string(kNewSnapshot));
}

Status check_same_kind(const Offset& offset, bool is_mariadb, std::string_view endpoint) {
  const bool other = is_mariadb ? offset.gtid_mode : offset.maria_gtids.has_value();
  if (!other) return {};
  return fail(
      ErrorKind::kPositionLost,
      fmt::format("the stored GTIDs ({}) are those of {}, and {} is {}", offset.gtids_text(),
                  is_mariadb ? "MySQL" : "MariaDB", endpoint, is_mariadb ? "MariaDB" : "MySQL"),
      "connect to the server that was streamed, or give the offset another path, which begins "
      "with a new snapshot");
}

namespace {

// What the log held before its oldest file: the GTID_LIST event at that file's start.
Result<std::vector<MariaGtid>> read_before_log(Connection& connection) {
  const auto files = TRY(list_binlogs(connection));
  if (files.empty()) return std::vector<MariaGtid>();
  const auto events = TRY(connection.query(
      fmt::format("SHOW BINLOG EVENTS IN {} LIMIT 5", quoted_text(files.front().name))));
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events.cell(i, "Event_type") != "Gtid_list") continue;
    std::string_view info = events.cell(i, "Info").value_or("");
    const std::size_t end = info.rfind(']');
    if (!info.starts_with('[') || end == std::string_view::npos) break;
    return parse_maria_gtids(info.substr(1, end - 1));
  }
  return std::vector<MariaGtid>();  // the dump itself tells then
}

// A replica that has applied a domain without logging it still knows where it stands there.
Result<std::vector<MariaGtid>> read_maria_state(Connection& connection) {
  auto state = TRY(parse_maria_gtids(TRY(read_text(connection, "@@GLOBAL.gtid_binlog_state"))));
  for (const MariaGtid& applied :
       TRY(parse_maria_gtids(TRY(read_text(connection, "@@GLOBAL.gtid_slave_pos"))))) {
    const bool logged = std::any_of(state.begin(), state.end(), [&](const MariaGtid& item) {
      return item.domain == applied.domain;
    });
    if (!logged) state.push_back(applied);
  }
  return state;
}

Status check_maria_position(Connection& connection, const MariaGtidPosition& done,
                            std::string_view endpoint) {
  // A replica that takes over may still have to log what it has received.
  const SteadyTime deadline = SystemClock().steady() + std::chrono::seconds(kHistoryWaitS);
  while (!unknown_to(TRY(read_maria_state(connection)), done).empty() &&
         SystemClock().steady() < deadline) {
    TRY(connection.execute("DO SLEEP(0.1)"));
  }
  TRY(check_maria_history(done, TRY(read_maria_state(connection)), endpoint));
  return check_maria_available(done, TRY(read_before_log(connection)), endpoint);
}

Status check_position(Connection& connection, const Offset& offset) {
  const std::string endpoint = endpoint_text(connection.settings());
  TRY(check_same_kind(offset, connection.is_mariadb(), endpoint));
  if (offset.maria_gtids) return check_maria_position(connection, *offset.maria_gtids, endpoint);
  if (!offset.gtid_mode)
    return check_file_available(offset.position, TRY(list_binlogs(connection)), endpoint);
  if (!check_same_history(offset.gtids, TRY(read_gtids(connection, "gtid_executed")), endpoint)) {
    TRY(connection.query(fmt::format("SELECT WAIT_FOR_EXECUTED_GTID_SET({}, {})",
                                     Connection::quote_text(offset.gtids.text()), kHistoryWaitS)));
    TRY(check_same_history(offset.gtids, TRY(read_gtids(connection, "gtid_executed")), endpoint));
  }
  return check_gtids_available(offset.gtids, TRY(read_gtids(connection, "gtid_purged")), endpoint);
}

}  // namespace

Status check_position_available(Connection& connection, const Offset& offset) {
  auto there = check_position(connection, offset);
  if (there || there.error().kind() != ErrorKind::kPositionLost) return there;
  // Where the service purges by a rule of its own, the server's setting has no say.
  const auto basedir = read_text(connection, "@@GLOBAL.basedir");
  if (!basedir || !basedir->starts_with(kManagedBase)) return there;
  std::string remedy =
      fmt::format("{}; on Amazon RDS and Aurora binlogs stay for as long as {} says",
                  there.error().remedy(), kManagedRetention);
  return std::unexpected(std::move(there).error().with_remedy(std::move(remedy)));
}

Result<MariaGtidPosition> maria_gtids_at(Connection& connection, const Position& position) {
  const auto answer = TRY(connection.query(
      fmt::format("SELECT BINLOG_GTID_POS({}, {})", quoted_text(position.file), position.pos)));
  if (answer.empty() || !answer.rows()[0][0])
    return fail(ErrorKind::kRetryable,
                fmt::format("{} does not tell the GTIDs at {}",
                            endpoint_text(connection.settings()), position.text()),
                "see whether the binlog was purged or reset at this moment");
  return MariaGtidPosition::parse(*answer.rows()[0][0]);
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

// SPDX-License-Identifier: Apache-2.0
// What the server is and how it logs, as far as streaming rests on it; and what its log still holds.
// Texts are the server's own values of the variables of these names, upper case as it prints them; empty
// where its version lacks the variable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "change/gtid_set.h"
#include "change/offset.h"
#include "change/position.h"
#include "mysql/client/connection.h"

namespace tidemark {

struct LogEnd {
  Position position;
  GtidSet gtids = {};  // executed; empty without GTIDs
  std::optional<MariaGtidPosition> maria_gtids = {};  // of a MariaDB: gtid_binlog_pos

  bool operator==(const LogEnd&) const = default;
};

struct BinlogFileInfo {
  std::string name;
  std::uint64_t bytes = 0;
};

struct ServerInfo {
  bool is_mariadb = false;
  std::string version;
  std::string server_uuid;
  std::uint32_t server_id = 0;
  bool log_bin = false;
  std::string gtid_mode;
  std::string binlog_format;
  std::string binlog_row_image;
  std::string binlog_row_metadata;
  std::string binlog_checksum;
  std::string binlog_order_commits;
  std::string binlog_row_value_options;
  std::string binlog_transaction_compression;
  // binlog_rows_query_log_events, or MariaDB's binlog_annotate_row_events.
  std::string binlog_statements;
  std::uint64_t binlog_expire_logs_seconds = 0;
  int lower_case_table_names = 0;
  std::string innodb_read_only;
  std::string aurora_version;  // of Amazon Aurora alone
  std::string basedir;
  GtidSet gtid_executed;
  GtidSet gtid_purged;
  LogEnd log_end;  // empty with log_bin off

  bool is_aurora() const { return !aurora_version.empty(); }
  // Amazon RDS or Aurora: settings lie in a parameter group and binlogs are kept by a procedure.
  bool is_managed() const { return is_aurora() || basedir.starts_with("/rdsdbbin"); }
  bool has_gtids() const { return gtid_mode == "ON" || gtid_mode == "ON_PERMISSIVE"; }
};

Result<ServerInfo> read_server_info(Connection& connection);

// Where the log ends now, and what has been executed. Two statements on MariaDB: position and GTIDs agree only
// while nothing is logged.
// Errors: kServer without REPLICATION CLIENT, or with log_bin off.
Result<LogEnd> read_log_end(Connection& connection);
// The same without GTIDs: one statement.
Result<Position> read_log_position(Connection& connection);

// Oldest first.
Result<std::vector<BinlogFileInfo>> list_binlogs(Connection& connection);

// The words that change a setting for good: where a service manages the server, its parameter group; SET
// PERSIST on MySQL 8.0 and later; else SET GLOBAL and the option file. Pure.
std::string setting_statement(const ServerInfo& info, std::string_view name,
                              std::string_view value);

// One error for each setting that streaming cannot live with, naming what mends it. Pure.
std::vector<Error> check_for_streaming(const ServerInfo& info);

// The setting that logs the statements of row changes, if it is off. Pure.
std::optional<Error> check_statements_logged(const ServerInfo& info);

// Is our server id free? The server lists only replicas that registered; a holder with our own UUID is
// our former self. Without the privilege to look, it is logged and taken for free.
// Errors: kConflict naming the holder, kRejected when it is the server's own id.
Status check_server_id_free(Connection& connection, std::uint32_t server_id,
                            const Uuid& replica_uuid);

// What an offset of this kind needs is a server of its kind. Pure.
// Errors: kPositionLost for GTIDs of MariaDB on MySQL, or the reverse
Status check_same_kind(const Offset& offset, bool is_mariadb, std::string_view endpoint);

// The GTIDs of MariaDB done at a place of its log, which starts a transaction.
// Errors: kRetryable when the server does not hold that place
Result<MariaGtidPosition> maria_gtids_at(Connection& connection, const Position& position);

// Does the log still hold all that follows the offset? Errors: kPositionLost naming what is gone.
Status check_position_available(Connection& connection, const Offset& offset);
// What has been delivered must be in the server's history; a transaction that the log sends before the
// server counts it as executed is waited for a few seconds.
// The same on facts already read. Pure.
Status check_same_history(const GtidSet& done, const GtidSet& executed, std::string_view endpoint);
Status check_gtids_available(const GtidSet& done, const GtidSet& purged, std::string_view endpoint);
// The same of MariaDB: state is its gtid_binlog_state, before the list at the start of its oldest file.
Status check_maria_history(const MariaGtidPosition& done, const std::vector<MariaGtid>& state,
                           std::string_view endpoint);
Status check_maria_available(const MariaGtidPosition& done, const std::vector<MariaGtid>& before,
                             std::string_view endpoint);
Status check_file_available(const Position& position, const std::vector<BinlogFileInfo>& files,
                            std::string_view endpoint);

// Which privileges a run needs.
struct GrantNeeds {
  bool stream = true;  // REPLICATION SLAVE, REPLICATION CLIENT
  bool read = true;  // SELECT on some table
  bool lock = false;  // RELOAD, or LOCK TABLES in its place: for a snapshot's locks
};
// The GRANT statements that the account lacks; empty: it has all. grants: lines of SHOW GRANTS. Pure.
std::vector<std::string> missing_grants(const std::vector<std::string>& grants,
                                        const GrantNeeds& needs, std::string_view account);
// One error for each missing privilege, with its GRANT as the remedy.
Result<std::vector<Error>> check_grants(Connection& connection, const GrantNeeds& needs);

}  // namespace tidemark

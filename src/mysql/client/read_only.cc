// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/read_only.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "mysql/client/errors.h"

namespace tidemark {
namespace {

constexpr std::string_view kVariables =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('enforce_gtid_consistency',"
    " 'log_replica_updates', 'log_slave_updates', 'replica_preserve_commit_order',"
    " 'slave_preserve_commit_order', 'replica_parallel_workers', 'slave_parallel_workers')";

bool is_on(std::string_view text) { return text == "ON" || text == "1"; }

Result<bool> read_is_replica(Connection& connection) {
  if (!connection.is_mariadb()) {
    auto status = connection.query("SHOW REPLICA STATUS");
    if (!status && connection.server_error() == kErrSyntax)
      status = connection.query("SHOW SLAVE STATUS");
    return !TRY(std::move(status)).empty();
  }
  // That statement asks for a privilege of its own there. The position is kept by every kind of replication.
  const auto answer = TRY(connection.query("SELECT @@GLOBAL.gtid_slave_pos <> ''"));
  return answer.rows()[0][0] == "1";
}

Error wrong(std::string_view name, std::string_view value, std::string_view needed,
            std::string_view why, std::string remedy) {
  return {ErrorKind::kServer,
          fmt::format("{} is {}, and read.only=true needs {}: {}", name,
                      value.empty() ? "not there" : value, needed, why),
          std::move(remedy)};
}

std::string gtid_remedy(const ServerInfo& server) {
  if (server.is_managed())
    return fmt::format("{} and enforce_gtid_consistency = ON there, then reboot",
                       setting_statement(server, "gtid-mode", "ON"));
  return fmt::format(
      "{}, then gtid_mode in steps: OFF_PERMISSIVE, ON_PERMISSIVE, and ON when no anonymous "
      "transaction is left",
      setting_statement(server, "enforce_gtid_consistency", "ON"));
}

// Settings that only a start changes.
std::string start_remedy(const ServerInfo& server, std::string_view name, std::string_view value) {
  if (server.is_managed()) return setting_statement(server, name, value) + ", then reboot";
  return fmt::format("put {} = {} into the server's option file and restart it", name, value);
}

}  // namespace

Result<ReadOnlyFacts> read_read_only_facts(Connection& connection) {
  ReadOnlyFacts facts{.server = TRY(read_server_info(connection))};
  const auto answer = TRY(connection.query(kVariables));
  std::map<std::string_view, std::string_view> values;
  for (const ResultSet::Row row : answer.rows()) values[*row[0]] = row[1].value_or("");
  facts.enforce_gtid_consistency = values["enforce_gtid_consistency"];
  facts.old_names = !values.contains("log_replica_updates");
  const auto replica = [&](std::string_view now, std::string_view before) {
    return std::string(values[facts.old_names ? before : now]);
  };
  facts.log_replica_updates = replica("log_replica_updates", "log_slave_updates");
  facts.replica_preserve_commit_order =
      replica("replica_preserve_commit_order", "slave_preserve_commit_order");
  const std::string workers = replica("replica_parallel_workers", "slave_parallel_workers");
  std::from_chars(workers.data(), workers.data() + workers.size(), facts.replica_parallel_workers);
  facts.is_replica = TRY(read_is_replica(connection));
  return facts;
}

std::vector<Error> check_read_only(const ReadOnlyFacts& facts) {
  const ServerInfo& server = facts.server;
  std::vector<Error> errors;
  if (!server.is_mariadb && server.gtid_mode != "ON")
    errors.push_back(wrong("gtid_mode", server.gtid_mode, "ON",
                           "only GTIDs tell what a SELECT sees already", gtid_remedy(server)));
  if (!server.is_mariadb && facts.enforce_gtid_consistency != "ON")
    errors.push_back(wrong("enforce_gtid_consistency", facts.enforce_gtid_consistency, "ON",
                           "every transaction must have its GTID",
                           setting_statement(server, "enforce_gtid_consistency", "ON")));
  if (!facts.is_replica) return errors;
  if (!is_on(facts.log_replica_updates)) {
    const std::string_view name = facts.old_names ? "log_slave_updates" : "log_replica_updates";
    errors.push_back(wrong(name, facts.log_replica_updates, "ON",
                           "this server is a replica, and its binlog lacks what it applies",
                           start_remedy(server, name, "ON")));
  }
  // MariaDB's views tell their place in the log, whatever the order of commits.
  const bool parallel = !server.is_mariadb && facts.replica_parallel_workers > 1;
  if (parallel && !is_on(facts.replica_preserve_commit_order)) {
    const std::string_view name =
        facts.old_names ? "slave_preserve_commit_order" : "replica_preserve_commit_order";
    const std::string_view side = facts.old_names ? "SLAVE" : "REPLICA";
    std::string remedy = setting_statement(server, name, "ON");
    if (!server.is_managed())
      remedy = fmt::format("STOP {0} SQL_THREAD; {1}; START {0} SQL_THREAD", side, remedy);
    errors.push_back(
        wrong(name, facts.replica_preserve_commit_order, "ON",
              fmt::format("this server is a replica with {} parallel workers, which commit in "
                          "another order than they log",
                          facts.replica_parallel_workers),
              std::move(remedy)));
  }
  return errors;
}

Result<std::vector<Error>> check_read_only_server(Connection& connection) {
  const ReadOnlyFacts facts = TRY(read_read_only_facts(connection));
  std::vector<Error> errors = check_for_streaming(facts.server);
  for (Error& error : check_read_only(facts)) errors.push_back(std::move(error));
  return errors;
}

}  // namespace tidemark

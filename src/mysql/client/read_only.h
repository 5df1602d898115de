// SPDX-License-Identifier: Apache-2.0
// What chunks without watermark rows (read.only=true) need of the server beside check_for_streaming(): that it tells
// by GTIDs, in the order of its log, what a SELECT sees.
// Source: MySQL 9.7's replica_preserve_commit_order: without it parallel appliers commit out of order, so a set that
//         holds a transaction says nothing of those before it in the log
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "mysql/client/connection.h"
#include "mysql/client/server_info.h"

namespace tidemark {

struct ReadOnlyFacts {
  ServerInfo server = {};
  std::string enforce_gtid_consistency = {};
  bool is_replica = false;  // of some server, running or not
  // Under the names of MySQL 8.0.26 and later; older ones and MariaDB say slave for replica.
  std::string log_replica_updates = {};
  std::string replica_preserve_commit_order = {};
  std::uint64_t replica_parallel_workers = 0;
  bool old_names = false;
};

// Errors: of the connection; kServer without REPLICATION CLIENT.
Result<ReadOnlyFacts> read_read_only_facts(Connection& connection);

// One error for each setting that stands in the way, naming it, its value, the value needed and how to set it. Pure.
std::vector<Error> check_read_only(const ReadOnlyFacts& facts);

// Both, and check_for_streaming().
Result<std::vector<Error>> check_read_only_server(Connection& connection);

}  // namespace tidemark

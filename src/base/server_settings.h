// SPDX-License-Identifier: Apache-2.0
// How to reach the MySQL server and as whom. Configuration fills it, the client room reads it.
// Value type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

enum class SslMode : std::uint8_t { kDisabled, kPreferred, kRequired, kVerifyCa, kVerifyIdentity };

// Which server a configuration is for: connector.class says it, the server must agree.
enum class ServerKind : std::uint8_t { kMySql, kMariaDb };
// As records spell it.
constexpr std::string_view server_kind_text(ServerKind kind) {
  return kind == ServerKind::kMariaDb ? "mariadb" : "mysql";
}

// PEM files; an empty path is not used.
struct SslSettings {
  SslMode mode = SslMode::kPreferred;
  std::string ca_path;    // needed by kVerifyCa and kVerifyIdentity, unused by the others
  std::string cert_path;  // our own certificate, with key_path
  std::string key_path;
  std::string key_password;
};

struct ServerSettings {
  std::string host;
  std::uint16_t port = 3306;
  std::string user;
  std::string password;
  std::uint32_t server_id = 0;                          // ours, as a replica
  std::uint32_t connect_timeout_ms = 30'000;
  std::uint32_t query_timeout_ms = 600'000;             // of SQL connections; 0: none
  std::uint32_t keep_alive_interval_ms = 60'000;        // heartbeats come at 0.8 of it
  std::vector<std::string> initial_statements;          // run on every SQL connection
  SslSettings ssl;
  std::uint32_t net_write_timeout_s = 0;  // of the binlog link; 0: the server's own
  std::uint32_t net_read_timeout_s = 0;
};

}  // namespace tidemark

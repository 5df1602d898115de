// SPDX-License-Identifier: Apache-2.0
// How to reach the server, as configured. Lies in base because the client room cannot see config.
// Value type. Holds secrets: never print it whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

// database.ssl.mode
enum class SslMode : std::uint8_t {
  kDisabled,
  kPreferred,       // TLS where the server offers it, unchecked
  kRequired,        // TLS or nothing, unchecked
  kVerifyCa,        // the server's certificate comes from a CA of ca_path
  kVerifyIdentity,  // and names the host
};

struct SslSettings {
  SslMode mode = SslMode::kPreferred;
  // PEM files; empty: none. Existence and form were checked when the configuration was loaded.
  std::string ca_path;
  std::string cert_path;
  std::string key_path;  // may be the same file as cert_path
  std::string key_password;
};

struct ServerSettings {
  std::string host;
  std::uint16_t port = 3306;
  std::string user;
  std::string password;
  std::uint32_t server_id = 0;  // 1 .. 2^32 - 1
  std::uint32_t connect_timeout_ms = 30'000;
  std::uint32_t query_timeout_ms = 600'000;       // 0: unlimited; statements, not the dump
  std::uint32_t keep_alive_interval_ms = 60'000;  // the dump's heartbeat period is 0.8 of it
  std::vector<std::string> initial_statements;    // for every SQL connection, in order
  SslSettings ssl;
  std::uint32_t net_write_timeout_s = 0;  // binlog connection; 0: the server's
  std::uint32_t net_read_timeout_s = 0;
};

}  // namespace tidemark

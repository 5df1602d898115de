// SPDX-License-Identifier: Apache-2.0
// For tests: a server on loopback that speaks just enough of the MySQL protocol for Connection: everybody may log in,
// and a script says what statements yield.
// Source: MySQL source documentation, "Client/Server Protocol" (Handshake V10, COM_QUERY, Text Resultset)
// Thread: a thread of its own serves one connection after the other and calls the script
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/server_settings.h"

namespace tidemark {

class ScriptedServer {
 public:
  // A statement's result: the names of its columns, then its rows. Nothing: a statement that changed a row.
  using Rows = std::vector<std::vector<std::string>>;
  using Script = std::function<Rows(std::string_view sql)>;

  // `version`: as the server calls itself, "8.0.34" or "11.8.2-MariaDB".
  ScriptedServer(std::string version, Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  ServerSettings settings() const;
  // What it was asked since this was called last.
  std::vector<std::string> take_statements();

 private:
  void serve();
  void serve_connection();

  const std::string version_;
  const Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connection_ = -1;
  std::mutex mutex_;
  std::vector<std::string> statements_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace tidemark

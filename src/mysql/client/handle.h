// SPDX-License-Identifier: Apache-2.0
// One authenticated connection of MariaDB Connector/C: what Connection and BinlogLink have in common.
// Resource with one owner and one thread; interrupt() alone may be called from any thread.
// Facts about the library (10.11.19, tried) that shape this code:
//  - Asked for TLS by MYSQL_OPT_SSL_ENFORCE or a CA file alone, it goes on in clear with a server that
//    offers none, and caching_sha2_password then sends the password itself, readable. A peer
//    fingerprint, be it the empty one that matches any, makes it refuse before the login.
//  - MYSQL_OPT_READ_TIMEOUT counts seconds of silence, with TLS and without.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/server_settings.h"
#include "mysql/client/errors.h"

struct st_mysql;

namespace tidemark {

class Handle {
 public:
  // Connects and logs in; runs no statement. read_timeout: silence that counts as a lost connection
  // while a reply is awaited, rounded up to seconds; 0: none. A stop request ends the wait for the
  // network (name resolution excepted) within about 100 ms.
  // Errors: as map_error; kCancelled; kServer when the TLS mode is not met.
  static Result<std::unique_ptr<Handle>> connect(const ServerSettings& settings,
                                                 std::chrono::milliseconds read_timeout,
                                                 const std::stop_token& stop);
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  st_mysql* mysql() { return mysql_; }
  const ServerSettings& settings() const { return settings_; }
  bool is_mariadb() const;
  // 80034 for 8.0.34.
  unsigned long version() const;

  // Runs a statement and throws its result, if any, away.
  Status execute(std::string_view sql);
  // Sends a statement and reads the head of its reply.
  Status send(std::string_view sql);

  // The library's last error; kCancelled after interrupt().
  Error last_error(ErrorPhase phase) const;
  unsigned error_number() const;

  // Wakes a blocking call of the owner's thread, which fails with kCancelled, as every later call does.
  void interrupt();
  bool interrupted() const { return interrupted_.load(std::memory_order_acquire); }
  // Ends the connection at once, without the library's good-bye and without reading what is under way.
  void break_off();

 private:
  explicit Handle(const ServerSettings& settings) : settings_(settings) {}
  // One attempt, with TLS or without.
  Status log_in(bool with_tls, std::chrono::milliseconds read_timeout, const std::stop_token& stop);
  void set_options(std::chrono::milliseconds read_timeout);
  void set_tls_options(bool with_tls);
  // The last login ended because the server cannot speak TLS.
  bool offers_no_tls() const;
  void shut_socket();

  const ServerSettings settings_;
  st_mysql* mysql_ = nullptr;
  std::mutex socket_mutex_;
  int socket_ = -1;  // guarded by socket_mutex_; -1 before login and from the destructor on
  std::atomic<bool> interrupted_{false};
};

}  // namespace tidemark

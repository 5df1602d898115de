// SPDX-License-Identifier: Apache-2.0
#include "connector/barrier.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "connector/backoff.h"
#include "mysql/client/snapshot_session.h"

namespace tidemark {
namespace {

// One statement waits no longer, so that a window that became void is noticed.
constexpr int kWaitS = 1;
constexpr std::chrono::milliseconds kViewAgain{10};

template <class T>
T number(std::optional<std::string_view> text) {
  T value{};
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

// Which server is at the other end of this connection?
Status check_server(std::optional<std::string_view> id, std::uint32_t streamed) {
  const auto here = number<std::uint32_t>(id);
  if (here == streamed || streamed == 0) return {};
  return fail(ErrorKind::kRetryable,
              fmt::format("the connection leads to the server with server_id {}, and the stream "
                          "comes from that with {}",
                          here, streamed),
              "nothing, if it passes: a name or proxy leads to several servers; where server_id "
              "was changed at run time, FLUSH BINARY LOGS");
}

}  // namespace

Result<bool> Barrier::pass(Connection& connection, const WindowId& window,
                           const std::stop_token& stop) {
  const std::optional<Seen> seen = mailbox_.await_seen(window, stop);
  if (!seen) return false;
  if (connection.is_mariadb() || seen->gtids.empty()) return true;
  return executed(connection, window, *seen, 0);
}

Result<bool> Barrier::pass_into_view(Connection& connection, const WindowId& window,
                                     const std::stop_token& stop) {
  const std::optional<Seen> seen = mailbox_.await_seen(window, stop);
  if (!seen) return false;
  if (connection.is_mariadb()) return in_view(connection, window, *seen, stop);
  return executed(connection, window, *seen, seen->server_id);
}

Result<bool> Barrier::executed(Connection& connection, const WindowId& window, const Seen& seen,
                               std::uint32_t server_id) {
  const std::string sql =
      fmt::format("SELECT WAIT_FOR_EXECUTED_GTID_SET({}, {}), @@GLOBAL.server_id",
                  Connection::quote_text(seen.gtids.text()), kWaitS);
  while (director_.live(window)) {
    const auto answer = TRY(connection.query(sql));
    TRY(check_server(answer.rows()[0][1], server_id));
    if (answer.rows()[0][0] == "0") return true;
  }
  return false;
}

Result<bool> Barrier::in_view(Connection& connection, const WindowId& window, const Seen& seen,
                              const std::stop_token& stop) {
  while (director_.live(window)) {
    TRY(connection.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
    // Nothing may come between these two: the place moves with the next commit.
    if (TRY(read_view_place(connection)) >= seen.here) {
      const auto id = TRY(connection.query("SELECT @@GLOBAL.server_id"));
      TRY(check_server(id.rows()[0][0], seen.server_id));
      return true;
    }
    TRY(connection.execute("COMMIT"));
    sleep_unless_stopped(stop, kViewAgain);
    if (stop.stop_requested()) return false;
  }
  return false;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/connection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace tidemark {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;

std::string session(bool is_mariadb, unsigned long version) {
  return fmt::format("{}", fmt::join(session_statements(is_mariadb, version), "; "));
}

TEST(Connection, QuotesTextForAnySqlMode) {
  EXPECT_EQ(Connection::quote_text(""), "_utf8mb4 X''");
  EXPECT_EQ(Connection::quote_text("a'\\\"\n"), "_utf8mb4 X'61275C220A'");
  EXPECT_EQ(Connection::quote_text("ü"), "_utf8mb4 X'C3BC'");
  EXPECT_EQ(Connection::quote_text(std::string_view("\0\xFF", 2)), "_utf8mb4 X'00FF'");
  EXPECT_EQ(Connection::quote_bytes("\x80"), "X'80'");
}

TEST(Connection, SetsWhatCorrectnessRestsOn) {
  const std::string all = session(false, 90700);
  for (const std::string_view part :
       {"SET NAMES utf8mb4", "autocommit = 1", "REPEATABLE READ", "time_zone = '+00:00'",
        "max_execution_time = 0", "sql_select_limit = DEFAULT", "sql_safe_updates = 0",
        "information_schema_stats_expiry = 0",
        "show_gipk_in_create_table_and_information_schema = 1"})
    EXPECT_THAT(all, HasSubstr(part));
  EXPECT_THAT(all, Not(HasSubstr("PAD_CHAR_TO_FULL_LENGTH")));
}

TEST(Connection, AsksNoServerForWhatItLacks) {
  EXPECT_THAT(session(false, 80000), Not(HasSubstr("information_schema_stats_expiry")));
  EXPECT_THAT(session(false, 80029), Not(HasSubstr("show_gipk")));
  const std::string mariadb = session(true, 101119);
  EXPECT_THAT(mariadb, HasSubstr("max_statement_time = 0"));
  EXPECT_THAT(mariadb, Not(HasSubstr("max_execution_time")));
  EXPECT_THAT(mariadb, Not(HasSubstr("show_gipk")));
}

TEST(Connection, RefusesToVerifyWithoutACa) {
  ServerSettings settings;
  settings.host = "127.0.0.1";
  settings.ssl.mode = SslMode::kVerifyCa;
  const auto opened = Connection::open(settings, ConnectionUse::kSql);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::kRejected);
  EXPECT_THAT(opened.error().remedy(), HasSubstr("database.ssl.truststore"));
}

TEST(Connection, AnEmptyResultHasNoCells) {
  const ResultSet none(nullptr);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.column_index("a"), -1);
  EXPECT_EQ(none.cell(0, "a"), std::nullopt);
}

TEST(Connection, AStopRequestEndsTheWaitForASilentServer) {
  // A listener that accepts into its backlog and never says a word.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);

  ServerSettings settings;
  settings.host = "localhost";  // by TCP all the same
  settings.port = ntohs(address.sin_port);
  settings.user = "nobody";
  std::stop_source stop;
  const std::jthread stopper([&] {
    const int accepted = accept(listener, nullptr, nullptr);  // now the greeting is awaited
    stop.request_stop();
    EXPECT_GE(accepted, 0);
  });
  const auto before = steady_clock::now();
  const auto opened = Connection::open(settings, ConnectionUse::kSql, stop.get_token());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::kCancelled);
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(5));
  close(listener);
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "testing/scripted_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/client/connection.h"

namespace tidemark {
namespace {

using testing::IsSupersetOf;

TEST(ScriptedServer, AnswersAConnectionByItsScript) {
  ScriptedServer server("8.0.34", [](std::string_view sql) -> ScriptedServer::Rows {
    if (sql == "SELECT 1, 2") return {{"a", "b"}, {"1", ""}, {"3", "4"}};
    return {};
  });
  auto connection = Connection::open(server.settings(), ConnectionUse::kSql);
  ASSERT_TRUE(connection) << connection.error().text();
  EXPECT_FALSE((*connection)->is_mariadb());
  EXPECT_EQ((*connection)->version(), 80'034U);
  const auto rows = (*connection)->query("SELECT 1, 2");
  ASSERT_TRUE(rows) << rows.error().text();
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->columns()[1], "b");
  EXPECT_EQ(rows->rows()[0][1], "");
  EXPECT_EQ(rows->rows()[1][1], "4");
  EXPECT_TRUE((*connection)->execute("COMMIT"));
  EXPECT_THAT(server.take_statements(), IsSupersetOf({"SET NAMES utf8mb4", "COMMIT"}));
  EXPECT_THAT(server.take_statements(), testing::IsEmpty());
}

TEST(ScriptedServer, IsWhatItCallsItself) {
  ScriptedServer server("11.8.2-MariaDB", [](std::string_view) { return ScriptedServer::Rows(); });
  auto connection = Connection::open(server.settings(), ConnectionUse::kSql);
  ASSERT_TRUE(connection) << connection.error().text();
  EXPECT_TRUE((*connection)->is_mariadb());
}

TEST(ScriptedServer, EndsWithAConnectionOpen) {
  std::optional<ScriptedServer> server;
  server.emplace("8.0.34", [](std::string_view) { return ScriptedServer::Rows(); });
  auto connection = Connection::open(server->settings(), ConnectionUse::kSql);
  ASSERT_TRUE(connection) << connection.error().text();
  server.reset();
  const auto after = (*connection)->query("SELECT 1");
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().kind(), ErrorKind::kRetryable);
}

}  // namespace
}  // namespace tidemark

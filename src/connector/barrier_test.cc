// SPDX-License-Identifier: Apache-2.0
#include "connector/barrier.h"

#include <gmock/gmock.h>

#include <atomic>
#include <memory>

#include "testing/incremental_fixture.h"
#include "testing/scripted_server.h"

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kSeen = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9";

class BarrierTest : public IncrementalFixture {
 protected:
  void SetUp() override {
    IncrementalFixture::SetUp();
    execute("s1");
    window_ = next().window;
  }
  void connect(std::string version, ScriptedServer::Script script) {
    server_ = std::make_unique<ScriptedServer>(std::move(version), std::move(script));
    auto opened = Connection::open(server_->settings(), ConnectionUse::kSql);
    ASSERT_TRUE(opened) << opened.error().text();
    connection_ = *std::move(opened);
    server_->take_statements();
  }
  // The stream's answer, before it is waited for.
  void seen(std::string_view gtids, std::uint32_t server_id = 5) {
    const auto any = [](const WindowId&) { return true; };
    mailbox_.answer(
        std::vector{window_},
        {.gtids = *GtidSet::parse(gtids), .here = {"binlog.000007", 500}, .server_id = server_id},
        any);
  }

  WindowId window_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<Connection> connection_;
  Barrier barrier_{mailbox_, director_};
};

TEST_F(BarrierTest, WaitsUntilTheServerHasExecutedWhatWasSeen) {
  std::atomic<int> asked = 0;
  connect("8.0.34", [&](std::string_view) -> ScriptedServer::Rows {
    return {{"passed", "id"}, {++asked < 3 ? "1" : "0", "5"}};
  });
  seen(kSeen);
  asked = 0;
  const auto passed = barrier_.pass_into_view(*connection_, window_, {});
  ASSERT_TRUE(passed) << passed.error().text();
  EXPECT_TRUE(*passed);
  const auto statements = server_->take_statements();
  ASSERT_THAT(statements, SizeIs(3));
  EXPECT_THAT(statements[0],
              HasSubstr("WAIT_FOR_EXECUTED_GTID_SET(" + Connection::quote_text(kSeen) + ", 1)"));
}

TEST_F(BarrierTest, IsNotPassedForAWindowThatBecomesVoidMeanwhile) {
  connect("8.0.34", [&](std::string_view sql) -> ScriptedServer::Rows {
    if (!sql.starts_with("SELECT WAIT_FOR")) return {};
    director_.void_all(VoidReason::kServerChanged);
    return {{"passed", "id"}, {"1", "5"}};
  });
  seen(kSeen);
  const auto passed = barrier_.pass(*connection_, window_, {});
  ASSERT_TRUE(passed) << passed.error().text();
  EXPECT_FALSE(*passed);
}

TEST_F(BarrierTest, AsksNothingWithoutAnAnswerOfTheStream) {
  connect("8.0.34", [](std::string_view) { return ScriptedServer::Rows(); });
  director_.void_all(VoidReason::kServerChanged);
  EXPECT_FALSE(barrier_.pass(*connection_, window_, {}).value());
  EXPECT_FALSE(barrier_.pass_into_view(*connection_, window_, {}).value());
  EXPECT_THAT(server_->take_statements(), IsEmpty());
}

TEST_F(BarrierTest, HasNothingToWaitForWithoutGtids) {
  connect("8.0.34", [](std::string_view) { return ScriptedServer::Rows(); });
  seen("");
  EXPECT_TRUE(barrier_.pass(*connection_, window_, {}).value());
  EXPECT_THAT(server_->take_statements(), IsEmpty());
}

TEST_F(BarrierTest, NoticesAnotherServerThanTheStreams) {
  connect("8.0.34",
          [](std::string_view) { return ScriptedServer::Rows{{"passed", "id"}, {"0", "6"}}; });
  seen(kSeen, 5);
  const auto passed = barrier_.pass_into_view(*connection_, window_, {});
  ASSERT_FALSE(passed);
  EXPECT_EQ(passed.error().kind(), ErrorKind::kRetryable);
  EXPECT_THAT(passed.error().message(), HasSubstr("server_id 6"));
  EXPECT_THAT(passed.error().message(), HasSubstr("from that with 5"));
  seen(kSeen, 0);
  EXPECT_TRUE(barrier_.pass_into_view(*connection_, window_, {}).value()) << "nobody knows whose";
}

TEST_F(BarrierTest, OnMariaDbBeginsViewsUntilOneIsNotBeforeTheStream) {
  std::atomic<int> views = 0;
  connect("11.8.2-MariaDB", [&](std::string_view sql) -> ScriptedServer::Rows {
    if (sql.starts_with("START TRANSACTION")) ++views;
    if (sql.starts_with("SHOW STATUS"))
      return {{"Variable_name", "Value"},
              {"binlog_snapshot_file", "binlog.000007"},
              {"binlog_snapshot_position", views < 2 ? "499" : "500"}};
    if (sql.starts_with("SELECT @@GLOBAL.server_id")) return {{"id"}, {"5"}};
    return {};
  });
  seen("");
  const auto passed = barrier_.pass_into_view(*connection_, window_, {});
  ASSERT_TRUE(passed) << passed.error().text();
  EXPECT_TRUE(*passed);
  EXPECT_THAT(server_->take_statements(),
              ElementsAre(HasSubstr("CONSISTENT SNAPSHOT"), HasSubstr("SHOW STATUS"), "COMMIT",
                          HasSubstr("CONSISTENT SNAPSHOT"), HasSubstr("SHOW STATUS"),
                          "SELECT @@GLOBAL.server_id"));
}

TEST_F(BarrierTest, OnMariaDbWaitsForNothingWhereNoViewIsAsked) {
  connect("11.8.2-MariaDB", [](std::string_view) { return ScriptedServer::Rows(); });
  seen(kSeen);
  EXPECT_TRUE(barrier_.pass(*connection_, window_, {}).value());
  EXPECT_THAT(server_->take_statements(), IsEmpty());
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/window_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "testing/incremental_fixture.h"
#include "testing/scripted_server.h"

namespace tidemark {
namespace {

TEST(HasPassed, GoesByPositionOrByGtids) {
  const GtidSet gtids = *GtidSet::parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9");
  const LogEnd end{.position = {"binlog.000007", 100}, .gtids = gtids};
  EXPECT_FALSE(has_passed({.position = {"binlog.000007", 99}}, true, end));
  EXPECT_TRUE(has_passed({.position = {"binlog.000007", 100}}, true, end));
  const Position low{"binlog.000001", 4};
  EXPECT_TRUE(has_passed({.position = low, .gtids = gtids, .gtid_mode = true}, true, end));
  EXPECT_FALSE(has_passed({.position = low, .gtids = gtids, .gtid_mode = false}, true, end));
  EXPECT_FALSE(
      has_passed({.position = low, .gtid_mode = true}, true, {.position = {"binlog.000007", 100}}))
      << "no GTIDs say nothing";
}

// After a fail-over the new server may be at a lower place of its own files.
TEST(HasPassed, DoesNotGoByAPositionOfAnotherServer) {
  const GtidSet gtids = *GtidSet::parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-9");
  const Position high{"binlog.000009", 4};
  const LogEnd end{.position = {"binlog.000007", 100}, .gtids = gtids};
  EXPECT_FALSE(has_passed({.position = high, .gtid_mode = true}, false, end));
  EXPECT_TRUE(has_passed({.position = high, .gtids = gtids, .gtid_mode = true}, false, end));
}

TEST(HasPassed, GoesByTheGtidsOfMariaDb) {
  const LogEnd end{.position = {"binlog.000001", 700},
                   .maria_gtids = *MariaGtidPosition::parse("0-2-46,7-1-2")};
  const auto passed = [&](std::string_view done) {
    Offset at{.position = {"binlog.000002", 4276}};
    at.maria_gtids = *MariaGtidPosition::parse(done);
    return has_passed(at, false, end);
  };
  EXPECT_FALSE(passed("0-1-45,7-1-2,9-1-1"));
  EXPECT_FALSE(passed("0-2-46"));
  EXPECT_TRUE(passed("0-2-46,7-1-2"));
  EXPECT_TRUE(passed("0-1-50,7-1-3,9-1-1"));
}

// Constructed before the fixture, which asks it.
struct WatchedServer {
  std::string log_end = "60";
  ScriptedServer server{"8.0.34", [this](std::string_view sql) -> ScriptedServer::Rows {
                          if (!sql.starts_with("SHOW")) return {};
                          return {{"File", "Position", "Executed_Gtid_Set"},
                                  {"binlog.000007", log_end, ""}};
                        }};
};

class WindowWatchTest : protected WatchedServer, public IncrementalFixture {
 protected:
  WindowWatchTest() : IncrementalFixture(server.settings()) {}

  // A chunk of rows whose marks do not come, and a look so much later, when the server's log ends there. The stream is
  // at 70.
  void look_after(std::chrono::seconds span, std::string end) {
    log_end = std::move(end);
    execute("s1");
    read(chunk(), {1, 2, 3});
    ASSERT_TRUE(incremental_->poll(at_));
    clock_.advance(span);
    ASSERT_TRUE(incremental_->poll(at_));
  }
};

TEST_F(WindowWatchTest, LeavesAYoungWindowAlone) {
  look_after(std::chrono::seconds(14), "60");
  EXPECT_TRUE(outcomes().empty());
  EXPECT_EQ(director_.tables().size(), 1U);
}

TEST_F(WindowWatchTest, GivesUpMarksThatCannotComeAnyMore) {
  look_after(std::chrono::seconds(16), "70");
  ASSERT_EQ(outcomes().size(), 1U);
  EXPECT_EQ(outcomes()[0].status, "FAILED");
  EXPECT_NE(outcomes()[0].reason.find("do not come back through the binlog"), std::string::npos);
  EXPECT_TRUE(director_.tables().empty());
}

TEST_F(WindowWatchTest, WaitsForAStreamThatIsBehind) {
  look_after(std::chrono::seconds(16), "71");
  EXPECT_TRUE(outcomes().empty());
  // The end is asked for once: a log that goes on would be behind for ever.
  log_end = "1000";
  at_.position.pos = 71;
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(incremental_->poll(at_));
  EXPECT_EQ(outcomes().size(), 1U);
}

}  // namespace
}  // namespace tidemark

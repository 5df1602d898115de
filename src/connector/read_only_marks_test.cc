// SPDX-License-Identifier: Apache-2.0
#include "connector/read_only_marks.h"

#include <gmock/gmock.h>

#include <memory>

#include "testing/incremental_fixture.h"
#include "testing/scripted_server.h"

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReadOnlyMarksTest : public IncrementalFixture {
 protected:
  void SetUp() override {
    IncrementalFixture::SetUp();
    execute("s1");
    auto opened = Connection::open(server_.settings(), ConnectionUse::kSql);
    ASSERT_TRUE(opened) << opened.error().text();
    connection_ = *std::move(opened);
    server_.take_statements();
  }
  void seen(const ChunkTask& task) {
    mailbox_.answer(std::vector{task.window},
                    {.gtids = {}, .here = {"binlog.000007", 500}, .server_id = 5},
                    [](const WindowId&) { return true; });
  }

  ScriptedServer server_{"11.8.2-MariaDB", [](std::string_view sql) -> ScriptedServer::Rows {
                           if (sql.starts_with("SHOW STATUS"))
                             return {{"Variable_name", "Value"},
                                     {"binlog_snapshot_file", "binlog.000007"},
                                     {"binlog_snapshot_position", "600"}};
                           if (sql.starts_with("SELECT @@GLOBAL.server_id")) return {{"id"}, {"5"}};
                           return {};
                         }};
  std::unique_ptr<Connection> connection_;
};

TEST_F(ReadOnlyMarksTest, ReadBehindABarrierAndWriteNothing) {
  ReadOnlyMarks marks(mailbox_, director_, WindowFault::kNone);
  const ChunkTask task = next();
  seen(task);
  const auto opened = marks.open(*connection_, task, spec_of(task), {});
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_TRUE(*opened);
  EXPECT_FALSE(marks.is_open()) << "nothing is left to be closed";
  EXPECT_THAT(server_.take_statements(),
              ElementsAre(HasSubstr("CONSISTENT SNAPSHOT"), HasSubstr("SHOW STATUS"),
                          "SELECT @@GLOBAL.server_id"));
  const auto messages = mailbox_.take_messages();
  ASSERT_EQ(messages.size(), 2U) << "the stream notes keys before it says what it has seen";
  EXPECT_EQ(std::get<WindowSpec>(messages[0]).id, task.window);
  EXPECT_EQ(std::get<SeenAsked>(messages[1]).window, task.window);
  EXPECT_TRUE(marks.close(*connection_));
  EXPECT_TRUE(marks.withdraw(*connection_));
  EXPECT_FALSE(marks.abandon());
  EXPECT_THAT(server_.take_statements(), IsEmpty());
}

TEST_F(ReadOnlyMarksTest, AVoidWindowIsNotRead) {
  ReadOnlyMarks marks(mailbox_, director_, WindowFault::kNone);
  const ChunkTask task = next();
  director_.void_all(VoidReason::kServerChanged);
  EXPECT_FALSE(marks.open(*connection_, task, spec_of(task), {}).value());
  EXPECT_THAT(server_.take_statements(), IsEmpty());
}

TEST_F(ReadOnlyMarksTest, TheBrokenBarrierOfATestBuildAsksTheServerNothing) {
  ReadOnlyMarks marks(mailbox_, director_, WindowFault::kNoBarrier);
  const ChunkTask task = next();
  seen(task);
  EXPECT_TRUE(marks.open(*connection_, task, spec_of(task), {}).value());
  EXPECT_THAT(server_.take_statements(), IsEmpty());
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/written_marks.h"

#include <gmock/gmock.h>

#include <memory>

#include "testing/incremental_fixture.h"
#include "testing/scripted_server.h"

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class WrittenMarksTest : public IncrementalFixture {
 protected:
  void SetUp() override {
    IncrementalFixture::SetUp();
    execute("s1");
    auto opened = Connection::open(server_.settings(), ConnectionUse::kSql);
    ASSERT_TRUE(opened) << opened.error().text();
    connection_ = *std::move(opened);
    server_.take_statements();
  }
  void use(WatermarkStrategy strategy) {
    writer_.emplace(*tables_.find({"shop", "signals"})->def, strategy);
    marks_.emplace(WrittenMarks::Parts{.clock = clock_,
                                       .director = director_,
                                       .mailbox = mailbox_,
                                       .watermarks = *writer_,
                                       .strategy = strategy});
  }
  // A chunk whose rows are read, so that there may be another.
  ChunkTask taken() {
    ChunkTask task = next();
    last_ += 3;
    EXPECT_TRUE(director_.report_read(task.window, {key(last_), 3, false}));
    return task;
  }
  ChunkTask open() {
    ChunkTask task = taken();
    const auto opened = marks_->open(*connection_, task, spec_of(task), {});
    EXPECT_TRUE(opened && *opened);
    EXPECT_TRUE(marks_->is_open());
    return task;
  }
  std::vector<std::uint64_t> confirmed() {
    std::vector<std::uint64_t> out;
    for (const ReaderMessage& message : mailbox_.take_messages()) {
      if (const auto* const close = std::get_if<CloseConfirmed>(&message))
        out.push_back(close->rows_deleted);
    }
    return out;
  }

  ScriptedServer server_{"8.0.34", [](std::string_view) { return ScriptedServer::Rows(); }};
  std::unique_ptr<Connection> connection_;
  std::int64_t last_ = 0;
  std::optional<WatermarkWriter> writer_;
  std::optional<WrittenMarks> marks_;
};

TEST_F(WrittenMarksTest, AWindowIsRegisteredBeforeItsRowIsWritten) {
  use(WatermarkStrategy::kInsertInsert);
  const ChunkTask task = open();
  const auto messages = mailbox_.take_messages();
  ASSERT_EQ(messages.size(), 1U) << "on the first link nothing is asked";
  EXPECT_EQ(std::get<WindowSpec>(messages[0]).id, task.window);
  EXPECT_THAT(server_.take_statements(), ElementsAre(StartsWith("INSERT INTO `shop`.`signals`")));
}

TEST_F(WrittenMarksTest, ClosingOneAndOpeningTheNextIsOneInsert) {
  use(WatermarkStrategy::kInsertInsert);
  open();
  server_.take_statements();
  open();
  EXPECT_THAT(server_.take_statements(), ElementsAre(StartsWith("INSERT")));
  ASSERT_TRUE(marks_->close(*connection_));
  EXPECT_THAT(server_.take_statements(), ElementsAre(StartsWith("INSERT")));
  EXPECT_FALSE(marks_->is_open());
  EXPECT_THAT(confirmed(), IsEmpty());
}

TEST_F(WrittenMarksTest, WithDeletesTheReaderConfirmsWhatItsOwnTookAway) {
  use(WatermarkStrategy::kInsertDelete);
  open();
  server_.take_statements();
  open();
  EXPECT_THAT(server_.take_statements(),
              ElementsAre("BEGIN", StartsWith("DELETE"), StartsWith("INSERT"), "COMMIT"));
  EXPECT_THAT(confirmed(), ElementsAre(1U));
  ASSERT_TRUE(marks_->close(*connection_));
  EXPECT_THAT(server_.take_statements(), ElementsAre(StartsWith("DELETE")));
  EXPECT_THAT(confirmed(), ElementsAre(1U));
}

TEST_F(WrittenMarksTest, AVoidWindowsRowIsTakenAwayWhereTheStrategyDeletes) {
  use(WatermarkStrategy::kInsertInsert);
  open();
  server_.take_statements();
  ASSERT_TRUE(marks_->withdraw(*connection_));
  EXPECT_THAT(server_.take_statements(), IsEmpty());
  EXPECT_FALSE(marks_->is_open());
  use(WatermarkStrategy::kInsertDelete);
  open();
  server_.take_statements();
  ASSERT_TRUE(marks_->withdraw(*connection_));
  EXPECT_THAT(server_.take_statements(), ElementsAre(StartsWith("DELETE")));
  EXPECT_THAT(confirmed(), IsEmpty()) << "nobody waits for its end";
}

TEST_F(WrittenMarksTest, OnANewLinkTheFirstWindowWaitsForTheServer) {
  use(WatermarkStrategy::kInsertInsert);
  ASSERT_TRUE(incremental_->reconnected());
  const ChunkTask task = taken();
  mailbox_.answer(std::vector{task.window}, {.gtids = {}, .here = {}, .server_id = 5},
                  [](const WindowId&) { return true; });
  EXPECT_TRUE(marks_->open(*connection_, task, spec_of(task), {}).value());
  const auto messages = mailbox_.take_messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(std::get<SeenAsked>(messages[1]).window, task.window);
  open();
  EXPECT_EQ(mailbox_.take_messages().size(), 1U) << "asked once a link";
}

TEST_F(WrittenMarksTest, TheWindowOfALostConnectionIsForgotten) {
  use(WatermarkStrategy::kInsertInsert);
  EXPECT_FALSE(marks_->abandon());
  const ChunkTask task = open();
  EXPECT_EQ(marks_->abandon(), task.window);
  EXPECT_FALSE(marks_->is_open());
}

}  // namespace
}  // namespace tidemark

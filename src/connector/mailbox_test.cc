// SPDX-License-Identifier: Apache-2.0
#include "connector/mailbox.h"

#include <gmock/gmock.h>

#include "testing/incremental_fixture.h"

namespace tidemark {
namespace {

using MailboxTest = IncrementalFixture;

TEST_F(MailboxTest, ReadersOfWindowsThatBecameVoidAreNotKeptWaiting) {
  boot({.watermarking = Watermarking::kReadOnly});
  director_.submit("s1", {{tables_.find({"shop", "items"})->def, ""}});
  const ChunkTask task = chunk();
  mailbox_.post(SeenAsked{task.window});
  const std::uint64_t link = mailbox_.link();
  ASSERT_TRUE(incremental_->reconnected());
  EXPECT_NE(mailbox_.link(), link);
  incremental_->answer_seen({});
  EXPECT_FALSE(mailbox_.await_seen(task.window, {}));
}

TEST_F(MailboxTest, WakesTheStreamForAMessage) {
  int woken = 0;
  mailbox_.on_post([&] { ++woken; });
  mailbox_.post(CloseConfirmed{"w", 1});
  EXPECT_EQ(woken, 1);
}

TEST_F(MailboxTest, HandsMessagesOverOnceAndInOrder) {
  mailbox_.post(SeenAsked{"w1"});
  mailbox_.post(CloseConfirmed{"w1", 1});
  const std::vector<ReaderMessage> messages = mailbox_.take_messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(std::get<SeenAsked>(messages[0]).window, "w1");
  EXPECT_EQ(std::get<CloseConfirmed>(messages[1]).rows_deleted, 1U);
  EXPECT_TRUE(mailbox_.take_messages().empty());
}

TEST_F(MailboxTest, KeepsASignalUntilItIsDone) {
  EXPECT_EQ(mailbox_.first_signal(), nullptr);
  mailbox_.post(OutsideSignal{.mark = FileMark{.bytes = 1, .hash = 1}, .channel = "file"});
  const OutsideSignal* const first = mailbox_.first_signal();
  ASSERT_NE(first, nullptr);
  for (int more = 0; more < 1000; ++more)
    mailbox_.post(OutsideSignal{.mark = FileMark{.bytes = 2, .hash = 2}, .channel = "kafka"});
  EXPECT_EQ(first, mailbox_.first_signal());
  EXPECT_EQ(first->channel, "file");
  mailbox_.signal_done();
  EXPECT_EQ(mailbox_.first_signal()->channel, "kafka");
}

TEST_F(MailboxTest, PassesTheMemoryOfEmittedRowsOn) {
  EXPECT_EQ(mailbox_.spare_rows().arena.capacity(), std::string().capacity());
  ChunkRows rows;
  rows.window = "w1";
  rows.arena = std::string(10'000, 'x');
  mailbox_.give_back(std::move(rows));
  const ChunkRows spare = mailbox_.spare_rows();
  EXPECT_TRUE(spare.window.empty());
  EXPECT_TRUE(spare.arena.empty());
  EXPECT_GE(spare.arena.capacity(), 10'000U);
}

TEST_F(MailboxTest, DoesNotKeepTheMemoryOfHugeRows) {
  ChunkRows rows;
  rows.arena = std::string(5U << 20U, 'x');
  mailbox_.give_back(std::move(rows));
  EXPECT_LT(mailbox_.spare_rows().arena.capacity(), 1U << 20U);
}

// Their windows became void: nobody would ever fetch them.
TEST_F(MailboxTest, ForgetsAnswersThatNobodyWantsAnyMore) {
  execute("s1");
  const ChunkTask task = next();
  const auto wanted = [](bool answer) { return [answer](const WindowId&) { return answer; }; };
  const std::vector<WindowId> asked{task.window};
  mailbox_.answer(asked, {.gtids = {}, .here = {}, .server_id = 1}, wanted(true));
  mailbox_.answer({}, {}, wanted(false));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(mailbox_.await_seen(task.window, stop.get_token()));
  mailbox_.answer(asked, {.gtids = {}, .here = {}, .server_id = 2}, wanted(true));
  const auto seen = mailbox_.await_seen(task.window, stop.get_token());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->server_id, 2U);
}

}  // namespace
}  // namespace tidemark

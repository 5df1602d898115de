// SPDX-License-Identifier: Apache-2.0
// Signals of other channels than the table.
#include "connector/outside_signal.h"

#include <gmock/gmock.h>

#include "testing/incremental_fixture.h"

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SignalMarks, MoveWithWhatWasWorkedOff) {
  SignalMarks marks;
  move_marks(marks, KafkaMark{"a", {{0, 7}, {1, 3}}});
  move_marks(marks, FileMark{.bytes = 10, .hash = 4});
  move_marks(marks, KafkaMark{"a", {{1, 4}}});
  EXPECT_EQ(marks, (SignalMarks{"a", {{0, 7}, {1, 4}}, 10, 4}));
  move_marks(marks, KafkaMark{"b", {{0, 1}}});
  EXPECT_EQ(marks.next, (std::map<std::int32_t, std::int64_t>{{0, 1}}));
}

class OutsideSignalTest : public IncrementalFixture {
 protected:
  void SetUp() override {
    IncrementalFixture::SetUp();
    boot({.notifications = true, .marks = {"sig", {{0, 4}}, 0, 0}});
  }
  Status poll() { return incremental_->poll(at_); }
  const std::vector<Verdict>& verdicts() { return incremental_->answers()->verdicts; }
  std::int64_t read_to() {
    const auto marks = incremental_->marks();
    const auto of = marks->next.find(0);
    return of == marks->next.end() ? -1 : of->second;
  }
};

TEST_F(OutsideSignalTest, AreExecutedInOrderWithTheirMarks) {
  EXPECT_EQ(read_to(), 4);
  checkpoint();
  EXPECT_FALSE(incremental_->dirty());
  post(4, execute_message("a", "items"));
  post(5, execute_message("b", "orders"));
  EXPECT_THAT(verdicts(), IsEmpty()) << "not on the thread of the channel";
  ASSERT_TRUE(poll());
  ASSERT_EQ(verdicts().size(), 2U);
  EXPECT_TRUE(verdicts()[0].accepted) << verdicts()[0].reason;
  EXPECT_EQ(verdicts()[1].signal_id, "b");
  EXPECT_THAT(director_.tables(), ElementsAre(TableId{"shop", "items"}, TableId{"shop", "orders"}));
  EXPECT_EQ(read_to(), 6);
  EXPECT_TRUE(incremental_->dirty());
  EXPECT_TRUE(incremental_->take_urgent());
}

TEST_F(OutsideSignalTest, ThatAreNoneAreRefused) {
  post(4, R"({"id":"x","type":"execute-snapshot"})");
  post(5, "nonsense");
  ASSERT_TRUE(poll());
  ASSERT_EQ(verdicts().size(), 2U);
  EXPECT_FALSE(verdicts()[0].accepted);
  EXPECT_THAT(verdicts()[0].reason, HasSubstr("\"data\" is missing"));
  EXPECT_EQ(verdicts()[1].signal_id, "@5");
  EXPECT_EQ(read_to(), 6);
  ASSERT_EQ(told().size(), 2U);
  EXPECT_THAT(told()[0],
              HasSubstr("Signal REFUSED x: channel=kafka reason=\"data\" is missing; do: send"));
  EXPECT_THAT(told()[0], HasSubstr("signal_type=execute-snapshot"));
}

TEST_F(OutsideSignalTest, WithAnotherKeyMoveTheMarkAlone) {
  mailbox_.post(OutsideSignal{
      .mark = KafkaMark{"sig", {{0, 5}}},
      .channel = "kafka",
      .passed_over = PassedOver{.place = "sig[0]@4", .reason = "its key is \"tn\"", .count = 3}});
  ASSERT_TRUE(poll());
  EXPECT_THAT(verdicts(), IsEmpty());
  EXPECT_EQ(read_to(), 5);
  EXPECT_TRUE(incremental_->dirty()) << "the mark is stored";
  EXPECT_FALSE(incremental_->take_urgent());
  EXPECT_THAT(told(), ElementsAre("Signal REFUSED sig[0]@4: channel=kafka reason=its key is \"tn\" "
                                  "(3 so far)"));
}

// The server is needed for the answer, and is not there: nothing is lost, nothing answered.
TEST_F(OutsideSignalTest, WaitForAServerThatIsAway) {
  post(4, R"({"id":"a","type":"schema-changes","data":{"database":"shop","changes":)"
          R"([{"type":"ALTER","id":"\"shop\".\"items\""}]}})");
  post(5, execute_message("b", "items"));
  const Status done = poll();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kRetryable);
  EXPECT_THAT(verdicts(), IsEmpty());
  EXPECT_EQ(read_to(), 4);
  EXPECT_TRUE(director_.idle());
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// How signals are answered: Incremental's commands (signal_desk.cc).
#include "connector/incremental.h"
#include "testing/incremental_fixture.h"

namespace tidemark {
namespace {

using SignalDesk = IncrementalFixture;

TEST_F(SignalDesk, AnswersAcceptedSignalsWithWhatTheyDo) {
  EXPECT_EQ(execute("s1").reason, "queued shop.items");
  EXPECT_EQ(execute("s2", R"("shop\\..*")").reason,
            "queued shop.orders; shop.items is queued already for signal s1");
  chunk();
  EXPECT_EQ(execute("s3").reason, "shop.items is being read already for signal s1");
  EXPECT_EQ(answered("s4", "pause-snapshot").reason,
            "paused: chunks in flight are still emitted, then nothing until resume-snapshot");
  EXPECT_EQ(answered("s5", "pause-snapshot").reason, "paused already");
  EXPECT_EQ(answered("s6", "resume-snapshot").reason, "resumed");
  EXPECT_EQ(answered("s7", "log", R"({"message":"at {}"})").reason, "logged");
  for (const Verdict& verdict : incremental_->answers()->verdicts) {
    EXPECT_TRUE(verdict.accepted) << verdict.signal_id;
    EXPECT_EQ(verdict.at_ms, 5000);
  }
}

TEST_F(SignalDesk, SaysWhenASnapshotHasToWaitForAResume) {
  execute("s1");
  answered("s2", "pause-snapshot");
  EXPECT_EQ(execute("s3", R"("shop.orders")").reason,
            "queued shop.orders; snapshots are paused: it starts after resume-snapshot");
}

TEST_F(SignalDesk, RefusesWhatCannotBeDone) {
  const auto refused = [&](std::string_view id, std::string_view type,
                           std::optional<std::string_view> data, std::string_view part) {
    const Verdict verdict = answered(id, type, data);
    EXPECT_FALSE(verdict.accepted) << id;
    EXPECT_NE(verdict.reason.find(part), std::string::npos) << verdict.reason;
  };
  refused("s1", "pause-snapshot", std::nullopt, "nothing to pause");
  refused("s2", "resume-snapshot", std::nullopt, "nothing to resume");
  refused("s3", "execute-snapshots", "{}", "did you mean");
  refused("s4", "execute-snapshot", "{", "line 1");
  refused("s5", "execute-snapshot", R"({"data-collections":["(" ]})", "(");
  execute("s6");
  refused("s7", "stop-snapshot", R"({"data-collections":["shop.orders"]})",
          "none of these is being snapshotted");
  EXPECT_EQ(director_.tables().size(), 1U);
}

TEST_F(SignalDesk, StoppingNothingIsNoMistake) {
  const Verdict verdict = answered("s1", "stop-snapshot");
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.reason, "no incremental snapshot is running, nothing to stop");
}

TEST_F(SignalDesk, AnUpdatedOrDeletedSignalRowIsNoSignal) {
  ASSERT_TRUE(row(Op::kUpdate, "s1", "execute-snapshot", R"({"data-collections":["shop.items"]})"));
  ASSERT_TRUE(row(Op::kDelete, "s1", "execute-snapshot", R"({"data-collections":["shop.items"]})"));
  EXPECT_TRUE(incremental_->answers()->verdicts.empty());
  EXPECT_TRUE(director_.idle());
}

TEST_F(SignalDesk, ASignalTableOfAnotherShapeEndsTheStream) {
  put(structure("signals", {text_column("id"), text_column("type")}));
  const Status done = row(Op::kCreate, "s1", "stop-snapshot");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kServer);
}

// -- blocking snapshots ----------------------------------------------------------------------------------------------

constexpr std::string_view kBlockingItems =
    R"({"data-collections":["SHOP[.]ITEMS"],"type":"blocking"})";

TEST_F(SignalDesk, ABlockingSnapshotIsStoredAndHoldsBackChunks) {
  execute("s1", R"("shop.orders")");
  const Verdict verdict = answered("b1", "execute-snapshot", kBlockingItems);
  EXPECT_TRUE(verdict.accepted) << verdict.reason;
  EXPECT_EQ(
      verdict.reason,
      "queued shop.items for a blocking snapshot; incremental snapshots rest until it is done");
  EXPECT_EQ(*blocking_.state(), (std::vector<BlockingRequest>{{"b1", {{"shop", "items", ""}}}}));
  EXPECT_TRUE(blocking_.waiting());
  EXPECT_FALSE(director_.next(0));
  ASSERT_EQ(status_.view().blocking.size(), 1U);
  EXPECT_FALSE(status_.view().blocking[0].started);

  const Verdict later =
      answered("s2", "execute-snapshot", R"({"data-collections":["shop.items"]})");
  EXPECT_NE(later.reason.find("a blocking snapshot goes before"), std::string::npos)
      << later.reason;
  const Verdict stopped = answered("b2", "stop-snapshot", R"({"type":"blocking"})");
  EXPECT_EQ(stopped.reason, "stopped shop.items");
  EXPECT_FALSE(blocking_.waiting());
  ASSERT_EQ(incremental_->answers()->outcomes.size(), 1U);
  EXPECT_EQ(incremental_->answers()->outcomes[0].signal_id, "b1");
  EXPECT_EQ(incremental_->answers()->outcomes[0].status, "STOPPED");
  EXPECT_TRUE(director_.next(0));
  EXPECT_TRUE(status_.view().blocking.empty());
}

TEST_F(SignalDesk, BlockingSnapshotsAreStoppedTableByTable) {
  answered("b1", "execute-snapshot", R"({"data-collections":["shop[.].*"],"type":"blocking"})");
  // The signal table is none of them.
  EXPECT_EQ(blocking_.tables(), (std::vector<TableId>{{"shop", "items"}, {"shop", "orders"}}));
  const Verdict second = answered("b2", "execute-snapshot", kBlockingItems);
  EXPECT_NE(second.reason.find("begins when those before"), std::string::npos) << second.reason;
  const Verdict some =
      answered("b3", "stop-snapshot", R"({"data-collections":["shop.items"],"type":"blocking"})");
  EXPECT_EQ(some.reason, "stopped shop.items, shop.items");
  EXPECT_EQ(*blocking_.state(), (std::vector<BlockingRequest>{{"b1", {{"shop", "orders", ""}}}}));
  EXPECT_EQ(incremental_->answers()->outcomes.size(), 2U);
  const Verdict none =
      answered("b4", "stop-snapshot", R"({"data-collections":["shop.items"],"type":"blocking"})");
  EXPECT_FALSE(none.accepted);
  const Verdict other = answered("b5", "stop-snapshot");
  EXPECT_NE(other.reason.find("a blocking one waits"), std::string::npos) << other.reason;
  EXPECT_TRUE(blocking_.waiting());
  EXPECT_EQ(answered("b6", "stop-snapshot", R"({"type":"blocking"})").reason,
            "stopped shop.orders");
  EXPECT_EQ(answered("b7", "stop-snapshot", R"({"type":"blocking"})").reason,
            "no blocking snapshot is waiting, nothing to stop");
}

TEST_F(SignalDesk, AFilterOfABlockingSnapshotNamesItsTable) {
  const Verdict verdict =
      answered("b1", "execute-snapshot",
               R"({"data-collections":["shop.items"],"type":"blocking","additional-conditions":)"
               R"([{"data-collection":"shop.*","filter":"SELECT * FROM shop.items"}]})");
  EXPECT_FALSE(verdict.accepted);
  EXPECT_NE(verdict.reason.find("it is a name, no expression"), std::string::npos)
      << verdict.reason;
  EXPECT_FALSE(blocking_.waiting());
}

TEST_F(SignalDesk, AStoredBlockingSnapshotHoldsBackChunksFromTheBeginning) {
  const BlockingRequest stored{"b1", {{"shop", "items", "SELECT 1"}}};
  const BlockingSnapshots again({.settings = settings_,
                                 .encoding = encoding_,
                                 .clock = clock_,
                                 .director = director_,
                                 .tables = tables_,
                                 .output = output_,
                                 .desk = desk_,
                                 .status = status_},
                                {stored});
  execute("s1");
  EXPECT_FALSE(director_.next(0));
  EXPECT_EQ(again.state()->at(0), stored);
  EXPECT_FALSE(again.open());
}

// -- questions to the server -----------------------------------------------------------------------------------------

TEST_F(SignalDesk, ASignalIsNotRefusedBecauseTheServerIsAway) {
  const Status done = row(Op::kCreate, "s1", "execute-snapshot", R"({"data-collections":["a.b"]})");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kRetryable);
  EXPECT_TRUE(incremental_->answers()->verdicts.empty());
}

TEST_F(SignalDesk, ASignalIsNotRefusedBecauseWeStop) {
  stop_.request_stop();
  const Status done = row(Op::kCreate, "s1", "execute-snapshot",
                          R"({"data-collections":["shop.items"],"additional-conditions":[)"
                          R"({"data-collection":"shop.items","filter":"id > 1"}]})");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kCancelled);
  EXPECT_TRUE(incremental_->answers()->verdicts.empty());
  EXPECT_TRUE(director_.idle());
}

}  // namespace
}  // namespace tidemark

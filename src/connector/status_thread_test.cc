// SPDX-License-Identifier: Apache-2.0
#include "connector/status_thread.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/log.h"
#include "sink/batch_builder.h"
#include "testing/memory_delivery.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;

class StatusThreadTest : public testing::Test {
 protected:
  StatusThreadTest() { log::set_level(log::Level::kError); }
  StatusReport read() {
    auto report = read_status_file(delivery_.path());
    return report && *report ? **report : StatusReport();
  }
  // Runs until the file says so.
  StatusReport shown(const std::function<bool(const StatusReport&)>& wanted) {
    const std::jthread thread([&](const std::stop_token& stop) { status_.run(stop); });
    // sleep: a file tells nobody of its changes
    for (int i = 0; i < 5000 && !wanted(read()); ++i) std::this_thread::sleep_for(milliseconds(1));
    EXPECT_TRUE(wanted(read()));
    return read();
  }

  SystemClock clock_;
  MemoryDelivery delivery_{"status"};
  StatusBoard board_;
  StatusThread status_{{.offset_path = delivery_.path(),
                        .connector_name = "c",
                        .topic_prefix = "p",
                        .clock = clock_,
                        .board = board_,
                        .delivery = *delivery_}};
};

TEST_F(StatusThreadTest, LeavesOutWhatIsNotKnownYet) {
  const StatusReport report = shown([](const StatusReport& r) { return r.state == "starting"; });
  EXPECT_EQ(report.connector, "c");
  EXPECT_EQ(report.topic_prefix, "p");
  EXPECT_EQ(report.pid, ::getpid());
  EXPECT_FALSE(report.host.empty());
  EXPECT_FALSE(report.lag_ms);
  EXPECT_FALSE(report.last_event_ms);
  EXPECT_GE(report.updated_ms, report.started_ms);
}

TEST_F(StatusThreadTest, ShowsTheStreamAndItsSnapshots) {
  const Topic topic{"t"};
  ASSERT_TRUE((*delivery_).send(numbered(topic, 0, 3).batch(), std::nullopt));
  ASSERT_TRUE((*delivery_).finish());
  board_.update([](StatusView& view) {
    view.state = "streaming";
    view.offset.position = {"binlog.000003", 4};
    view.lag_ms = 0;
    view.last_event_ms = 17;
    view.snapshots = {{.table = {"shop", "items"},
                       .signal_id = "s1",
                       .started = true,
                       .rows_read = 5,
                       .percent = 50.0,
                       .rows_per_second = 2.0,
                       .remaining = std::chrono::seconds(9)},
                      {.table = {"shop", "orders"}, .signal_id = "s2"}};
    AnswerLog answers;
    answers.verdicts.resize(1);
    answers.outcomes.resize(2);
    view.answers = std::make_shared<const AnswerLog>(std::move(answers));
  });
  const StatusReport report = shown([](const StatusReport& r) { return r.state == "streaming"; });
  EXPECT_EQ(report.position, (Position{"binlog.000003", 4}));
  EXPECT_EQ(report.lag_ms, 0);
  EXPECT_EQ(report.last_event_ms, 17);
  EXPECT_EQ(report.records, 3U);
  ASSERT_EQ(report.snapshots.size(), 2U);
  const SnapshotStatus& running = report.snapshots[0];
  EXPECT_EQ(running.kind, "incremental");
  EXPECT_EQ(running.collection, "shop.items");
  EXPECT_EQ(running.signal_id, "s1");
  EXPECT_EQ(running.state, "running");
  EXPECT_EQ(running.rows, 5U);
  EXPECT_EQ(running.percent, 50.0);
  EXPECT_EQ(running.rows_per_s, 2.0);
  EXPECT_EQ(running.eta_s, 9);
  EXPECT_EQ(report.snapshots[1].state, "waiting");
  EXPECT_FALSE(report.snapshots[1].rows_per_s);
  EXPECT_EQ(report.verdicts.size(), 1U);
  EXPECT_EQ(report.outcomes.size(), 2U);
}

TEST_F(StatusThreadTest, TellsAPausedSnapshotAndAnInitialOne) {
  board_.update([](StatusView& view) {
    view.state = "snapshot";
    view.snapshot_paused = true;
    view.snapshots = {{.table = {"shop", "items"}, .started = true}};
  });
  const StatusReport report = shown([](const StatusReport& r) { return r.state == "snapshot"; });
  ASSERT_EQ(report.snapshots.size(), 1U);
  EXPECT_EQ(report.snapshots[0].kind, "initial");
  EXPECT_EQ(report.snapshots[0].state, "paused");
}

TEST_F(StatusThreadTest, FollowsTheBoardWhileItRuns) {
  const std::jthread thread([&](const std::stop_token& stop) { status_.run(stop); });
  for (int i = 1; i <= 3; ++i) {
    board_.update([&](StatusView& view) { view.state = "s" + std::to_string(i); }, true);
    const std::string wanted = "s" + std::to_string(i);
    for (int n = 0; n < 5000 && read().state != wanted; ++n) {
      std::this_thread::sleep_for(milliseconds(1));  // sleep: a file tells nobody of its changes
    }
    EXPECT_EQ(read().state, wanted);
  }
}

TEST_F(StatusThreadTest, ItsLastWordsHaveAReasonAndNoSnapshots) {
  board_.update([](StatusView& view) { view.snapshots = {{.table = {"shop", "items"}}}; });
  status_.write_last("failed", "the disk is full");
  EXPECT_EQ(read().state, "failed");
  EXPECT_EQ(read().reason, "the disk is full");
  EXPECT_TRUE(read().snapshots.empty());
}

}  // namespace
}  // namespace tidemark

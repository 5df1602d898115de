// SPDX-License-Identifier: Apache-2.0
// What is told of incremental snapshots (incremental_notices.cc).
#include <gmock/gmock.h>

#include "connector/incremental.h"
#include "testing/incremental_fixture.h"

namespace tidemark {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class IncrementalNotices : public IncrementalFixture {
 protected:
  void SetUp() override {
    IncrementalFixture::SetUp();
    boot({.notifications = true});
  }
};

TEST_F(IncrementalNotices, PauseResumeAndStopAreTold) {
  post(4, execute_message("a", "items"));
  post(5, R"({"id":"p","type":"pause-snapshot","data":{}})");
  post(6, R"({"id":"r","type":"resume-snapshot","data":{}})");
  post(7, R"({"id":"s","type":"stop-snapshot","data":{}})");
  post(8, R"({"id":"t","type":"resume-snapshot","data":{}})");
  ASSERT_TRUE(incremental_->poll(at_));
  checkpoint();
  const auto lines = told();
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "Incremental Snapshot STARTED a: data_collections=shop.items signal_id=a");
  EXPECT_EQ(lines[1], "Incremental Snapshot PAUSED a: data_collections=shop.items signal_id=p");
  EXPECT_EQ(lines[2], "Incremental Snapshot RESUMED a: data_collections=shop.items signal_id=r");
  EXPECT_THAT(lines[3], HasSubstr("Signal REFUSED t:"));
  EXPECT_EQ(lines[4], "Incremental Snapshot ABORTED a: data_collections=shop.items signal_id=s");
  checkpoint();
  EXPECT_EQ(told().size(), 5U) << "once";
}

TEST_F(IncrementalNotices, ASnapshotIsToldFromItsStartToItsEnd) {
  post(4, execute_message("a", "items"));
  ASSERT_TRUE(incremental_->poll(at_));
  const ChunkTask task = chunk();
  low_mark(task);
  read(task, {5});
  high_mark(task);
  checkpoint();
  EXPECT_THAT(
      told(),
      ElementsAre("Incremental Snapshot STARTED a: data_collections=shop.items signal_id=a",
                  "Incremental Snapshot IN_PROGRESS a: "
                  "current_collection_in_progress=shop.items data_collections=shop.items "
                  "last_processed_key=5 maximum_key=9 signal_id=a",
                  "Incremental Snapshot TABLE_SCAN_COMPLETED a: data_collections=shop.items "
                  "scanned_collection=shop.items signal_id=a status=SUCCEEDED "
                  "total_rows_scanned=1",
                  "Incremental Snapshot COMPLETED a: signal_id=a"));
  EXPECT_EQ(output_.batch().records()[2].topic->name, "tm.shop.items") << "told of before its rows";
}

TEST_F(IncrementalNotices, ATableWithoutRowsIsEmpty) {
  execute("a");
  const auto task = director_.next(0);
  ASSERT_TRUE(task);
  director_.report_start(task->ticket, std::nullopt);
  checkpoint();
  EXPECT_THAT(told(), Contains("Incremental Snapshot TABLE_SCAN_COMPLETED a: "
                               "data_collections=shop.items scanned_collection=shop.items "
                               "signal_id=a status=EMPTY total_rows_scanned=0"));
}

TEST_F(IncrementalNotices, ATableThatCannotBeReadIsToldWithItsReasonAndTheRestGoesOn) {
  execute("a", R"("shop.items","shop.orders")");
  ASSERT_TRUE(incremental_->table_gone({"shop", "items"}));
  checkpoint();
  EXPECT_EQ(told().back(),
            "Incremental Snapshot TABLE_SCAN_COMPLETED a: data_collections=shop.items,shop.orders "
            "reason=the table was dropped or renamed scanned_collection=shop.items signal_id=a "
            "status=SQL_EXCEPTION total_rows_scanned=0")
      << "and not COMPLETED";
}

TEST_F(IncrementalNotices, NobodyIsToldWithoutAChannel) {
  boot();
  execute("a");
  answered("s", "stop-snapshot");
  checkpoint();
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace tidemark

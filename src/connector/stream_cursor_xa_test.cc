// SPDX-License-Identifier: Apache-2.0
// XA transactions of MySQL: held at their PREPARE, emitted at their verdict.
#include "connector/stream_cursor.h"

#include <gtest/gtest.h>

#include "testing/cursor_script.h"

namespace tidemark {
namespace {

// GTID `number`, XA START, a TABLE_MAP, rows, XA_PREPARE: 500 bytes.
void prepare(Script& script, std::uint64_t number) {
  script.event(EventType::kGtid);
  script.cursor.gtid(gtid(number));
  script.event(EventType::kQuery);
  EXPECT_FALSE(script.cursor.skipping());
  script.cursor.hold_begun();
  script.event(EventType::kTableMap);
  script.event(EventType::kWriteRows);
  script.event(EventType::kXaPrepare);
  script.cursor.hold_ended(std::string(kXid), true);
}

void whole(Script& script, std::uint64_t number) {
  script.transaction(number);
  script.inside();
  script.commit();
}

TEST(StreamCursorXa, APreparedTransactionStaysOutOfTheGtidsUntilItsVerdict) {
  Script script(start());
  prepare(script, 5);
  EXPECT_EQ(script.cursor.offset().position.pos, 1500U);
  EXPECT_EQ(script.cursor.offset().gtids, set("1-4"));
  ASSERT_EQ(script.cursor.offset().prepared.size(), 1U);
  EXPECT_EQ(script.cursor.offset().prepared[0].position, (Position{"binlog.000001", 1100}));
  whole(script, 6);
  EXPECT_EQ(script.cursor.offset().gtids, set("1-4:6"));
  EXPECT_EQ(script.cursor.dump_start(false).gtids, set("1-4:6")) << "the server sends 5 again";
  EXPECT_EQ(script.cursor.dump_start(true).gtids, set("1-6"));

  script.event(EventType::kGtid);
  script.cursor.gtid(gtid(7));
  script.event(EventType::kQuery);
  script.cursor.verdict_begun(false);
  EXPECT_EQ(script.cursor.offset().events_to_skip, 1U);
  script.cursor.decided(std::string(kXid));
  script.cursor.transaction_ended();
  EXPECT_EQ(script.cursor.offset().gtids, set("1-7"));
  EXPECT_TRUE(script.cursor.offset().prepared.empty());
}

TEST(StreamCursorXa, AnInterruptedVerdictIsResumedAtItsNextRow) {
  Script first(start());
  prepare(first, 5);
  whole(first, 6);
  first.event(EventType::kGtid);
  first.cursor.gtid(gtid(7));
  first.event(EventType::kQuery);
  first.cursor.verdict_begun(false);
  first.cursor.rows_done(17);
  const Offset stored = first.cursor.offset();

  Script second(stored);
  second.cursor.rotated("binlog.000001", 4);
  second.from(1000);
  prepare(second, 5);
  EXPECT_EQ(second.cursor.offset(), stored) << "nothing new was done";
  second.event(EventType::kGtid);
  second.cursor.gtid(gtid(7));
  second.event(EventType::kQuery);
  second.cursor.verdict_begun(false);
  EXPECT_FALSE(second.cursor.skipping());
  EXPECT_EQ(second.cursor.take_rows_to_skip(), 17U);
}

TEST(StreamCursorXa, WithoutGtidsAHeldTransactionIsReadAgainAndTheRestPassedOver) {
  Offset offset = start();
  offset.gtid_mode = false;
  offset.gtids = {};
  Script first(offset);
  first.event(EventType::kQuery);
  first.cursor.hold_begun();
  first.event(EventType::kXaPrepare);
  first.cursor.hold_ended(std::string(kXid), true);
  first.event(EventType::kQuery);
  first.cursor.transaction_begun();
  first.inside();
  first.commit();
  const Offset stored = first.cursor.offset();
  EXPECT_EQ(stored.position.pos, 1500U);

  StreamCursor alive(stored);
  EXPECT_EQ(alive.dump_start(true), stored);
  Script second(stored);
  EXPECT_EQ(second.cursor.dump_start(false).position.pos, 1000U);
  second.cursor.rotated("binlog.000001", 1000);
  second.event(EventType::kQuery);
  EXPECT_TRUE(second.cursor.replaying());
  second.cursor.hold_begun();
  second.event(EventType::kXaPrepare);
  second.cursor.hold_ended(std::string(kXid), true);
  second.event(EventType::kQuery);
  EXPECT_TRUE(second.cursor.replaying());
  second.event(EventType::kWriteRows);
  second.event(EventType::kXid);
  EXPECT_TRUE(second.cursor.replaying());
  EXPECT_EQ(second.cursor.offset(), stored);
  second.event(EventType::kQuery);
  EXPECT_FALSE(second.cursor.replaying()) << "here it goes on";
  EXPECT_EQ(second.cursor.offset().position.pos, 1500U);
}

TEST(StreamCursorXa, LookingBackFindsWhatWasPreparedBeforeTheStart) {
  Offset offset = start();
  offset.position.pos = 1800;
  offset.gtids = set("1-6");
  Script script(offset);
  script.cursor.look_back_from({"binlog.000001", 4});
  script.cursor.reconnect(true);
  EXPECT_FALSE(script.cursor.dump_start(true).gtid_mode);
  EXPECT_EQ(script.cursor.dump_start(true).position.pos, 4U);
  script.cursor.rotated("binlog.000001", 4);
  script.from(1000);
  prepare(script, 5);
  EXPECT_EQ(script.cursor.offset().gtids, set("1-6"));
  EXPECT_EQ(script.cursor.prepared(std::string(kXid)), nullptr) << "it may be decided before";
  script.event(EventType::kGtid);
  script.event(EventType::kQuery);
  script.event(EventType::kXid);
  EXPECT_TRUE(script.cursor.replaying());
  script.event(EventType::kGtid);
  EXPECT_FALSE(script.cursor.replaying());
  ASSERT_NE(script.cursor.prepared(std::string(kXid)), nullptr);
  EXPECT_EQ(script.cursor.offset().gtids, set("1-4:6")) << "to be sent again after a restart";
  EXPECT_TRUE(script.cursor.dump_start(true).gtid_mode);
}

TEST(StreamCursorXa, ANameThatIsPreparedAgainWithoutAVerdictStandsForTheLatest) {
  Script script(start());
  prepare(script, 5);
  prepare(script, 6);
  ASSERT_EQ(script.cursor.offset().prepared.size(), 1U);
  EXPECT_TRUE(script.cursor.offset().prepared[0].gtid.ends_with(":6"));
  EXPECT_EQ(script.cursor.offset().gtids, set("1-5")) << "5 is not asked for again";
}

}  // namespace
}  // namespace tidemark

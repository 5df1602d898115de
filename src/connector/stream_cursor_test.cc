// SPDX-License-Identifier: Apache-2.0
#include "connector/stream_cursor.h"

#include <gtest/gtest.h>

#include "testing/cursor_script.h"

namespace tidemark {
namespace {

TEST(StreamCursor, MovesPastATransactionOnlyAtItsCommit) {
  Script script(start());
  script.transaction(5);
  EXPECT_EQ(script.cursor.offset().position.pos, 1100U) << "the start of BEGIN";
  EXPECT_EQ(script.cursor.offset().events_to_skip, 1U);
  EXPECT_EQ(script.cursor.offset().gtids, set("1-4"));
  script.inside(EventType::kTableMap);
  script.inside();
  EXPECT_EQ(script.cursor.offset().position.pos, 1100U);
  EXPECT_EQ(script.cursor.offset().events_to_skip, 3U);
  script.commit();
  EXPECT_EQ(script.cursor.offset().position.pos, 1500U);
  EXPECT_EQ(script.cursor.offset().events_to_skip, 0U);
  EXPECT_EQ(script.cursor.offset().gtids, set("1-5"));
}

TEST(StreamCursor, ResumesInsideATransactionAtTheVeryNextEvent) {
  Script first(start());
  first.transaction(5);
  first.inside(EventType::kTableMap);
  first.inside();
  const Offset stored = first.cursor.offset();

  Script second(stored);
  second.cursor.rotated("binlog.000001", 4);
  second.transaction(5);
  EXPECT_EQ(second.cursor.offset(), stored) << "nothing new was done";
  EXPECT_FALSE(second.inside(EventType::kTableMap));
  EXPECT_FALSE(second.inside());
  EXPECT_TRUE(second.inside());
  EXPECT_EQ(second.cursor.offset().events_to_skip, 4U);
  second.commit();
  second.transaction(6);
  EXPECT_TRUE(second.inside());
}

TEST(StreamCursor, OwesTheTransactionInWhichALinkWasLost) {
  Script script(start());
  EXPECT_FALSE(script.cursor.owes());
  script.transaction(5);
  script.inside();
  EXPECT_FALSE(script.cursor.owes()) << "it is there";
  script.cursor.reconnect(true);
  EXPECT_TRUE(script.cursor.owes());
  script.from(1000);
  script.event(EventType::kGtid);
  script.cursor.gtid(gtid(5));
  EXPECT_TRUE(script.cursor.owes());
  script.event(EventType::kQuery);
  script.cursor.transaction_begun();
  EXPECT_FALSE(script.cursor.owes());
}

TEST(StreamCursor, ALostLinkResumesLikeARestart) {
  Script script(start());
  script.transaction(5);
  EXPECT_TRUE(script.inside());
  const Offset before = script.cursor.offset();
  script.cursor.reconnect(true);
  script.from(1000);
  script.transaction(5);
  EXPECT_FALSE(script.inside());
  EXPECT_EQ(script.cursor.offset(), before);
  EXPECT_TRUE(script.inside());
}

TEST(StreamCursor, RowsToSkipAreTakenOnceAndOnlyByTheFirstTransaction) {
  Offset offset = start();
  offset.events_to_skip = 2;
  offset.rows_to_skip = 17;
  Script script(offset);
  script.transaction(5);
  EXPECT_FALSE(script.inside(EventType::kTableMap));
  EXPECT_EQ(script.cursor.take_rows_to_skip(), 17U);
  EXPECT_EQ(script.cursor.take_rows_to_skip(), 0U);

  Script unused(offset);
  unused.transaction(5);
  unused.inside(EventType::kTableMap);
  unused.commit();
  EXPECT_EQ(unused.cursor.take_rows_to_skip(), 0U);
}

TEST(StreamCursor, ALinkThatBreaksWithinARowsEventResumesAtItsNextRow) {
  Script script(start());
  script.transaction(5);
  script.inside(EventType::kTableMap);
  script.cursor.rows_done(3);
  script.cursor.reconnect(true);
  script.from(1000);
  script.transaction(5);
  EXPECT_FALSE(script.inside(EventType::kTableMap));
  EXPECT_EQ(script.cursor.take_rows_to_skip(), 3U);
  EXPECT_TRUE(script.inside());
  EXPECT_EQ(script.cursor.offset().rows_to_skip, 0U);
}

TEST(StreamCursor, EventsOfANewLinkDoNotMoveAResumePointInsideATransaction) {
  Script first(start());
  first.transaction(5);
  first.inside();
  const Offset stored = first.cursor.offset();
  Script second(stored);
  second.cursor.rotated("binlog.000001", 4);
  second.event(EventType::kFormatDescription);
  second.cursor.event_outside_done();
  EXPECT_EQ(second.cursor.offset().position, stored.position);
  EXPECT_EQ(second.cursor.offset().events_to_skip, stored.events_to_skip);
}

TEST(StreamCursor, AStatementOfItsOwnMovesPositionAndGtids) {
  Script script(start());
  script.event(EventType::kGtid);
  script.cursor.gtid(gtid(5));
  script.event(EventType::kQuery);
  script.cursor.event_outside_done();
  EXPECT_EQ(script.cursor.offset().position.pos, 1200U);
  EXPECT_EQ(script.cursor.offset().gtids, set("1-5"));
}

TEST(StreamCursor, FollowsARotation) {
  Script script(start());
  script.cursor.rotated("binlog.000002", 4);
  EXPECT_EQ(script.cursor.offset().position, (Position{"binlog.000002", 4}));
  EXPECT_EQ(script.cursor.place(), "binlog.000002:4");
}

// A link that starts from an offset of binlog.000005 and is given another file.
bool accepts(bool gtid_mode, std::string_view file, std::uint32_t created,
             std::uint32_t server_id) {
  Offset offset = start();
  offset.position.file = "binlog.000005";
  offset.gtid_mode = gtid_mode;
  offset.file_created_sec = 1000;
  offset.file_server_id = 7;
  StreamCursor cursor(offset);
  cursor.rotated(file, 4);
  return cursor.file_described(description(created, server_id));
}

TEST(StreamCursor, TellsAFileFromALaterOneOfTheSameName) {
  for (const bool gtid_mode : {false, true}) {
    EXPECT_TRUE(accepts(gtid_mode, "binlog.000005", 1000, 7));
    EXPECT_FALSE(accepts(gtid_mode, "binlog.000005", 2000, 7)) << "begun anew";
    EXPECT_FALSE(accepts(gtid_mode, "binlog.000001", 2000, 7)) << "counted from one again";
    EXPECT_TRUE(accepts(gtid_mode, "binlog.000006", 2000, 7)) << "nothing was missing of the fifth";
  }
  EXPECT_TRUE(accepts(true, "binlog.000005", 2000, 8)) << "GTIDs lead to another server's files";
  EXPECT_FALSE(accepts(false, "binlog.000005", 2000, 8)) << "positions do not";
}

TEST(StreamCursor, NotesWhenTheFileOfTheOffsetWasMade) {
  Script script(start());
  EXPECT_TRUE(script.cursor.file_described(description(1000, 7)));
  script.transaction(5);
  EXPECT_EQ(script.cursor.offset().file_created_sec, 1000);
  script.cursor.rotated("binlog.000002", 4);
  EXPECT_TRUE(script.cursor.file_described(description(2000, 8)));
  EXPECT_EQ(script.cursor.offset().file_created_sec, 1000) << "still the transaction's file";
  script.from(4);
  script.commit();
  EXPECT_EQ(script.cursor.offset().file_created_sec, 2000);
  EXPECT_EQ(script.cursor.offset().file_server_id, 8U);
  // Only the first description of a link is compared.
  EXPECT_TRUE(script.cursor.file_described(description(3000, 8)));
}

TEST(StreamCursor, CountsOnWherePositionsOfTheServerWrapAt4GiB) {
  Offset offset = start();
  offset.position.pos = 0xFFFFFF00;
  Script script(offset);
  script.from(0xFFFFFF00 - 100);
  script.event(EventType::kQuery);
  script.cursor.begin_event({.timestamp = 1,
                             .type = EventType::kXid,
                             .server_id = 7,
                             .size = 512,
                             .end_log_pos = 0x100,
                             .flags = 0});
  EXPECT_EQ(script.cursor.event_end(), 0x1'0000'0100U);
  EXPECT_EQ(script.cursor.event_start(), 0xFFFFFF00U);
}

}  // namespace
}  // namespace tidemark

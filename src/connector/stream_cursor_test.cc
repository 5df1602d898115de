// SPDX-License-Identifier: Apache-2.0
#include "connector/stream_cursor.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr std::string_view kSource = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

Gtid gtid(std::uint64_t number) {
  return {.source = *Uuid::parse(kSource), .tag = "", .number = number};
}

GtidSet set(std::string_view intervals) {
  return *GtidSet::parse(std::string(kSource) + ":" + std::string(intervals));
}

// A stream in a few words: each call is one event of 100 bytes.
class Script {
 public:
  explicit Script(Offset start) : cursor(std::move(start)) {}

  void event(EventType type) {
    end_ += 100;
    cursor.begin_event({.timestamp = 1'700'000'000,
                        .type = type,
                        .server_id = 7,
                        .size = 100,
                        .end_log_pos = end_,
                        .flags = 0});
  }
  void transaction(std::uint64_t number) {
    event(EventType::kGtid);
    cursor.gtid(gtid(number));
    event(EventType::kQuery);
    cursor.transaction_begun();
  }
  // Whether the event has to be handled.
  bool inside(EventType type = EventType::kWriteRows) {
    event(type);
    const bool handle = !cursor.skipping();
    cursor.event_in_transaction_done();
    return handle;
  }
  void commit() {
    event(EventType::kXid);
    cursor.transaction_ended();
  }
  void from(std::uint32_t pos) { end_ = pos; }

  StreamCursor cursor;

 private:
  std::uint32_t end_ = 1000;
};

Offset start() {
  Offset offset;
  offset.position = {"binlog.000001", 1000};
  offset.gtids = set("1-4");
  offset.gtid_mode = true;
  return offset;
}

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

EventHeader description(std::uint32_t created, std::uint32_t server_id) {
  return {.timestamp = created,
          .type = EventType::kFormatDescription,
          .server_id = server_id,
          .size = 100,
          .end_log_pos = 0,
          .flags = 0};
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

constexpr std::string_view kXid = "X'61',X'',1";

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

TEST(StreamCursor, APreparedTransactionStaysOutOfTheGtidsUntilItsVerdict) {
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

TEST(StreamCursor, AnInterruptedVerdictIsResumedAtItsNextRow) {
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

TEST(StreamCursor, WithoutGtidsAHeldTransactionIsReadAgainAndTheRestPassedOver) {
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

TEST(StreamCursor, LookingBackFindsWhatWasPreparedBeforeTheStart) {
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

MariaGtid maria(std::uint64_t sequence, std::uint32_t domain = 0) {
  return {.domain = domain, .server_id = 1, .sequence = sequence};
}

Offset maria_start() {
  Offset offset;
  offset.position = {"binlog.000001", 1000};
  offset.maria_gtids = *MariaGtidPosition::parse("0-1-4");
  offset.file_created_sec = 1'600'000'000;
  offset.file_server_id = 7;
  return offset;
}

TEST(StreamCursor, OnMariaDbTheGtidEventBeginsTheTransaction) {
  Script script(maria_start());
  script.event(EventType::kMariaGtid);
  script.cursor.gtid(maria(5));
  script.cursor.transaction_begun();
  EXPECT_EQ(script.cursor.offset().position.pos, 1000U) << "the start of the GTID event";
  EXPECT_EQ(script.cursor.offset().events_to_skip, 1U);
  script.inside(EventType::kTableMap);
  script.inside(EventType::kWriteRowsV1);
  EXPECT_EQ(script.cursor.offset().gtids_text(), "0-1-4");
  script.commit();
  EXPECT_EQ(script.cursor.offset().gtids_text(), "0-1-5");
  EXPECT_EQ(script.cursor.offset().position.pos, 1400U);
}

// As MariaDB 11.8 writes them.
TEST(StreamCursor, EventsOfATransactionWithoutAPlaceFollowOneAnother) {
  Script script(maria_start());
  script.event(EventType::kMariaGtid);
  script.cursor.gtid(maria(5));
  script.cursor.transaction_begun();
  const auto inside = [&](std::uint32_t size, std::uint16_t flags) {
    script.cursor.begin_event({.timestamp = 1'700'000'000,
                               .type = EventType::kWriteRowsV1,
                               .server_id = 7,
                               .size = size,
                               .end_log_pos = 0,
                               .flags = flags});
    script.cursor.event_in_transaction_done();
  };
  inside(40, 0);
  EXPECT_EQ(script.cursor.event_start(), 1100U);
  inside(60, 0);
  EXPECT_EQ(script.cursor.event_start(), 1140U);
  EXPECT_EQ(script.cursor.event_end(), 1200U);
  inside(30, kFlagArtificial);
  EXPECT_EQ(script.cursor.event_end(), 1200U) << "what the sender made up has no place";
}

TEST(StreamCursor, AStandaloneStatementOfMariaDbHasNoEnd) {
  Script script(maria_start());
  script.event(EventType::kMariaGtid);
  script.cursor.gtid(maria(1, 3));
  EXPECT_EQ(script.cursor.offset().gtids_text(), "0-1-4") << "not done before its statement";
  script.event(EventType::kQuery);
  script.cursor.event_outside_done();
  EXPECT_FALSE(script.cursor.in_transaction());
  EXPECT_EQ(script.cursor.offset().gtids_text(), "0-1-4,3-1-1");
  EXPECT_EQ(script.cursor.offset().position.pos, 1200U);
}

TEST(StreamCursor, AnotherServerIsNotTrustedWithCountsOfEvents) {
  Offset offset = maria_start();
  offset.events_to_skip = 3;
  offset.rows_to_skip = 1;
  Script same(offset);
  same.cursor.rotated("binlog.000001", 4);
  EXPECT_TRUE(same.cursor.file_described(description(1'600'000'000, 7)));
  EXPECT_FALSE(same.cursor.take_repeats());

  Script other(offset);
  other.cursor.rotated("mariadb-bin.000009", 4);
  EXPECT_TRUE(other.cursor.file_described(description(1'650'000'000, 8)));
  EXPECT_TRUE(other.cursor.take_repeats());
  EXPECT_FALSE(other.cursor.take_repeats()) << "told once";
  EXPECT_TRUE(other.cursor.owes()) << "it comes again";
  other.event(EventType::kMariaGtid);
  other.cursor.gtid(maria(5));
  other.cursor.transaction_begun();
  EXPECT_TRUE(other.inside(EventType::kTableMap)) << "nothing is skipped";
  EXPECT_EQ(other.cursor.take_rows_to_skip(), 0U);
}

TEST(StreamCursor, AMariaDbThatBeganItsLogAnewIsNoticed) {
  Script script(maria_start());
  script.cursor.rotated("binlog.000001", 4);
  EXPECT_FALSE(script.cursor.file_described(description(1'650'000'000, 7)));
}

// A GTID event, a TABLE_MAP, rows, XA_PREPARE: 400 bytes.
void prepare(Script& script, const MariaGtid& number, std::string_view xid = kXid) {
  script.event(EventType::kMariaGtid);
  script.cursor.gtid(number);
  script.cursor.hold_begun();
  script.event(EventType::kTableMap);
  script.event(EventType::kWriteRowsV1);
  script.event(EventType::kXaPrepare);
  script.cursor.hold_ended(std::string(xid), true);
}

// A GTID event, rows and XID: 300 bytes. Whether its rows were to be handled.
bool whole(Script& script, const MariaGtid& number) {
  script.event(EventType::kMariaGtid);
  script.cursor.gtid(number);
  const bool handle = !script.cursor.replaying();
  if (handle) script.cursor.transaction_begun();
  script.event(EventType::kWriteRowsV1);
  if (handle) script.cursor.event_in_transaction_done();
  script.event(EventType::kXid);
  if (handle) script.cursor.transaction_ended();
  return handle;
}

// A GTID event and XA COMMIT, up to the place where rows come out.
void verdict(Script& script, const MariaGtid& number) {
  script.event(EventType::kMariaGtid);
  script.cursor.gtid(number);
  script.event(EventType::kQuery);
}

TEST(StreamCursor, OnMariaDbAllIsReadAgainFromBeforeAHeldTransaction) {
  Script first(maria_start());
  prepare(first, maria(5));
  EXPECT_EQ(first.cursor.offset().position.pos, 1400U);
  EXPECT_TRUE(whole(first, maria(6)));
  const Offset stored = first.cursor.offset();
  EXPECT_EQ(stored.gtids_text(), "0-1-6");
  EXPECT_EQ(first.cursor.dump_start(true), stored) << "with its rows at hand the link goes on";
  EXPECT_EQ(first.cursor.dump_start(false).gtids_text(), "0-1-4");

  Script second(stored);
  EXPECT_TRUE(second.cursor.catching_up());
  second.cursor.rotated("binlog.000001", 4);
  EXPECT_EQ(second.cursor.offset(), stored) << "the place is further on";
  prepare(second, maria(5));
  EXPECT_TRUE(second.cursor.replaying());
  EXPECT_FALSE(whole(second, maria(6)));
  EXPECT_EQ(second.cursor.offset(), stored);
  EXPECT_TRUE(whole(second, maria(7)));
  EXPECT_FALSE(second.cursor.catching_up());
  EXPECT_EQ(second.cursor.offset().gtids_text(), "0-1-7");
  EXPECT_EQ(second.cursor.dump_start(false).gtids_text(), "0-1-4");
}

TEST(StreamCursor, OnMariaDbAVerdictIsResumedFromItsGtidAndAtItsNextRow) {
  Script first(maria_start());
  prepare(first, maria(5));
  verdict(first, maria(6));
  first.cursor.verdict_begun(false);
  EXPECT_EQ(first.cursor.offset().position.pos, 1400U) << "the start of the GTID event";
  first.cursor.rows_done(17);
  const Offset stored = first.cursor.offset();
  EXPECT_EQ(stored.gtids_text(), "0-1-5");

  Script second(stored);
  second.cursor.rotated("binlog.000001", 4);
  second.from(1000);
  prepare(second, maria(5));
  verdict(second, maria(6));
  EXPECT_FALSE(second.cursor.replaying());
  second.cursor.verdict_begun(false);
  EXPECT_FALSE(second.cursor.skipping());
  EXPECT_EQ(second.cursor.take_rows_to_skip(), 17U);
  second.cursor.decided(std::string(kXid));
  second.cursor.transaction_ended();
  EXPECT_EQ(second.cursor.offset().gtids_text(), "0-1-6");
  EXPECT_TRUE(second.cursor.offset().prepared.empty());
  EXPECT_EQ(second.cursor.dump_start(false), second.cursor.offset());
}

TEST(StreamCursor, EachDomainHasItsOwnFloorAndAnotherServerMayInterleaveThem) {
  Script first(maria_start());
  prepare(first, maria(1, 7));
  whole(first, maria(5));
  whole(first, maria(2, 7));
  const Offset stored = first.cursor.offset();
  EXPECT_EQ(stored.gtids_text(), "0-1-5,7-1-2");
  EXPECT_EQ(first.cursor.dump_start(false).gtids_text(), "0-1-4");

  Script second(stored);
  prepare(second, maria(1, 7));
  EXPECT_FALSE(whole(second, maria(2, 7)));
  EXPECT_TRUE(whole(second, maria(3, 7))) << "new, though domain 0 is not there yet";
  EXPECT_TRUE(second.cursor.catching_up());
  EXPECT_FALSE(whole(second, maria(5)));
  EXPECT_EQ(second.cursor.offset().gtids_text(), "0-1-5,7-1-3");
  EXPECT_TRUE(whole(second, maria(6)));
  EXPECT_FALSE(second.cursor.catching_up());
  EXPECT_EQ(second.cursor.offset().gtids_text(), "0-1-6,7-1-3");
}

TEST(StreamCursor, LookingBackOnMariaDbLearnsWhereToBeginAgain) {
  Offset offset = maria_start();
  offset.position.pos = 1700;
  offset.maria_gtids = *MariaGtidPosition::parse("0-1-6");
  Script script(offset);
  script.cursor.look_back_from({"binlog.000001", 4});
  script.cursor.reconnect(true);
  EXPECT_FALSE(script.cursor.dump_start(true).by_gtid());
  script.cursor.rotated("binlog.000001", 4);
  script.cursor.gtid_list({{.domain = 0, .server_id = 2, .sequence = 2}, maria(3), maria(1, 7)});
  whole(script, maria(4));
  prepare(script, maria(5));
  script.event(EventType::kMariaGtid);
  EXPECT_FALSE(script.cursor.replaying());
  ASSERT_NE(script.cursor.prepared(std::string(kXid)), nullptr);
  EXPECT_EQ(script.cursor.prepared(std::string(kXid))->before.text(), "0-1-4,7-1-1");
  EXPECT_EQ(script.cursor.offset().gtids_text(), "0-1-6");
}

TEST(StreamCursor, WhatIsFoundByLookingBackIsOlderThanTheOthers) {
  Script script(maria_start());
  prepare(script, maria(5), "new");
  script.event(EventType::kMariaGtid);
  script.cursor.gtid(maria(6));
  script.cursor.look_back_from({"binlog.000001", 4});
  script.cursor.reconnect(true);
  script.cursor.rotated("binlog.000001", 4);
  script.from(500);
  prepare(script, maria(3), "old");
  script.from(1000);
  prepare(script, maria(5), "new");
  script.event(EventType::kMariaGtid);
  ASSERT_EQ(script.cursor.offset().prepared.size(), 2U);
  EXPECT_EQ(script.cursor.offset().prepared[0].xid, "old");
  EXPECT_EQ(script.cursor.offset().prepared[1].xid, "new");
}

TEST(StreamCursor, ANameThatIsPreparedAgainWithoutAVerdictStandsForTheLatest) {
  Script script(start());
  prepare(script, 5);
  prepare(script, 6);
  ASSERT_EQ(script.cursor.offset().prepared.size(), 1U);
  EXPECT_TRUE(script.cursor.offset().prepared[0].gtid.ends_with(":6"));
  EXPECT_EQ(script.cursor.offset().gtids, set("1-5")) << "5 is not asked for again";
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// GTIDs and XA transactions of MariaDB.
#include "connector/stream_cursor.h"

#include <gtest/gtest.h>

#include "testing/cursor_script.h"

namespace tidemark {
namespace {

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

TEST(StreamCursorMariaDb, TheGtidEventBeginsTheTransaction) {
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
TEST(StreamCursorMariaDb, EventsOfATransactionWithoutAPlaceFollowOneAnother) {
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

TEST(StreamCursorMariaDb, AStandaloneStatementOfMariaDbHasNoEnd) {
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

TEST(StreamCursorMariaDb, AnotherServerIsNotTrustedWithCountsOfEvents) {
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

TEST(StreamCursorMariaDb, AMariaDbThatBeganItsLogAnewIsNoticed) {
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

TEST(StreamCursorMariaDb, AllIsReadAgainFromBeforeAHeldTransaction) {
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

TEST(StreamCursorMariaDb, AVerdictIsResumedFromItsGtidAndAtItsNextRow) {
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

TEST(StreamCursorMariaDb, EachDomainHasItsOwnFloorAndAnotherServerMayInterleaveThem) {
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

TEST(StreamCursorMariaDb, LookingBackOnMariaDbLearnsWhereToBeginAgain) {
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

TEST(StreamCursorMariaDb, WhatIsFoundByLookingBackIsOlderThanTheOthers) {
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

}  // namespace
}  // namespace tidemark

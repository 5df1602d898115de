// SPDX-License-Identifier: Apache-2.0
#include "store/debezium_offset.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "store/offset_store.h"

namespace tidemark {
namespace {

DebeziumOffset read(std::string_view text) {
  auto out = decode_debezium_offset(text);
  EXPECT_TRUE(out) << out.error().text();
  return out ? *std::move(out) : DebeziumOffset{};
}

KeyCell number(std::int64_t value) {
  return {.kind = KeyCell::Kind::kInt, .null = false, .i64 = value, .u64 = 0, .text = {}};
}
KeyCell text(KeyCell::Kind kind, std::string value) {
  return {.kind = kind, .null = false, .i64 = 0, .u64 = 0, .text = std::move(value)};
}
JavaCell integer(std::string digits) {
  return {.kind = JavaCell::Kind::kInteger, .text = std::move(digits), .class_name = {}};
}

TableSnapshotState started(KeyTuple cursor, KeyTuple maximum) {
  TableSnapshotState out;
  out.database = "shop";
  out.table = "orders";
  out.signal_id = "sig-1";
  out.started = true;
  out.maximum = maximum;
  out.stripes = {{.cursor = std::move(cursor), .upper = {number(50)}},
                 {.cursor = {number(70)}, .upper = std::move(maximum)}};
  return out;
}

DebeziumSnapshot through(TableSnapshotState table) {
  ResumeState state;
  state.offset.position = {"f", 4};
  state.incremental.tables = {std::move(table)};
  auto out = read(encode_debezium_offset(state)).snapshot;
  EXPECT_TRUE(out);
  if (!out) return {};
  for (auto* key : {&out->cursor, &out->maximum}) {
    if (!*key) continue;
    for (JavaCell& cell : **key) cell.class_name.clear();
  }
  return *out;
}

TEST(OffsetKeyText, HasTheBytesThatConnectsConverterWrites) {
  EXPECT_EQ(encode_offset_key("inv", "shop"), R"(["inv",{"server":"shop"}])");
  EXPECT_EQ(encode_offset_key("a\"b/\xF0\x9F\x98\x80", "p"),
            R"(["a\"b/\uD83D\uDE00",{"server":"p"}])");
  EXPECT_EQ(decode_offset_key(R"(["a\uD83D\uDE00",{"server":"p"}])"),
            (OffsetKey{"a\xF0\x9F\x98\x80", "p"}));
}

TEST(OffsetKeyText, OfOursIsNoneThatDebeziumLooksFor) {
  const std::string ours = encode_offset_key("inv", "shop", OffsetKeyKind::kOurs);
  EXPECT_EQ(ours, R"(["inv",{"server":"shop","tidemark":"state"}])");
  EXPECT_EQ(decode_offset_key(ours), (OffsetKey{"inv", "shop", OffsetKeyKind::kOurs}));
}

TEST(OffsetKeyText, IsNothingForOtherKeys) {
  for (const char* const other : {"", "x", "[]", R"(["a"])", R"(["a",{"topic":"p"}])",
                                  R"(["a",{"server":"p"},1])", R"({"server":"p"})"})
    EXPECT_FALSE(decode_offset_key(other)) << other;
}

TEST(DebeziumOffset, IsWrittenAsDebeziumDoes) {
  ResumeState state;
  state.offset.position = {"mysql-bin.000003", 154};
  state.offset.ts_sec = 1700000000;
  state.offset.rows_to_skip = 1;
  state.offset.server_id = 223344;
  state.offset.events_to_skip = 2;
  EXPECT_EQ(encode_debezium_offset(state),
            R"({"ts_sec":1700000000,"file":"mysql-bin.000003","pos":154,"server_id":223344,)"
            R"("event":2,"row":1})");
  state.offset.gtid_mode = true;
  state.transaction = {.id = "t", .counts = {{"shop.a", 3}}};
  EXPECT_EQ(encode_debezium_offset(state),
            R"({"ts_sec":1700000000,"file":"mysql-bin.000003","pos":154,"gtids":"",)"
            R"("server_id":223344,"event":2,"row":1,"transaction_id":"t",)"
            R"("transaction_data_collection_order_shop.a":3})");
  state.offset.initial_snapshot_running = true;
  EXPECT_NE(encode_debezium_offset(state).find(R"("row":1,"snapshot":"INITIAL"})"),
            std::string::npos);
}

TEST(DebeziumOffset, IsReadBack) {
  ResumeState state;
  state.offset = {.position = {"b.000001", 99},
                  .gtids = *GtidSet::parse("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5"),
                  .gtid_mode = true,
                  .events_to_skip = 3,
                  .rows_to_skip = 4,
                  .server_id = 7,
                  .ts_sec = 8};
  state.transaction = {.id = "t", .counts = {{"shop.a", 3}, {"shop.b", 1}}};
  const DebeziumOffset back = read(encode_debezium_offset(state));
  EXPECT_EQ(back.offset, state.offset);
  EXPECT_EQ(back.transaction, state.transaction);
  EXPECT_FALSE(back.snapshot);
}

TEST(DebeziumOffset, TakesGtidsAsSets) {
  const auto gtids = [](std::string_view text) {
    return read(R"({"file":"f","pos":4,"gtids":")" + std::string(text) + "\"}").offset;
  };
  const char* const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  EXPECT_EQ(gtids(std::string(uuid) + ":5-5").gtids, gtids(std::string(uuid) + ":5").gtids);
  EXPECT_TRUE(gtids("").gtid_mode);
  EXPECT_EQ(gtids("0-1-5,1-2-7").maria_gtids, *MariaGtidPosition::parse("1-2-7,0-1-5"));
  EXPECT_FALSE(gtids("0-1-5").gtid_mode);
  EXPECT_FALSE(decode_debezium_offset(R"({"file":"f","pos":4,"gtids":"x"})"));
}

TEST(DebeziumOffset, BeginsWithTheFirstGtidWhereThatMayBeTheTransactionAtHand) {
  const auto at = [](std::string_view gtids, std::string_view counts) {
    auto read = decode_debezium_offset(
        fmt::format(R"({{"file":"b.1","pos":4,"gtids":"{}"{}}})", gtids, counts));
    EXPECT_TRUE(read) << read.error().text();
    return taken_over(read ? *std::move(read) : DebeziumOffset{});
  };
  constexpr std::string_view kWithin = R"(,"event":2,"row":1)";
  const std::string uuid = "36ed2e1d-0001-11ef-9e2a-0242ac110002";
  for (const std::string& one : {uuid + ":1-1", uuid + ":57", std::string("0-7-1")}) {
    const LoadedOffset first = at(one, kWithin);
    EXPECT_TRUE(first.first_repeats) << one;
    EXPECT_TRUE(first.state.offset.by_gtid());
    EXPECT_EQ(first.state.offset.gtids_text(), "");
    EXPECT_EQ(first.state.offset.events_to_skip, 0U);
    EXPECT_EQ(first.state.offset.rows_to_skip, 0U);
    EXPECT_FALSE(at(one, "").first_repeats) << "between two transactions";
  }
  for (const std::string& more :
       {uuid + ":1-2", std::string("0-7-2"), std::string("0-7-1,1-7-1")}) {
    const LoadedOffset later = at(more, kWithin);
    EXPECT_FALSE(later.first_repeats) << more;
    EXPECT_EQ(later.state.offset.events_to_skip, 2U);
  }
}

TEST(DebeziumOffset, KnowsWhichSnapshotWasRunning) {
  const auto of = [](std::string_view snapshot) {
    return read(R"({"file":"f","pos":4,)" + std::string(snapshot) + "}");
  };
  for (const char* const unfinished : {R"("snapshot":"INITIAL")", R"("snapshot":"BLOCKING")",
                                       R"("snapshot":true)", R"("snapshot":"true")"})
    EXPECT_TRUE(of(unfinished).offset.initial_snapshot_running) << unfinished;
  for (const char* const none : {R"("snapshot":false)", R"("snapshot":null)",
                                 R"("snapshot":true,"snapshot_completed":true)"})
    EXPECT_FALSE(of(none).offset.initial_snapshot_running) << none;
  EXPECT_FALSE(of(R"("snapshot":"INCREMENTAL")").offset.initial_snapshot_running);
  EXPECT_TRUE(of(R"("snapshot":"INCREMENTAL")").snapshot_rows);
}

TEST(DebeziumOffset, ReadsAnIncrementalSnapshot) {
  const std::string text =
      R"({"file":"f","pos":4,"snapshot":"INCREMENTAL","incremental_snapshot_primary_key":"aced000570",)"
      R"("incremental_snapshot_signal_offset":12,"incremental_snapshot_maximum_key":"aced000570",)"
      R"("incremental_snapshot_correlation_id":"sig",)"
      R"("incremental_snapshot_collections":"[)"
      R"({\"incremental_snapshot_collections_id\":\"a.b\",)"
      R"(\"incremental_snapshot_collections_additional_condition\":\"(x > 1)\",)"
      R"(\"incremental_snapshot_collections_surrogate_key\":null},)"
      R"({\"incremental_snapshot_collections_id\":\"a.c\",)"
      R"(\"incremental_snapshot_collections_correlation_id\":\"other\"}]"})";
  const auto snapshot = read(text).snapshot;
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(*snapshot,
            (DebeziumSnapshot{.tables = {{"a.b", "(x > 1)", "", "sig"}, {"a.c", "", "", "other"}},
                              .cursor = {},
                              .maximum = {}}));
  EXPECT_TRUE(read(text).snapshot_rows);
}

TEST(DebeziumOffset, RefusesWhatItCannotGoOnFrom) {
  EXPECT_FALSE(decode_debezium_offset("x"));
  EXPECT_FALSE(decode_debezium_offset("{}"));
  const auto broken = decode_debezium_offset(
      R"({"file":"f","pos":4,"incremental_snapshot_primary_key":"acde",)"
      R"("incremental_snapshot_collections":"[{\"incremental_snapshot_collections_id\":\"a.b\"}]"})");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message().find("incremental_snapshot_primary_key"), std::string::npos);
}

TEST(DebeziumOffset, NamesTheLowestCursorOfSeveralStripes) {
  const DebeziumSnapshot back = through(started({number(10)}, {number(99)}));
  EXPECT_EQ(back.tables, (std::vector<DebeziumSnapshot::Table>{{"shop.orders", "", "", "sig-1"}}));
  EXPECT_EQ(back.cursor, JavaKey{integer("10")});
  EXPECT_EQ(back.maximum, JavaKey{integer("99")});
}

TEST(DebeziumOffset, HasNoCursorWhereItCouldLeaveRowsOut) {
  // Part of a key.
  EXPECT_FALSE(through(started({number(1)}, {number(9), number(9)})).cursor);
  // An instant that its machine's zone would change.
  const KeyCell moment = text(KeyCell::Kind::kDatetime, "2024-01-01 00:00:00");
  EXPECT_FALSE(through(started({moment}, {moment})).cursor);
  EXPECT_FALSE(through(started({moment}, {moment})).maximum);
  // By a surrogate.
  TableSnapshotState table = started({number(1)}, {number(9)});
  table.surrogate = "id";
  EXPECT_FALSE(through(table).cursor);
  table = started({number(1)}, {number(9)});
  table.started = false;
  table.condition = "a = 1";
  EXPECT_FALSE(through(table).cursor);
  EXPECT_EQ(through(table).tables[0].condition, "(a = 1)");
}

}  // namespace
}  // namespace tidemark

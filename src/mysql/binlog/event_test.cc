// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/event.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

#include "mysql/binlog/golden_fixture.h"

namespace tidemark {
namespace {

struct EventSpec {
  EventType type;
  std::uint32_t end_log_pos = 100;
  std::uint16_t flags = 0;
  bool checksum = true;
};

std::string make_event(EventSpec spec, const std::string& body) {
  std::string out;
  append_le(out, std::uint32_t{1'700'000'000});
  out += static_cast<char>(spec.type);
  append_le(out, std::uint32_t{7});
  append_le(out,
            static_cast<std::uint32_t>(kEventHeaderSize + body.size() + (spec.checksum ? 4 : 0)));
  append_le(out, spec.end_log_pos);
  append_le(out, spec.flags);
  out += body;
  if (spec.checksum) {
    const Bytes bytes = as_bytes(out);
    append_le(out, static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size())));
  }
  return out;
}

std::string make_format(std::uint8_t algorithm, std::string version = "9.7.4") {
  std::string body;
  append_le(body, std::uint16_t{4});
  version.resize(50, '\0');
  body += version;
  append_le(body, std::uint32_t{0});
  body += '\x13';
  body += std::string(42, '\x08');
  body += static_cast<char>(algorithm);
  return make_event({.type = EventType::kFormatDescription}, body);
}

std::string rotate_body(const std::string& file) {
  std::string body;
  append_le(body, std::uint64_t{4});
  return body + file;
}

const EventSpec kFakeRotate{.type = EventType::kRotate, .end_log_pos = 0, .flags = kFlagArtificial};
const EventSpec kFakeRotatePlain{
    .type = EventType::kRotate, .end_log_pos = 0, .flags = kFlagArtificial, .checksum = false};

std::string rotate_file(EventParser& parser, const std::string& raw) {
  const Result<Event> event = parser.parse(as_bytes(raw));
  if (!event) return event.error().message();
  const Result<RotateEvent> rotate = parse_rotate(*event);
  return rotate ? std::string(rotate->file) : rotate.error().message();
}

TEST(EventParser, FirstFakeRotateFollowsTheSession) {
  EventParser with(true);
  EXPECT_EQ(rotate_file(with, make_event(kFakeRotate, rotate_body("binlog.000001"))),
            "binlog.000001");
  EXPECT_EQ(rotate_file(with, make_event(kFakeRotatePlain, rotate_body("binlog.000001"))),
            "ROTATE event: checksum does not match");
  EventParser without(false);
  EXPECT_EQ(rotate_file(without, make_event(kFakeRotatePlain, rotate_body("binlog.000001"))),
            "binlog.000001");
  EXPECT_EQ(rotate_file(without, make_event(kFakeRotate, rotate_body("binlog.000001"))),
            "binlog.000001");
}

TEST(EventParser, LaterFakeRotateIsReadInEitherForm) {
  EventParser parser(true);
  const std::string format = make_format(0);
  ASSERT_TRUE(parser.parse(as_bytes(format)));
  EXPECT_EQ(rotate_file(parser, make_event(kFakeRotatePlain, rotate_body("b.2"))), "b.2");
  EXPECT_EQ(rotate_file(parser, make_event(kFakeRotate, rotate_body("b.3"))), "b.3");
}

TEST(EventParser, AlgorithmOfTheFormatDescriptionRules) {
  std::string xid;
  append_le(xid, std::uint64_t{42});
  for (const bool checksums : {false, true}) {
    EventParser parser(true);
    const std::string format = make_format(checksums ? 1 : 0);
    ASSERT_TRUE(parser.parse(as_bytes(format)));
    EXPECT_EQ(parser.format().checksums, checksums);
    EXPECT_EQ(parser.format().server_version, "9.7.4");
    const std::string raw = make_event({.type = EventType::kXid, .checksum = checksums}, xid);
    const Result<Event> event = parser.parse(as_bytes(raw));
    ASSERT_TRUE(event) << event.error().text();
    EXPECT_EQ(event->body.size(), 8U);
    EXPECT_EQ(parse_xid(*event)->xid, 42U);
  }
}

TEST(EventParser, InUseFlagIsNotPartOfTheChecksum) {
  EventParser parser(true);
  std::string format = make_format(1);
  format[17] |= kFlagInUse;
  EXPECT_TRUE(parser.parse(as_bytes(format)));
  format[17] |= 4;
  EXPECT_FALSE(parser.parse(as_bytes(format)));
}

TEST(EventParser, RefusesEventsBeforeAFormatAndUnknownFormats) {
  EventParser parser(true);
  const std::string xid = make_event({.type = EventType::kXid}, std::string(8, '\0'));
  EXPECT_EQ(parser.parse(as_bytes(xid)).error().message(),
            "XID event: comes before the format description");
  const std::string odd = make_format(7);
  EXPECT_EQ(parser.parse(as_bytes(odd)).error().kind(), ErrorKind::kUnsupported);
  const std::string extra = xid + "x";
  EXPECT_EQ(parser.parse(as_bytes(extra)).error().kind(), ErrorKind::kCorrupt);
}

// Recorded events: MySQL 9.7.4 idle after COM_BINLOG_DUMP without and with flag 2.
TEST(Event, HeartbeatsOfBothVersions) {
  EventParser parser(true);
  ASSERT_TRUE(parser.parse(as_bytes(make_format(1))));
  for (const std::string_view hex :
       {"000000001b806923002400000031020000000062696e6c6f672e303030303031a8c57b21",
        "0000000029806923002c000000310200000000010d62696e6c6f672e3030303030310203fc310200e75ca4f"
        "3"}) {
    const std::string raw = golden::from_hex(hex);
    const auto heartbeat = parse_heartbeat(parser.parse(as_bytes(raw)).value());
    EXPECT_EQ(heartbeat->file, "binlog.000001");
    EXPECT_EQ(heartbeat->pos, 561U);
  }
}

// Made by hand: a file of more than 4 GiB is too large to record.
TEST(Event, AHeartbeatOfTheSecondVersionHasALargePosition) {
  std::string v2 =
      "\x01\x03"
      "b.1"
      "\x02\x09\xFE";
  append_le(v2, std::uint64_t{5'000'000'000});
  v2 += '\0';
  Event event{{.type = EventType::kHeartbeatV2}, as_bytes(v2)};
  EXPECT_EQ(parse_heartbeat(event)->file, "b.1");
  EXPECT_EQ(parse_heartbeat(event)->pos, 5'000'000'000U);
  event.body = event.body.first(8);
  EXPECT_FALSE(parse_heartbeat(event));
}

// Recorded: a statement on a MyISAM table that outgrew max_binlog_stmt_cache_size, on MySQL 9.7.4 and
// MariaDB 10.11.19.
TEST(Event, IncidentHasItsMessage) {
  EventParser parser(true);
  ASSERT_TRUE(parser.parse(as_bytes(make_format(1))));
  const auto message = [&](std::string_view hex) {
    const std::string raw = golden::from_hex(hex);
    const auto incident = parse_incident(parser.parse(as_bytes(raw)).value());
    EXPECT_EQ(incident->number, 1);
    return std::string(incident->message);
  };
  EXPECT_EQ(
      message("3c6f036b1a8069230057000000d502000000010100394e6f6e2d7472616e73616374696f6e616c2"
              "06368616e6765732077657265206e6f74207772697474656e20746f207468652062696e6c6f672e"
              "4aaa6d0d9b039a55"),
      "Non-transactional changes were not written to the binlog.")
      << "four bytes that no one knows stand behind it";
  EXPECT_EQ(
      message("416f036b1a09cec70039000000b9020000000001001f6572726f722077726974696e6720746f207"
              "468652062696e617279206c6f67a9e9c404"),
      "error writing to the binary log");
}

TEST(EventType, UndecodedChangesAreNeverIgnored) {
  for (const EventType type : {EventType::kWriteRowsOld, EventType::kMariaStartEncryption,
                               EventType::kIntvar, EventType::kExecuteLoadQuery}) {
    EXPECT_EQ(use_of(type, 0), EventUse::kUnsupported) << to_string(type);
    EXPECT_EQ(use_of(type, kFlagIgnorable), EventUse::kUnsupported) << to_string(type);
  }
  const auto aurora_padding = static_cast<EventType>(100);  // Aurora writes it, marked ignorable
  EXPECT_EQ(use_of(aurora_padding, kFlagIgnorable), EventUse::kIgnore);
  const auto unknown = static_cast<EventType>(99);
  EXPECT_EQ(use_of(unknown, 0), EventUse::kUnsupported);
  EXPECT_EQ(use_of(unknown, kFlagIgnorable), EventUse::kIgnore);
  EXPECT_EQ(use_of(EventType::kStop, 0), EventUse::kIgnore);
  for (const EventType type :
       {EventType::kWriteRows, EventType::kWriteRowsV1, EventType::kMariaDeleteRowsCompressedV1,
        EventType::kMariaUpdateRowsCompressed, EventType::kMariaGtid, EventType::kXaPrepare})
    EXPECT_EQ(use_of(type, 0), EventUse::kDecode) << to_string(type);
}

// The bodies of recorded events, by the statement they follow.
struct Recorded {
  std::vector<GtidEvent> gtids;
  std::vector<std::string> queries;
  std::vector<std::string> rows_queries;
  std::vector<RotateEvent> rotates;
  std::size_t xids = 0;
};

Recorded read_recorded(const std::string& name) {
  Recorded out;
  EventParser parser(true);
  std::string unpacked;
  static std::map<std::string, golden::Case> cases;  // what views point to
  const golden::Case& scenario =
      cases.try_emplace(name, golden::read_case("testdata/events/" + name + ".txt")).first->second;
  for (const golden::Item& item : scenario.items) {
    if (item.kind != golden::Item::Kind::kEvent) continue;
    const Result<Event> event = parser.parse(item.raw());
    EXPECT_TRUE(event);
    if (!event) continue;
    switch (event->header.type) {
      case EventType::kGtid:
      case EventType::kGtidTagged:
        out.gtids.push_back(parse_gtid(*event).value());
        break;
      case EventType::kQuery:
        out.queries.emplace_back(parse_query(*event, unpacked).value().sql);
        break;
      case EventType::kRowsQuery:
        out.rows_queries.emplace_back(parse_rows_query(*event).value().sql);
        break;
      case EventType::kRotate:
        out.rotates.push_back(parse_rotate(*event).value());
        break;
      case EventType::kXid:
        out.xids += parse_xid(*event).value().xid != 0;
        break;
      default:
        break;
    }
  }
  return out;
}

TEST(Event, RecordedGtidsPlainAndTagged) {
  const Recorded recorded = read_recorded("gtids");
  ASSERT_EQ(recorded.gtids.size(), 5U);
  const std::string uuid = "11111111-2222-3333-4444-555555555555";
  EXPECT_EQ(recorded.gtids[1].gtid.text(), uuid + ":9223372036854775806");
  EXPECT_EQ(recorded.gtids[2].gtid.text(), uuid + ":some_tag:77");
  EXPECT_EQ(recorded.gtids[3].gtid.text(), uuid + ":a:4611686018427387904");
  EXPECT_EQ(recorded.gtids[4].gtid.text(), uuid + ":12");
  for (const GtidEvent& gtid : recorded.gtids) {
    EXPECT_FALSE(gtid.anonymous);
    EXPECT_GT(gtid.transaction_length, 100U);
    EXPECT_LT(gtid.transaction_length, 2000U);
    EXPECT_GT(gtid.immediate_commit_us, 1'700'000'000'000'000);
    EXPECT_LT(gtid.last_committed, gtid.sequence_number);
  }
  EXPECT_EQ(recorded.gtids[2].original_commit_us, recorded.gtids[2].immediate_commit_us);
  EXPECT_EQ(recorded.gtids[3].original_commit_us, 1'700'000'000'123'456);
  EXPECT_EQ(recorded.gtids[4].original_commit_us, recorded.gtids[4].immediate_commit_us);
  ASSERT_EQ(recorded.rotates.size(), 1U);
  EXPECT_TRUE(recorded.rotates[0].file.starts_with("binlog."));
  EXPECT_EQ(recorded.rotates[0].pos, 4U);
  EXPECT_FALSE(recorded.rotates[0].fake);
}

TEST(Event, RecordedStatementsAndTheirRowsQueries) {
  const Recorded recorded = read_recorded("statements");
  ASSERT_EQ(recorded.queries.size(), 3U);
  EXPECT_EQ(recorded.queries[0], "CREATE TABLE t (id int PRIMARY KEY, v varchar(5))");
  EXPECT_EQ(recorded.queries[1], "BEGIN");
  EXPECT_EQ(recorded.queries[2], "TRUNCATE TABLE t");
  ASSERT_EQ(recorded.rows_queries.size(), 1U);
  EXPECT_EQ(recorded.rows_queries[0], "INSERT INTO t VALUES (1, 'one')");
  EXPECT_EQ(recorded.xids, 1U);
}

}  // namespace
}  // namespace tidemark

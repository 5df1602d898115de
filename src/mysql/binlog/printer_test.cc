// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mysql/binlog/golden_fixture.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

// What is printed for a recorded case; every event of it has to be readable.
std::string print_path(const std::filesystem::path& path) {
  const golden::Case scenario = golden::read_case(path);
  EventParser parser(true);
  PrintState state;
  state.file = "binlog.000001";
  std::string out;
  for (const golden::Item& item : scenario.items) {
    if (item.kind != golden::Item::Kind::kEvent) continue;
    const Result<Event> event = parser.parse(item.raw());
    EXPECT_TRUE(event) << event.error().text();
    if (!event) continue;
    const Status printed = print_event(*event, parser.format(), state, out);
    EXPECT_TRUE(printed) << printed.error().text();
  }
  return out;
}

std::string print_case(const std::string& name) {
  return print_path(std::filesystem::path("testdata/events/" + name + ".txt"));
}

TEST(Printer, PrintsOneLineAnEventAndOneARow) {
  const std::string out = print_case("statements");
  EXPECT_THAT(out, HasSubstr(" BEGIN\n"));
  EXPECT_THAT(out, HasSubstr("WRITE_ROWS golden.t\n  + {\"id\": 1, \"v\": \"one\"}\n"));
  EXPECT_THAT(out, HasSubstr(" ROWS_QUERY INSERT INTO t VALUES (1, 'one')\n"));
  EXPECT_THAT(out, HasSubstr(" TRUNCATE TABLE t\n"));
}

TEST(Printer, ReadsEveryRecordedEvent) {
  for (const auto& path : golden::case_paths()) {
    SCOPED_TRACE(path.stem().string());
    const std::string out = print_path(path);
    EXPECT_EQ(out.find("not decoded"), std::string::npos);
    EXPECT_EQ(out.find("unknown table"), std::string::npos);
  }
}

TEST(Printer, MariaDbsOwnEvents) {
  const std::string out = print_case("mariadb_rows");
  EXPECT_THAT(out, HasSubstr(" MARIADB_GTID_LIST 0-7-"));
  EXPECT_THAT(out, HasSubstr(" MARIADB_BINLOG_CHECKPOINT binlog.0"));
  EXPECT_THAT(out, testing::ContainsRegex(" MARIADB_GTID 0-7-[0-9]+ standalone ddl\n"));
  EXPECT_THAT(out, testing::ContainsRegex(" MARIADB_GTID 0-7-[0-9]+\n"));
  EXPECT_THAT(out, HasSubstr(" MARIADB_ANNOTATE_ROWS INSERT INTO t (id, v) VALUES (3, 'three')\n"));
  EXPECT_THAT(out, HasSubstr(" WRITE_ROWS_V1 golden.t\n  + {\"id\": 3, \"v\": \"three\", "));
  EXPECT_THAT(out, HasSubstr(" DELETE_ROWS_V1 golden.t\n  - {\"id\": 1, "));
}

TEST(Printer, MariaDbsCompressedEvents) {
  const std::string out = print_case("mariadb_compressed");
  EXPECT_THAT(out, testing::ContainsRegex("MARIADB_QUERY_COMPRESSED .* CREATE TABLE t [(]id int"));
  EXPECT_THAT(out,
              HasSubstr(" MARIADB_WRITE_ROWS_COMPRESSED_V1 golden.t\n  + {\"id\": 1, \"v\": \"" +
                        std::string(300, 'a')));
  EXPECT_THAT(out, HasSubstr(" MARIADB_UPDATE_ROWS_COMPRESSED_V1 golden.t\n  - {\"id\": 1, "));
  EXPECT_THAT(out, HasSubstr(" MARIADB_DELETE_ROWS_COMPRESSED_V1 golden.t\n  - {\"id\": 1, "));
}

TEST(Printer, EventsOfACompressedTransactionStandAtItsPlace) {
  const std::string out = print_case("compressed");
  const std::size_t line = out.find(" TRANSACTION_PAYLOAD zstd bytes=");
  ASSERT_NE(line, std::string::npos);
  const std::size_t start = out.rfind('\n', line) + 1;
  const std::string place = out.substr(start, out.find(' ', start) - start);
  EXPECT_THAT(out,
              testing::ContainsRegex("\n" + place + " [^ ]+ QUERY thread=[0-9]+ db=golden BEGIN"));
  EXPECT_THAT(out, HasSubstr(" ROWS_QUERY DELETE FROM t WHERE id = 3\n"));
  EXPECT_THAT(out,
              HasSubstr(" DELETE_ROWS golden.t\n  - {\"id\": 3, \"v\": null, \"b\": \"0x\"}\n"));
}

TEST(Printer, XaOfBothServers) {
  const std::string xid = "X'6272616e6368',X'71',3";
  const std::string mysql = print_case("xa");
  EXPECT_THAT(mysql, HasSubstr(" XA START " + xid + "\n"));
  EXPECT_THAT(mysql, HasSubstr(" XA_PREPARE " + xid + "\n"));
  EXPECT_THAT(mysql, HasSubstr(" XA_PREPARE X'6f6e65',X'',1 one phase\n"));
  const std::string mariadb = print_case("mariadb_xa");
  EXPECT_THAT(mariadb, testing::ContainsRegex(" MARIADB_GTID 0-7-[0-9]+ xa prepare X'"));
  EXPECT_THAT(mariadb, HasSubstr(" xa complete " + xid + "\n"));
  EXPECT_THAT(mariadb, HasSubstr(" XA_PREPARE " + xid + "\n"));
}

}  // namespace
}  // namespace tidemark

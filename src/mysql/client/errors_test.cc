// SPDX-License-Identifier: Apache-2.0
// Server texts are those of MySQL 9.7, as seen on the wire.
#include "mysql/client/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ServerSettings settings() {
  ServerSettings out;
  out.host = "db.example";
  out.port = 3307;
  out.user = "cdc";
  out.password = "hunter2";
  out.server_id = 4711;
  return out;
}

Error statement(unsigned number, std::string_view text) {
  return map_error(settings(), ErrorPhase::kStatement, number, text);
}
Error login(unsigned number, std::string_view text) {
  return map_error(settings(), ErrorPhase::kConnect, number, text);
}

TEST(Errors, NamesUserHostAndPortAndNeverThePassword) {
  const Error error = login(1045, "Access denied for user 'cdc'@'10.0.0.1' (using password: YES)");
  EXPECT_EQ(error.kind(), ErrorKind::kServer);
  EXPECT_THAT(error.message(), HasSubstr("cdc@db.example:3307"));
  EXPECT_THAT(error.remedy(), HasSubstr("database.password"));
  EXPECT_THAT(error.remedy(), HasSubstr("'cdc'@'10.0.0.1'"));
  EXPECT_THAT(error.text(), Not(HasSubstr("hunter2")));
}

TEST(Errors, LostAndOverloadedServersAreRetried) {
  for (const unsigned number :
       {2002U, 2003U, 2005U, 2006U, 2013U, 1040U, 1053U, 1205U, 1213U, 1317U})
    EXPECT_EQ(statement(number, "x").kind(), ErrorKind::kRetryable) << number;
}

TEST(Errors, NumbersWithoutARuleAreFinal) {
  const Error error = statement(1105, "Unknown error");
  EXPECT_EQ(error.kind(), ErrorKind::kServer);
  EXPECT_THAT(error.message(), HasSubstr("Unknown error (error 1105)"));
}

TEST(Errors, ARefusedConnectionAsksForHostAndPort) {
  const Error error = login(2002, "Can't connect to server on 'db.example' (115)");
  EXPECT_THAT(error.remedy(), HasSubstr("database.hostname (db.example)"));
  EXPECT_THAT(error.remedy(), HasSubstr("database.port (3307)"));
  // The same number, whose rule has no advice of its own, in mid-statement.
  EXPECT_THAT(login(2013, "Lost connection").remedy(), HasSubstr("database.hostname"));
  EXPECT_THAT(statement(2013, "Lost connection").remedy(), Not(HasSubstr("database.hostname")));
}

TEST(Errors, TextsThatQuoteRowsOrStatementsAreNotPassedOn) {
  EXPECT_THAT(statement(1062, "Duplicate entry 'secret@mail' for key 'PRIMARY'").text(),
              Not(HasSubstr("secret")));
  EXPECT_THAT(statement(1064, "You have an error in your SQL syntax near 'secret'").text(),
              Not(HasSubstr("secret")));
  EXPECT_THAT(statement(1366, "Incorrect integer value: 'secret'").message(),
              HasSubstr("error 1366"));
}

TEST(Errors, NamesTheGrantThatIsMissing) {
  EXPECT_EQ(missing_grant(1227,
                          "Access denied; you need (at least one of) the SUPER, REPLICATION CLIENT "
                          "privilege(s) for this operation",
                          "cdc"),
            "GRANT REPLICATION CLIENT ON *.* TO 'cdc'@'%'");
  EXPECT_EQ(missing_grant(1227,
                          "Access denied; you need (at least one of) the RELOAD or FLUSH_TABLES "
                          "privilege(s) for this operation",
                          "cdc"),
            "GRANT RELOAD ON *.* TO 'cdc'@'%'");
  EXPECT_EQ(
      missing_grant(1142, "SELECT command denied to user 'cdc'@'h' for table 'orders'", "cdc"),
      "GRANT SELECT ON <database>.`orders` TO 'cdc'@'h'");
  EXPECT_EQ(missing_grant(1044, "Access denied for user 'cdc'@'h' to database 'shop'", "cdc"),
            "GRANT SELECT ON `shop`.* TO 'cdc'@'h'");
}

TEST(Errors, ADenialInAnotherFormPointsToShowGrants) {
  EXPECT_EQ(missing_grant(1227, "something else", "cdc"), "");
  EXPECT_EQ(missing_grant(1142, "command denied", "cdc"), "");
  EXPECT_EQ(missing_grant(1044, "", "cdc"), "");
  EXPECT_THAT(statement(1142, "odd").remedy(), HasSubstr("SHOW GRANTS FOR 'cdc'@'%'"));
}

TEST(Errors, ReadsTheAccountAsTheServerNamesIt) {
  EXPECT_EQ(account_in("for user 'a'@'%.x' (", "cdc"), "'a'@'%.x'");
  EXPECT_EQ(account_in("no account", "cdc"), "'cdc'@'%'");
  EXPECT_EQ(account_in("'@'", "cdc"), "'cdc'@'%'");
  EXPECT_EQ(account_in("x'@'y", "cdc"), "'cdc'@'%'");
}

TEST(Errors, ADenialOfTheDumpAsksForReplicationSlave) {
  const Error error = map_error(settings(), ErrorPhase::kDump, 1045,
                                "Access denied for user 'cdc'@'%' (using password: YES)");
  EXPECT_EQ(error.remedy(), "GRANT REPLICATION SLAVE ON *.* TO 'cdc'@'%'");
}

TEST(Errors, TellsABadCertificateFromABrokenConnection) {
  const std::string_view untrusted = "TLS/SSL error: self-signed certificate in certificate chain";
  EXPECT_EQ(login(2026, untrusted).kind(), ErrorKind::kServer);
  EXPECT_EQ(login(2026, "TLS/SSL error: unexpected eof while reading").kind(),
            ErrorKind::kRetryable);
  EXPECT_EQ(login(2026, "TLS/SSL error: No such file or directory (2)").kind(),
            ErrorKind::kRejected);
  EXPECT_THAT(login(2026, "TLS/SSL error: Validation of SSL server certificate failed").remedy(),
              HasSubstr("not for db.example"));
  // Once connected, TLS can only break.
  EXPECT_EQ(statement(2026, "TLS/SSL error: Connection timed out (110)").kind(),
            ErrorKind::kRetryable);
}

TEST(DumpErrors, APurgedLogIsAPositionLost) {
  for (const std::string_view text :
       {"Cannot replicate because the source purged required binary logs. Replicate the missing",
        "Could not find first log file name in binary log index file",
        "Client requested source to start replication from position > file size",
        "Replica has more GTIDs than the source has, using the source's SERVER_UUID.",
        "log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source",
        // MariaDB 10.11
        "Error: connecting slave requested to start from GTID 0-1-99, which is not in the master's "
        "binlog",
        "Could not find GTID state requested by slave in any binlog files. Probably the slave "
        "state is too old and required binlog files have been purged."}) {
    const Error error = map_dump_error(settings(), text);
    EXPECT_EQ(error.kind(), ErrorKind::kPositionLost) << text;
    EXPECT_THAT(error.remedy(), HasSubstr("snapshot")) << text;
  }
}

TEST(DumpErrors, BeingThrownOffIsAConflictThatNamesOurId) {
  const Error error = map_error(
      settings(), ErrorPhase::kDump, 1236,
      "A replica with the same server_uuid/server_id as this replica has connected to the source;");
  EXPECT_EQ(error.kind(), ErrorKind::kConflict);
  EXPECT_THAT(error.message(), HasSubstr("4711"));
}

TEST(DumpErrors, AnUnknownTextIsFinal) {
  EXPECT_EQ(map_dump_error(settings(), "Something new").kind(), ErrorKind::kServer);
}

TEST(Errors, AsksAgainWhereTheBinlogWasTakenFromUnderADump) {
  for (const std::string_view text : {"could not find next log; the first event '' at 4",
                                      "I/O error reading log event; the first"}) {
    const Error error = map_error(settings(), ErrorPhase::kDump, 1236, text);
    EXPECT_EQ(error.kind(), ErrorKind::kRetryable) << text;
    EXPECT_FALSE(error.remedy().empty());
  }
}

}  // namespace
}  // namespace tidemark

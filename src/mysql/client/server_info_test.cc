// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/server_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kSource = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

ServerInfo good() {
  ServerInfo info;
  info.server_id = 1;
  info.log_bin = true;
  info.binlog_format = "ROW";
  info.binlog_row_image = "FULL";
  info.binlog_order_commits = "ON";
  info.binlog_transaction_compression = "OFF";
  return info;
}

std::vector<std::string> remedies(const ServerInfo& info) {
  std::vector<std::string> out;
  for (const Error& error : check_for_streaming(info)) {
    EXPECT_EQ(error.kind(), ErrorKind::kServer);
    out.push_back(error.remedy());
  }
  return out;
}

GtidSet gtids(std::string_view intervals) {
  return *GtidSet::parse(std::string(kSource) + ":" + std::string(intervals));
}

TEST(ServerInfo, AGoodServerPasses) {
  EXPECT_THAT(remedies(good()), IsEmpty());
  ServerInfo old = good();  // a version without these variables
  old.binlog_order_commits.clear();
  old.binlog_transaction_compression = "ON";
  old.binlog_row_value_options = "PARTIAL_JSON";
  old.binlog_row_image = "FULL_NODUP";
  EXPECT_THAT(remedies(old), IsEmpty());
  old.binlog_row_image = "NOBLOB";
  EXPECT_THAT(remedies(old), IsEmpty());
}

TEST(ServerInfo, EachWrongSettingIsNamedWithWhatMendsIt) {
  ServerInfo info = good();
  info.server_id = 0;
  info.binlog_format = "MIXED";
  info.binlog_row_image = "MINIMAL";
  info.binlog_order_commits = "OFF";
  EXPECT_THAT(
      remedies(info),
      ElementsAre(HasSubstr("server_id = 1"), HasSubstr("SET PERSIST binlog_format = 'ROW'"),
                  HasSubstr("binlog_row_image = 'FULL'"), HasSubstr("binlog_order_commits = ON")));
  info.is_mariadb = true;
  EXPECT_THAT(remedies(info)[1], HasSubstr("SET GLOBAL binlog_format"));
  info.is_mariadb = false;
  info.version = "5.7.44-log";  // knows no SET PERSIST
  EXPECT_THAT(remedies(info)[1], HasSubstr("SET GLOBAL binlog_format"));
}

// Made by hand from Amazon's documentation: these servers cannot be run here.
TEST(ServerInfo, AnAuroraReaderIsSentToItsWriter) {
  ServerInfo info;
  info.version = "8.0.39";
  info.aurora_version = "3.08.0";
  info.basedir = "/rdsdbbin/oscar-8.0.mysql_aurora.3.08.0/";
  info.innodb_read_only = "ON";
  EXPECT_THAT(remedies(info), ElementsAre(HasSubstr("writer endpoint")));
  info.innodb_read_only = "OFF";
  EXPECT_THAT(remedies(info), ElementsAre(HasSubstr("DB cluster parameter group")));
}

TEST(ServerInfo, OnRdsSettingsLieInAParameterGroup) {
  ServerInfo info = good();
  info.version = "8.0.40";
  info.basedir = "/rdsdbbin/mysql-8.0.40.R2/";
  info.binlog_format = "MIXED";
  EXPECT_TRUE(info.is_managed());
  EXPECT_FALSE(info.is_aurora());
  EXPECT_THAT(remedies(info),
              ElementsAre(AllOf(HasSubstr("DB parameter group"), Not(HasSubstr("SET ")))));
  info.log_bin = false;
  EXPECT_THAT(remedies(info), ElementsAre(HasSubstr("automated backups")));
}

TEST(ServerInfo, WithoutABinlogNothingElseMatters) {
  ServerInfo info;
  EXPECT_THAT(remedies(info), ElementsAre(HasSubstr("log_bin")));
}

TEST(Position, IsAvailableWhileAllPurgedGtidsAreDone) {
  EXPECT_TRUE(check_gtids_available(gtids("1-10"), gtids("1-10"), "x"));
  EXPECT_TRUE(check_gtids_available(GtidSet(), GtidSet(), "x"));
  const auto lost = check_gtids_available(gtids("1-5"), gtids("1-8"), "cdc@db:3306");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind(), ErrorKind::kPositionLost);
  EXPECT_THAT(lost.error().message(), HasSubstr(std::string(kSource) + ":6-8"));
  EXPECT_FALSE(lost.error().remedy().empty());
}

TEST(ServerInfo, RefusesAServerWithAnotherHistory) {
  EXPECT_TRUE(check_same_history(gtids("1-5"), gtids("1-8"), "x"));
  EXPECT_TRUE(check_same_history(GtidSet(), gtids("1-8"), "x"));
  const auto other = check_same_history(gtids("1-9"), gtids("1-8"), "cdc@db:3306");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind(), ErrorKind::kPositionLost);
  EXPECT_NE(other.error().message().find(":9-9"), std::string::npos);
}

TEST(Position, OfAMariaDbNamesTheRangesThatAreMissing) {
  const auto done = *MariaGtidPosition::parse("0-1-13");
  const auto lost = check_maria_available(done, *parse_maria_gtids("0-1-27"), "cdc@db:3306");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind(), ErrorKind::kPositionLost);
  EXPECT_THAT(lost.error().message(), HasSubstr("domain 0: 14 to 27"));
  const auto unknown = check_maria_history(done, *parse_maria_gtids("0-1-9"), "cdc@db:3306");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind(), ErrorKind::kPositionLost);
  EXPECT_THAT(unknown.error().message(), HasSubstr("domain 0: 10 to 13"));
  EXPECT_TRUE(check_maria_available(done, {}, "x"));
  EXPECT_TRUE(check_maria_history(done, *parse_maria_gtids("0-1-13"), "x"));
}

TEST(Position, OfOneKindOfServerDoesNotHoldOnTheOther) {
  Offset maria;
  maria.maria_gtids = *MariaGtidPosition::parse("0-1-13");
  Offset mysql;
  mysql.gtid_mode = true;
  mysql.gtids = gtids("1-3");
  EXPECT_TRUE(check_same_kind(maria, true, "x"));
  EXPECT_TRUE(check_same_kind(mysql, false, "x"));
  EXPECT_TRUE(check_same_kind(Offset(), true, "x"));
  const auto wrong = check_same_kind(maria, false, "cdc@db:3306");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind(), ErrorKind::kPositionLost);
  EXPECT_THAT(wrong.error().message(), HasSubstr("0-1-13"));
  EXPECT_FALSE(check_same_kind(mysql, true, "x"));
}

TEST(Position, IsAvailableWhileItsFileIsListedAndLongEnough) {
  const std::vector<BinlogFileInfo> files{{"binlog.000007", 100}, {"binlog.000008", 50}};
  EXPECT_TRUE(check_file_available({"binlog.000008", 50}, files, "x"));
  const auto purged = check_file_available({"binlog.000006", 4}, files, "x");
  ASSERT_FALSE(purged);
  EXPECT_EQ(purged.error().kind(), ErrorKind::kPositionLost);
  EXPECT_THAT(purged.error().message(), HasSubstr("binlog.000007 to binlog.000008"));
  const auto beyond = check_file_available({"binlog.000008", 51}, files, "x");
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().kind(), ErrorKind::kPositionLost);
  EXPECT_FALSE(check_file_available({"binlog.000006", 4}, {}, "x"));
}

TEST(Grants, AllPrivilegesSuffice) {
  EXPECT_THAT(missing_grants({"GRANT ALL PRIVILEGES ON *.* TO `root`@`%` WITH GRANT OPTION"},
                             {.lock = true}, "'root'@'%'"),
              IsEmpty());
}

TEST(Grants, NamesEachMissingStatement) {
  EXPECT_THAT(missing_grants({"GRANT USAGE ON *.* TO `u`@`%`"}, {.lock = true}, "'u'@'%'"),
              ElementsAre("GRANT REPLICATION SLAVE ON *.* TO 'u'@'%'",
                          "GRANT REPLICATION CLIENT ON *.* TO 'u'@'%'",
                          "GRANT SELECT ON *.* TO 'u'@'%'", "GRANT RELOAD ON *.* TO 'u'@'%'"));
  EXPECT_THAT(missing_grants({}, {.stream = false, .read = false}, "'u'@'%'"), IsEmpty());
}

TEST(Grants, ReadsGlobalAndNarrowLines) {
  const std::vector<std::string> lines{
      "GRANT RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `u`@`%`",
      "GRANT `role`@`%` TO `u`@`%`", "GRANT SELECT, INSERT ON `shop`.* TO `u`@`%`"};
  EXPECT_THAT(missing_grants(lines, {.lock = true}, "'u'@'%'"), IsEmpty());
  EXPECT_THAT(missing_grants({"GRANT SELECT (`a`, `b`), INSERT (`a`) ON `s`.`t` TO `u`@`%`"},
                             {.stream = false}, "'u'@'%'"),
              IsEmpty());
}

TEST(Grants, AllOnOneDatabaseIsNotGlobal) {
  EXPECT_THAT(missing_grants({"GRANT ALL PRIVILEGES ON `shop`.* TO `u`@`%`"}, {}, "'u'@'%'"),
              ElementsAre(HasSubstr("REPLICATION SLAVE"), HasSubstr("REPLICATION CLIENT")));
}

TEST(Grants, KnowsOtherNamesForTheSame) {
  EXPECT_THAT(missing_grants({"GRANT SELECT, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO `u`@`%`",
                              "GRANT FLUSH_TABLES ON *.* TO `u`@`%`"},
                             {.lock = true}, "'u'@'%'"),
              IsEmpty());
}

}  // namespace
}  // namespace tidemark

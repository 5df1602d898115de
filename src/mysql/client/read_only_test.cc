// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/read_only.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ReadOnlyFacts good_replica() {
  ReadOnlyFacts facts;
  facts.server.version = "8.4.2";
  facts.server.gtid_mode = "ON";
  facts.enforce_gtid_consistency = "ON";
  facts.is_replica = true;
  facts.log_replica_updates = "ON";
  facts.replica_preserve_commit_order = "ON";
  facts.replica_parallel_workers = 4;
  return facts;
}

// Each error with its remedy.
std::vector<std::string> said(const ReadOnlyFacts& facts) {
  std::vector<std::string> out;
  for (const Error& error : check_read_only(facts))
    out.push_back(error.message() + " -> " + error.remedy());
  return out;
}

TEST(ReadOnlyFacts, OfAGoodReplicaHaveNothingAgainstThem) {
  EXPECT_THAT(said(good_replica()), IsEmpty());
}

TEST(ReadOnlyFacts, NameEachSettingItsValueTheOneNeededAndHowToSetIt) {
  ReadOnlyFacts facts = good_replica();
  facts.server.gtid_mode = "ON_PERMISSIVE";
  facts.enforce_gtid_consistency = "WARN";
  facts.log_replica_updates = "OFF";
  facts.replica_preserve_commit_order = "OFF";
  EXPECT_THAT(
      said(facts),
      ElementsAre(
          AllOf(HasSubstr("gtid_mode is ON_PERMISSIVE, and read.only=true needs ON"),
                HasSubstr("OFF_PERMISSIVE, ON_PERMISSIVE, and ON")),
          AllOf(HasSubstr("enforce_gtid_consistency is WARN"),
                HasSubstr("SET PERSIST enforce_gtid_consistency = ON")),
          AllOf(HasSubstr("log_replica_updates is OFF"), HasSubstr("option file")),
          AllOf(HasSubstr("replica_preserve_commit_order is OFF"), HasSubstr("4 parallel workers"),
                HasSubstr("STOP REPLICA SQL_THREAD; SET PERSIST "
                          "replica_preserve_commit_order = ON; START REPLICA"))));
}

TEST(ReadOnlyFacts, AskNothingOfAReplicaWhereThereIsNone) {
  ReadOnlyFacts facts = good_replica();
  facts.log_replica_updates = facts.replica_preserve_commit_order = "OFF";
  facts.is_replica = false;
  EXPECT_THAT(said(facts), IsEmpty());
}

TEST(ReadOnlyFacts, LetOneWorkerCommitAsItLikes) {
  ReadOnlyFacts facts = good_replica();
  facts.replica_preserve_commit_order = "OFF";
  facts.replica_parallel_workers = 1;
  EXPECT_THAT(said(facts), IsEmpty());
}

TEST(ReadOnlyFacts, UseTheNamesThatTheServerKnows) {
  ReadOnlyFacts facts = good_replica();
  facts.server.version = "5.7.44-log";
  facts.old_names = true;
  facts.log_replica_updates = facts.replica_preserve_commit_order = "OFF";
  EXPECT_THAT(said(facts),
              ElementsAre(HasSubstr("log_slave_updates is OFF"),
                          AllOf(HasSubstr("slave_preserve_commit_order is OFF"),
                                HasSubstr("STOP SLAVE SQL_THREAD"), Not(HasSubstr("PERSIST")))));
}

TEST(ReadOnlyFacts, PointToTheParameterGroupOfAManagedServer) {
  ReadOnlyFacts facts = good_replica();
  facts.server.basedir = "/rdsdbbin/oscar-8.0.mysql_aurora.3.08.0/";
  facts.server.aurora_version = "3.08.0";
  facts.server.gtid_mode = "OFF_PERMISSIVE";
  facts.replica_preserve_commit_order = "OFF";
  EXPECT_THAT(said(facts),
              ElementsAre(AllOf(HasSubstr("gtid-mode = ON in the DB cluster parameter group"),
                                HasSubstr("reboot")),
                          AllOf(HasSubstr("replica_preserve_commit_order = ON in the DB cluster"),
                                Not(HasSubstr("STOP")))));
}

TEST(ReadOnlyFacts, OfMariaDbNeedTheLogAlone) {
  ReadOnlyFacts facts;
  facts.server.is_mariadb = true;
  facts.server.version = "10.11.6-MariaDB";
  facts.is_replica = facts.old_names = true;
  facts.log_replica_updates = "ON";
  facts.replica_parallel_workers = 8;
  EXPECT_THAT(said(facts), IsEmpty());
  facts.log_replica_updates = "OFF";
  EXPECT_THAT(said(facts), ElementsAre(HasSubstr("log_slave_updates is OFF")));
}

}  // namespace
}  // namespace tidemark

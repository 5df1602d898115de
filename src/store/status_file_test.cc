// SPDX-License-Identifier: Apache-2.0
#include "store/status_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"

namespace tidemark {
namespace {

class StatusFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + "tidemark_status_" + std::to_string(::getpid());
  const std::string path_ = folder_ + "/o.json";
};

TEST_F(StatusFile, ReadsBackEveryField) {
  StatusReport report;
  report.connector = "c";
  report.topic_prefix = "p";
  report.pid = 42;
  report.host = "h";
  report.state = "reconnecting";
  report.reason = "link lost";
  report.position = {"binlog.000001", 77};
  report.gtids = "g";
  report.lag_ms = -3;
  report.last_event_ms = 5;
  report.records = 6;
  report.snapshots.push_back({"incremental", "a.b", "s", "running", 7, 8, 87.5, 1234.25, 9});
  report.snapshots.push_back({"initial", "a.c", "", "waiting", 0, 0, {}, {}, {}});
  report.verdicts.push_back({"s", "log", false, "no", 10});
  report.outcomes.push_back({"s", "a.b", "FAILED", "why", 11, 12});
  report.started_ms = 13;
  report.updated_ms = 14;
  ASSERT_TRUE(write_status_file(path_, report));
  const auto read = read_status_file(path_);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->value(), report);
  ASSERT_TRUE(write_status_file(path_, StatusReport{}));
  EXPECT_EQ(read_status_file(path_)->value(), StatusReport{});
}

TEST_F(StatusFile, TellsAbsenceFromGarbage) {
  EXPECT_FALSE(read_status_file(path_)->has_value());
  for (const char* text : {"", "{", "[]", R"({"connector": 5})"}) {
    ASSERT_TRUE(replace_file(status_path(path_), text, Durability::kNone));
    const auto read = read_status_file(path_);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind(), ErrorKind::kCorrupt);
  }
}

}  // namespace
}  // namespace tidemark

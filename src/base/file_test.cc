// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace tidemark {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string at(const std::string& name) const { return folder_ + "/" + name; }

  const std::string folder_ = testing::TempDir() + "tidemark_file_" + std::to_string(::getpid());
};

TEST_F(File, ReadsBackWhatItReplaced) {
  for (const Durability durability : {Durability::kNone, Durability::kSynced}) {
    ASSERT_TRUE(replace_file(at("f"), "one", durability));
    ASSERT_TRUE(replace_file(at("f"), "two", durability));
    const auto content = read_file(at("f"), 100);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->value(), "two");
    EXPECT_FALSE(std::filesystem::exists(at("f.tmp")));
  }
}

TEST_F(File, TellsAbsenceFromFailure) {
  const auto absent = read_file(at("none"), 100);
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->has_value());
  const auto folder = read_file(folder_, 100);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind(), ErrorKind::kStorage);
  EXPECT_TRUE(remove_file(at("none")));
}

TEST_F(File, BoundsWhatItReads) {
  ASSERT_TRUE(replace_file(at("f"), std::string(101, 'x'), Durability::kNone));
  EXPECT_TRUE(read_file(at("f"), 101));
  EXPECT_FALSE(read_file(at("f"), 100));
}

TEST_F(File, SaysHowToMendAMissingFolder) {
  const Status status = replace_file(at("no/f"), "x", Durability::kNone);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().remedy(), "create the folder: mkdir -p " + at("no"));
}

TEST_F(File, LeavesTheOldContentWhenItCannotReplace) {
  std::filesystem::create_directories(at("target/in_the_way"));
  const Status status = replace_file(at("target"), "x", Durability::kSynced);
  ASSERT_FALSE(status);
  EXPECT_FALSE(std::filesystem::exists(at("target.tmp")));
  EXPECT_TRUE(std::filesystem::is_directory(at("target")));
}

TEST(FileErrors, SayHowManyBytesAFullDiskLacks) {
  const UniqueFd full(::open("/dev/full", O_WRONLY));
  ASSERT_TRUE(full.valid());
  const WriteOutcome outcome = write_all(full.get(), "abc");
  EXPECT_EQ(outcome.error_number, ENOSPC);
  EXPECT_EQ(outcome.written, 0u);
  const Error error = storage_error("write 3 bytes to", "/x/y", ENOSPC);
  EXPECT_EQ(error.message(), "cannot write 3 bytes to /x/y: No space left on device");
  EXPECT_NE(error.remedy().find("free space on the file system of /x/y"), std::string::npos);
}

TEST(FileErrors, FindTheFolderOfAPath) {
  EXPECT_EQ(folder_of("a"), ".");
  EXPECT_EQ(folder_of("/a"), "/");
  EXPECT_EQ(folder_of("/a/b"), "/a");
  EXPECT_EQ(folder_of("a/b"), "a");
}

}  // namespace
}  // namespace tidemark

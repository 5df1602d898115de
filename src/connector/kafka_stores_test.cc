// SPDX-License-Identifier: Apache-2.0
#include "connector/kafka_stores.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tidemark {
namespace {

class DataFolder : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Status make(const std::string& offset_path) const {
    Settings settings;
    settings.offset.path = folder_ + "/" + offset_path;
    return make_data_folder(settings);
  }

  const std::string folder_ =
      testing::TempDir() + "tidemark_data_folder_" + std::to_string(::getpid());
};

TEST_F(DataFolder, IsMadeWithThoseAboveIt) {
  ASSERT_TRUE(make("a/b/offsets"));
  EXPECT_TRUE(std::filesystem::is_directory(folder_ + "/a/b"));
  EXPECT_TRUE(make("a/b/offsets")) << "it is there already";
}

TEST_F(DataFolder, SaysWhereAFileStandsInTheWay) {
  std::ofstream(folder_ + "/a") << "x";
  const Status made = make("a/b/offsets");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(made.error().message().find("cannot make the folder " + folder_ + "/a/b"),
            std::string::npos);
  EXPECT_NE(made.error().remedy().find("is a file"), std::string::npos);
}

}  // namespace
}  // namespace tidemark

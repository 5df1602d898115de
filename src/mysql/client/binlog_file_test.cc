// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/binlog_file.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace tidemark {
namespace {

std::string event_of(std::uint32_t size) {
  std::string out(9, 'h');
  append_le(out, size);
  out.append(size - out.size(), 'b');
  return out;
}

class BinlogFileTest : public testing::Test {
 protected:
  ~BinlogFileTest() override { std::remove(path_.c_str()); }
  const std::string& write(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }
  const std::string magic_ =
      "\xFE"
      "bin";
  const std::string path_ =
      testing::TempDir() + "tidemark_binlog_file_test." + std::to_string(getpid());
};

TEST_F(BinlogFileTest, GivesEventsOneByOneWithTheirPlaces) {
  auto file = BinlogFile::open(write(magic_ + event_of(19) + event_of(3'000'000) + event_of(25)));
  ASSERT_TRUE(file);
  const std::size_t sizes[] = {19, 3'000'000, 25};
  const std::size_t starts[] = {4, 23, 3'000'023};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto event = (*file)->next();
    ASSERT_TRUE(event && *event);
    EXPECT_EQ((*event)->size(), sizes[i]);
    EXPECT_EQ((*file)->event_start(), starts[i]);
    EXPECT_EQ(as_text(**event).back(), 'b');
  }
  const auto end = (*file)->next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST_F(BinlogFileTest, RefusesWhatIsNoBinlog) {
  EXPECT_EQ(BinlogFile::open(path_ + ".missing").error().kind(), ErrorKind::kStorage);
  EXPECT_EQ(BinlogFile::open(write("")).error().kind(), ErrorKind::kRejected);
  EXPECT_EQ(BinlogFile::open(write("plain text")).error().kind(), ErrorKind::kRejected);
  const auto encrypted =
      BinlogFile::open(write("\xFD"
                             "bin....."));
  ASSERT_FALSE(encrypted);
  EXPECT_NE(encrypted.error().message().find("encrypted"), std::string::npos);
}

TEST_F(BinlogFileTest, TellsWhereItIsCutShort) {
  const std::string whole = magic_ + event_of(20) + event_of(40);
  for (std::size_t size = 25; size < whole.size(); ++size) {
    auto file = BinlogFile::open(write(whole.substr(0, size)));
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->next());
    const auto cut = (*file)->next();
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().kind(), ErrorKind::kCorrupt);
    EXPECT_EQ(cut.error().trail().front(), "byte 24");
  }
}

TEST_F(BinlogFileTest, RefusesImpossibleSizes) {
  for (const std::uint32_t size : {0U, 18U, BinlogFile::kEventMax + 1, 0xFFFFFFFFU}) {
    std::string bytes = magic_ + std::string(9, 'h');
    append_le(bytes, size);
    auto file = BinlogFile::open(write(bytes + std::string(100, 'x')));
    ASSERT_TRUE(file);
    EXPECT_FALSE((*file)->next()) << size;
  }
}

}  // namespace
}  // namespace tidemark

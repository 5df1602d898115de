// SPDX-License-Identifier: Apache-2.0
#include "cli/write_signal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/file.h"

namespace tidemark {
namespace {

class WriteSignal : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(path_); }
  Settings with_file() const {
    Settings out;
    out.signal.file = path_;
    return out;
  }
  std::string content() const { return read_file(path_, 1 << 20)->value_or("(absent)"); }

  const std::string path_ = testing::TempDir() + "tidemark_signal_" + std::to_string(::getpid());
};

TEST_F(WriteSignal, PutsALineBehindThoseOfTheFile) {
  ASSERT_TRUE(
      write_signal(with_file(), WriteChannel::kFile, {.id = "a", .type = "log", .data = ""}));
  ASSERT_TRUE(write_signal(with_file(), WriteChannel::kFile,
                           {.id = "b\"", .type = "log", .data = "{\"message\":\r\n\"m\"}"}));
  EXPECT_EQ(content(),
            "{\"id\":\"a\",\"type\":\"log\",\"data\":{}}\n"
            "{\"id\":\"b\\\"\",\"type\":\"log\",\"data\":{\"message\":  \"m\"}}\n");
}

TEST_F(WriteSignal, SaysWhereTheFileCannotBeWritten) {
  std::filesystem::create_directory(path_);
  const Status done =
      write_signal(with_file(), WriteChannel::kFile, {.id = "a", .type = "log", .data = ""});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(done.error().message().find(path_), std::string::npos);
}

TEST_F(WriteSignal, RefusesAChannelThatNobodyReads) {
  struct Case {
    WriteChannel channel;
    const char* property;
  };
  for (const auto& [channel, property] : {Case{WriteChannel::kFile, "signal.enabled.channels"},
                                          Case{WriteChannel::kKafka, "signal.enabled.channels"},
                                          Case{WriteChannel::kSource, "signal.data.collection"}}) {
    const Status done = write_signal(Settings(), channel, {.id = "a", .type = "log", .data = ""});
    ASSERT_FALSE(done) << property;
    EXPECT_EQ(done.error().kind(), ErrorKind::kRejected);
    EXPECT_NE(done.error().message().find(property), std::string::npos);
    EXPECT_FALSE(done.error().remedy().empty());
  }
}

}  // namespace
}  // namespace tidemark

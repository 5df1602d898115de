// SPDX-License-Identifier: Apache-2.0
#include "connector/signal_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"

namespace tidemark {
namespace {

class SignalFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("tidemark_signal_file_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "signals.txt";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }
  void write(const std::string& text) { std::ofstream(path_, std::ios::trunc) << text; }
  std::uintmax_t size() const { return std::filesystem::file_size(path_); }
  static std::string line(const std::string& id) {
    return R"({"id":")" + id + R"(","type":"log","data":{"message":"m"}})" + "\n";
  }
  // The ids that came; "-" for what is no signal.
  static std::vector<std::string> ids(SignalFile& file) {
    std::vector<std::string> out;
    const auto signals = file.read();
    EXPECT_TRUE(signals) << signals.error().text();
    if (!signals) return out;
    for (const OutsideSignal& signal : *signals) {
      EXPECT_EQ(signal.channel, "file");
      out.push_back(signal.message ? signal.message->id : "-");
    }
    return out;
  }
  using Ids = std::vector<std::string>;

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(SignalFileTest, ThatIsNotThereHoldsNothing) {
  SignalFile file(path_, {});
  EXPECT_EQ(ids(file), Ids{});
  EXPECT_FALSE(file.empty_if_done(file.mark()).value());
  append(line("a"));
  EXPECT_EQ(ids(file), Ids{"a"});
}

TEST_F(SignalFileTest, GivesEachLineOnce) {
  append(line("a") + line("b"));
  SignalFile file(path_, {});
  EXPECT_EQ(ids(file), (Ids{"a", "b"}));
  EXPECT_EQ(ids(file), Ids{});
  append(line("c"));
  EXPECT_EQ(ids(file), Ids{"c"});
}

TEST_F(SignalFileTest, AnswersLinesThatAreNoSignals) {
  append("nonsense\n\n" + line("a") + R"({"id":"b","type":"log"})" + "\n");
  SignalFile file(path_, {});
  const auto signals = file.read().value();
  ASSERT_EQ(signals.size(), 4U);
  EXPECT_EQ(signals[0].message->id, path_.string() + ":1");
  EXPECT_FALSE(signals[0].message->command);
  EXPECT_FALSE(signals[1].message);
  EXPECT_TRUE(signals[2].message->command);
  EXPECT_EQ(signals[3].message->id, "b");
  EXPECT_FALSE(signals[3].message->command);
}

TEST_F(SignalFileTest, IsEmptiedWhenAllOfItIsStored) {
  append(line("a") + line("b"));
  SignalFile file(path_, {});
  const auto signals = file.read().value();
  EXPECT_FALSE(file.empty_if_done(std::get<FileMark>(signals[0].mark)).value());
  EXPECT_EQ(size(), 2 * line("a").size());
  EXPECT_TRUE(file.empty_if_done(std::get<FileMark>(signals[1].mark)).value());
  EXPECT_EQ(size(), 0U);
  EXPECT_EQ(file.mark().bytes, 0U);
  EXPECT_EQ(ids(file), Ids{});
  append(line("c"));
  EXPECT_EQ(ids(file), Ids{"c"});
}

TEST_F(SignalFileTest, KeepsWhatCameMeanwhile) {
  append(line("a"));
  SignalFile file(path_, {});
  EXPECT_EQ(ids(file), Ids{"a"});
  append(line("b"));
  EXPECT_FALSE(file.empty_if_done(file.mark()).value());
  EXPECT_EQ(ids(file), Ids{"b"});
  EXPECT_TRUE(file.empty_if_done(file.mark()).value());
}

// A crash before the file was emptied, and one right behind.
TEST_F(SignalFileTest, GoesOnWhereItsStoredMarkSays) {
  append(line("a") + line("b"));
  SignalFile before(path_, {});
  const FileMark after_first = std::get<FileMark>(before.read().value()[0].mark);
  SignalFile file(path_, after_first);
  EXPECT_EQ(ids(file), Ids{"b"});
  const FileMark all = file.mark();
  EXPECT_TRUE(file.empty_if_done(all).value());
  append(line("c") + line("d") + line("e"));
  SignalFile again(path_, all);
  EXPECT_EQ(ids(again), (Ids{"c", "d", "e"}));
}

TEST_F(SignalFileTest, WrittenAnewIsReadFromItsStart) {
  append(line("a") + line("b"));
  SignalFile file(path_, {});
  EXPECT_EQ(ids(file), (Ids{"a", "b"}));
  write(line("c"));
  EXPECT_EQ(ids(file), Ids{"c"});
  std::filesystem::remove(path_);
  EXPECT_EQ(ids(file), Ids{});
  EXPECT_EQ(file.mark().bytes, 0U);
  append(line("d"));
  EXPECT_EQ(ids(file), Ids{"d"});
}

TEST_F(SignalFileTest, WaitsForTheRestOfALine) {
  const std::string whole = line("a");
  append(whole.substr(0, 10));
  SignalFile file(path_, {});
  EXPECT_EQ(ids(file), Ids{});
  append(whole.substr(10, whole.size() - 11));
  EXPECT_EQ(ids(file), Ids{"a"});  // without its end, but whole
  append("\n");
  EXPECT_EQ(ids(file), Ids{"-"});
  append("{\"id\":");
  EXPECT_EQ(ids(file), Ids{});
  EXPECT_EQ(ids(file).size(), 1U);  // nobody writes on: it is refused
}

TEST_F(SignalFileTest, ThatSomebodyHasOpenIsLeftAlone) {
  append(line("a"));
  SignalFile file(path_, {});
  EXPECT_EQ(ids(file), Ids{"a"});
  UniqueFd writer(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  ASSERT_TRUE(writer.valid());
  // Where there are no leases the size alone tells, and it is right.
  const bool emptied = file.empty_if_done(file.mark()).value();
  ASSERT_TRUE(write_all(writer.get(), line("b")).error_number == 0);
  writer.reset();
  EXPECT_EQ(ids(file), Ids{"b"});
  EXPECT_EQ(size(), line("b").size() * (emptied ? 1U : 2U));
}

TEST_F(SignalFileTest, ThatCannotBeReadSaysSo) {
  std::filesystem::create_directories(path_);
  SignalFile file(path_, {});
  const auto signals = file.read();
  ASSERT_FALSE(signals);
  EXPECT_EQ(signals.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(signals.error().text().find(path_.string()), std::string::npos);
  std::filesystem::remove(path_);
  append(line("a"));
  EXPECT_EQ(ids(file), Ids{"a"});
}

}  // namespace
}  // namespace tidemark

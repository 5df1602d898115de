// SPDX-License-Identifier: Apache-2.0
#include "store/file_offset_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "store/java_key.h"
#include "store/offset_format.h"

namespace tidemark {
namespace {

class FileOffsetStoreTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<std::unique_ptr<FileOffsetStore>> open(std::string connector = "c",
                                                std::string prefix = "p") {
    return FileOffsetStore::open({path_, std::move(connector), std::move(prefix)});
  }
  void put(std::string_view content) {
    ASSERT_TRUE(replace_file(path_, content, Durability::kNone));
  }
  std::string content() { return read_file(path_, 1 << 20)->value_or("(absent)"); }
  static ResumeState at(std::uint64_t pos) {
    ResumeState state;
    state.offset.position = {"binlog.000001", pos};
    return state;
  }

  const std::string folder_ = testing::TempDir() + "tidemark_offset_" + std::to_string(::getpid());
  const std::string path_ = folder_ + "/offsets.json";
};

TEST_F(FileOffsetStoreTest, LoadsWhatItCommitted) {
  auto store = open();
  ASSERT_TRUE(store) << store.error().text();
  EXPECT_FALSE((*store)->load()->has_value());
  ASSERT_TRUE((*store)->commit(at(4)));
  ASSERT_TRUE((*store)->commit(at(5)));
  store->reset();
  store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->load()->value().state, at(5));
  EXPECT_EQ(read_offset_file(path_)->value(), at(5));
}

TEST_F(FileOffsetStoreTest, LeavesNothingBehindWhenItOpens) {
  auto store = open();
  ASSERT_TRUE(store);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".probe"));
}

TEST_F(FileOffsetStoreTest, TellsASecondProcessWhoHoldsTheLock) {
  auto first = open();
  ASSERT_TRUE(first);
  auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::kConflict);
  const std::string& message = second.error().message();
  EXPECT_NE(message.find("process " + std::to_string(::getpid()) + " on host "), std::string::npos)
      << message;
  EXPECT_NE(message.find(path_ + ".lock"), std::string::npos) << message;
  ASSERT_TRUE((*first)->commit(at(4)));
  first->reset();
  EXPECT_TRUE(open());
}

TEST_F(FileOffsetStoreTest, FreesTheLockOfAKilledProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = open();
    ::raise(SIGKILL);
    ::_exit(store ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(open());
}

TEST_F(FileOffsetStoreTest, LocksTheFileBehindASymbolicLink) {
  put(encode_offset("c", "p", at(4)));
  const std::string link = folder_ + "/link.json";
  std::filesystem::create_symlink(path_, link);
  auto by_link = FileOffsetStore::open({link, "c", "p"});
  ASSERT_TRUE(by_link);
  EXPECT_FALSE(open());
  ASSERT_TRUE((*by_link)->commit(at(9)));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_offset_file(path_)->value(), at(9));
}

TEST_F(FileOffsetStoreTest, FindsAMissingOrUnfitPathAtOnce) {
  const auto missing = FileOffsetStore::open({folder_ + "/no/o.json", "c", "p"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(missing.error().remedy().find("mkdir -p"), std::string::npos);
  const auto folder = FileOffsetStore::open({folder_, "c", "p"});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind(), ErrorKind::kRejected);
}

// Root may write anywhere, so a child gives its privileges up.
TEST_F(FileOffsetStoreTest, FindsAnUnwritableFolderAtOnce) {
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    const auto store = open();
    ::_exit(!store && store.error().kind() == ErrorKind::kStorage &&
                    store.error().remedy().find("write access") != std::string::npos
                ? 0
                : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::chmod(folder_.c_str(), 0755);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(FileOffsetStoreTest, KeepsTheOldStateWhenTheDiskIsFull) {
  auto store = open();
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->commit(at(4)));
  const std::string before = content();
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit tight{.rlim_cur = 100, .rlim_max = old_limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const Status failed = (*store)->commit(at(5));
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::kStorage);
  EXPECT_EQ(content(), before);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".tmp"));
  EXPECT_TRUE((*store)->commit(at(6)));
}

TEST_F(FileOffsetStoreTest, SurvivesACrashBeforeTheRename) {
  put(encode_offset("c", "p", at(4)));
  ASSERT_TRUE(replace_file(path_ + ".tmp", "{\"version\": 1, \"off", Durability::kNone));
  auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->load()->value().state, at(4));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".tmp"));
  EXPECT_TRUE((*store)->commit(at(5)));
}

TEST_F(FileOffsetStoreTest, NeverReplacesWhatItCannotRead) {
  const std::string_view contents[] = {std::string_view("\xAC\xED\x00\x05sr\x00", 7),
                                       "{\"version\": 99}", "{\"version\": 1, ", ""};
  for (const std::string_view text : contents) {
    put(text);
    auto store = open();
    ASSERT_TRUE(store);
    EXPECT_FALSE((*store)->load());
    EXPECT_FALSE((*store)->commit(at(5)));
    EXPECT_EQ(content(), text);
  }
}

TEST_F(FileOffsetStoreTest, RefusesTheOffsetOfAnotherConnector) {
  put(encode_offset("theirs", "p", at(4)));
  auto store = open("ours", "p");
  ASSERT_TRUE(store);
  const auto loaded = (*store)->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(loaded.error().message().find("\"theirs\""), std::string::npos);
  EXPECT_NE(loaded.error().message().find("\"ours\""), std::string::npos);
  EXPECT_FALSE((*store)->commit(at(5)));
  store->reset();
  EXPECT_FALSE((*open("theirs", "other"))->load());
}

// An offset file as Connect leaves it.
std::string java_file(std::initializer_list<std::pair<std::string, std::uint64_t>> offsets) {
  std::vector<JavaMapEntry> entries;
  for (const auto& [key, pos] : offsets)
    entries.push_back({key, R"({"file":"binlog.000001","pos":)" + std::to_string(pos) + "}"});
  return write_java_map(entries);
}

TEST_F(FileOffsetStoreTest, TakesOverTheOffsetFileOfDebezium) {
  const std::string theirs = java_file({{R"(["kafka",{"server":"p"}])", 77}});
  put(theirs);
  auto store = open();
  ASSERT_TRUE(store);
  const auto loaded = (*store)->load();
  ASSERT_TRUE(loaded && *loaded) << loaded.error().text();
  EXPECT_TRUE((*loaded)->from_debezium);
  EXPECT_EQ((*loaded)->state.offset.position, (Position{"binlog.000001", 77}));
  EXPECT_EQ(content(), theirs);
  ASSERT_TRUE((*store)->commit(at(78)));
  EXPECT_EQ((*store)->load()->value().state, at(78));
  EXPECT_FALSE((*store)->load()->value().from_debezium);
  EXPECT_EQ(read_file(path_ + ".debezium", 1 << 20)->value(), theirs);
}

TEST_F(FileOffsetStoreTest, AsksWhichOfSeveralConnectorsToGoOnFrom) {
  put(java_file({{R"(["one",{"server":"p"}])", 1}, {R"(["two",{"server":"p"}])", 2}}));
  const auto unclear = (*open())->load();
  ASSERT_FALSE(unclear);
  EXPECT_NE(unclear.error().message().find("one, two"), std::string::npos);
  EXPECT_EQ((*open("two"))->load()->value().state.offset.position.pos, 2U);
}

TEST_F(FileOffsetStoreTest, NeverReplacesOffsetsOfOthers) {
  for (const char* const other : {R"(["c",{"server":"q"}])", R"(["c",{"topic":"t"}])", "x"}) {
    const std::string theirs = java_file({{R"(["c",{"server":"p"}])", 1}, {other, 2}});
    put(theirs);
    auto store = open();
    const auto loaded = (*store)->load();
    ASSERT_FALSE(loaded) << other;
    EXPECT_EQ(loaded.error().kind(), ErrorKind::kRejected);
    EXPECT_NE(loaded.error().message().find(other), std::string::npos);
    EXPECT_FALSE((*store)->commit(at(5)));
    EXPECT_EQ(content(), theirs);
  }
}

TEST(PickOffset, GivesTheMapOfTheConnectorThatIsNamed) {
  const std::string file =
      java_file({{R"(["one",{"server":"p"}])", 1}, {R"(["two",{"server":"p"}])", 2}});
  for (const auto& [name, pos] : {std::pair("one", 1U), std::pair("two", 2U)}) {
    const auto picked = pick_offset(file, {"", name, "p"}, OtherOffsets::kRefused);
    ASSERT_TRUE(picked) << picked.error().text();
    EXPECT_EQ(picked->map, fmt::format(R"({{"file":"binlog.000001","pos":{}}})", pos));
    EXPECT_EQ(picked->offset.offset.position.pos, pos);
  }
}

TEST(PickOffset, PassesOverThoseOfOthersWhereTheyStayInTheirFile) {
  const std::string file =
      java_file({{R"(["c",{"server":"p"}])", 1}, {R"(["c",{"server":"q"}])", 2}, {"x", 3}});
  const auto picked = pick_offset(file, {"", "any", "p"}, OtherOffsets::kPassedOver);
  ASSERT_TRUE(picked) << picked.error().text();
  EXPECT_EQ(picked->offset.offset.position.pos, 1U);
  EXPECT_FALSE(pick_offset(file, {"", "any", "r"}, OtherOffsets::kPassedOver));
}

TEST_F(FileOffsetStoreTest, KeepsTheCopyOfAnEarlierTakeOver) {
  ASSERT_TRUE(replace_file(path_ + ".debezium", "earlier", Durability::kNone));
  put(java_file({{R"(["c",{"server":"p"}])", 1}}));
  auto store = open();
  EXPECT_FALSE((*store)->commit(at(5)));
  EXPECT_EQ(read_file(path_ + ".debezium", 1 << 20)->value(), "earlier");
}

TEST_F(FileOffsetStoreTest, ForgetsTheState) {
  auto store = open();
  ASSERT_TRUE((*store)->commit(at(5)));
  ASSERT_TRUE((*store)->remove());
  EXPECT_FALSE((*store)->load()->has_value());
  put("{\"version\": 99}");
  store->reset();
  EXPECT_FALSE((*open())->remove());
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "sink/file_sink.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "sink/batch_builder.h"
#include "sink/make_sink.h"
#include "sink/segments.h"

namespace tidemark {
namespace {

class FileSinkTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Sink> sink(std::uint64_t rotate_bytes = 0) {
    return make_file_sink(stem_, rotate_bytes);
  }
  std::string segment(std::uint64_t number) const { return segment_path(stem_, number); }
  std::string content(std::uint64_t number) const {
    return read_file(segment(number), 1 << 24)->value_or("(absent)");
  }
  std::string lines(int first, int count) const {
    std::string out;
    for (int i = first; i < first + count; ++i) out += numbered_line(topic_.name, i) + "\n";
    return out;
  }
  void put(std::uint64_t number, std::string_view text) {
    ASSERT_TRUE(replace_file(segment(number), text, Durability::kNone));
  }

  const std::string folder_ =
      testing::TempDir() + "tidemark_file_sink_" + std::to_string(::getpid());
  const std::string stem_ = folder_ + "/out";
  const Topic topic_{"t"};
};

// Limits the size of files while it lives, as a full disk would.
class FileLimit {
 public:
  explicit FileLimit(std::uint64_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit tight{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(FileSinkTest, RotatesAtARecordBoundary) {
  const auto out = sink(2 * numbered_line("t", 0).size() + 2);
  ASSERT_TRUE(out->open({}));
  ASSERT_TRUE(out->write(numbered(topic_, 0, 5).batch()));
  const auto position = out->flush();
  ASSERT_TRUE(position);
  EXPECT_EQ(content(1), lines(0, 2));
  EXPECT_EQ(content(2), lines(2, 2));
  EXPECT_EQ(content(3), lines(4, 1));
  EXPECT_EQ(*position, to_fields({.segment = 3, .length = lines(4, 1).size()}));
}

TEST_F(FileSinkTest, GivesALineBeyondTheLimitASegmentOfItsOwn) {
  const auto out = sink(10);
  ASSERT_TRUE(out->open({}));
  ASSERT_TRUE(out->write(numbered(topic_, 0, 3).batch()));
  ASSERT_TRUE(out->flush());
  for (std::uint64_t n = 1; n <= 3; ++n) EXPECT_EQ(content(n), lines(static_cast<int>(n) - 1, 1));
  EXPECT_EQ(content(4), "(absent)");
}

TEST_F(FileSinkTest, CutsBackAcrossSegmentsAndLeavesEarlierOnesAlone) {
  put(1, lines(0, 3));
  put(2, lines(3, 3) + "{\"half");
  put(3, lines(6, 3));
  put(1000000, "later");
  ASSERT_TRUE(replace_file(folder_ + "/out-000009.txt", "theirs", Durability::kNone));
  ASSERT_TRUE(replace_file(folder_ + "/out-9.jsonl", "theirs", Durability::kNone));
  const auto out = sink();
  ASSERT_TRUE(out->open(to_fields({.segment = 2, .length = lines(3, 2).size()})));
  EXPECT_EQ(content(1), lines(0, 3));
  EXPECT_EQ(content(2), lines(3, 2));
  EXPECT_EQ(content(3), "(absent)");
  EXPECT_EQ(content(1000000), "(absent)");
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/out-000009.txt"));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/out-9.jsonl"));
}

TEST_F(FileSinkTest, GoesOnWhenEarlierSegmentsWereMovedAway) {
  put(7, lines(0, 1));
  EXPECT_TRUE(sink()->open(to_fields({.segment = 7, .length = lines(0, 1).size()})));
  EXPECT_TRUE(sink()->open(to_fields({.segment = 9, .length = 0})));
}

TEST_F(FileSinkTest, RefusesOutputThatNoOffsetSpeaksOf) {
  put(1, "");
  put(2, "x\n");
  const Status opened = sink()->open({});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(opened.error().message().find(segment(2)), std::string::npos);
  EXPECT_NE(opened.error().remedy().find("move the output away"), std::string::npos);
  EXPECT_EQ(content(2), "x\n");
  put(2, "");
  EXPECT_TRUE(sink()->open({}));
  EXPECT_EQ(content(1), "");
  EXPECT_EQ(content(2), "(absent)");
}

TEST_F(FileSinkTest, RefusesAFileThatIsNotTheOneOfTheOffset) {
  put(1, lines(0, 2));
  const auto kind = [&](SegmentPosition position) {
    const Status opened = sink()->open(to_fields(position));
    return opened ? ErrorKind::kCancelled : opened.error().kind();
  };
  EXPECT_EQ(kind({.segment = 1, .length = lines(0, 2).size() + 1}), ErrorKind::kCorrupt);
  EXPECT_EQ(kind({.segment = 1, .length = 5}), ErrorKind::kCorrupt);
  EXPECT_EQ(kind({.segment = 2, .length = 5}), ErrorKind::kCorrupt);
  EXPECT_EQ(content(1), lines(0, 2));
  const Status foreign = sink()->open(SinkFields{{"partition", "0"}});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().kind(), ErrorKind::kRejected);
}

TEST_F(FileSinkTest, KeepsASecondWriterOut) {
  const auto first = sink(1);
  ASSERT_TRUE(first->open({}));
  const Status second = sink()->open({});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::kConflict);
  // Nor may it cut away the segment that the other has gone on to.
  ASSERT_TRUE(first->write(numbered(topic_, 0, 2).batch()));
  const Status third = sink()->open(to_fields({.segment = 1, .length = lines(0, 1).size()}));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(content(2), lines(1, 1));
}

TEST_F(FileSinkTest, EndsAtAWholeLineWhenTheDiskIsFull) {
  const auto out = sink();
  ASSERT_TRUE(out->open({}));
  ASSERT_TRUE(out->write(numbered(topic_, 0, 1).batch()));
  const auto position = out->flush();
  ASSERT_TRUE(position);
  {
    const FileLimit limit(lines(0, 3).size() + 5);
    const Status written = out->write(numbered(topic_, 1, 9).batch());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind(), ErrorKind::kStorage);
    const std::string text = written.error().text();
    EXPECT_NE(text.find(segment(1)), std::string::npos) << text;
    EXPECT_NE(text.find("write " + std::to_string(lines(1, 9).size()) + " bytes"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("nothing is lost"), std::string::npos) << text;
    EXPECT_EQ(content(1), lines(0, 3));
  }
  // It does not go on by itself: what the caller thinks is written is not.
  EXPECT_FALSE(out->write(numbered(topic_, 10, 1).batch()));
  EXPECT_FALSE(out->flush());
  ASSERT_TRUE(out->open(*position));
  ASSERT_TRUE(out->write(numbered(topic_, 1, 9).batch()));
  ASSERT_TRUE(out->flush());
  EXPECT_EQ(content(1), lines(0, 10));
}

TEST_F(FileSinkTest, NamesAMissingFolder) {
  const Status opened = make_file_sink(folder_ + "/no/out", 0)->open({});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(opened.error().remedy().find("mkdir -p"), std::string::npos);
}

TEST_F(FileSinkTest, RefusesToWriteBeforeItIsOpen) {
  const auto out = sink();
  EXPECT_FALSE(out->write(numbered(topic_, 0, 1).batch()));
  EXPECT_FALSE(out->flush());
}

TEST_F(FileSinkTest, TellsAFolderFromAStem) {
  EXPECT_EQ(file_sink_stem(folder_), folder_ + "/changes");
  EXPECT_EQ(file_sink_stem(folder_ + "/"), folder_ + "/changes");
  EXPECT_EQ(file_sink_stem(folder_ + "/new/"), folder_ + "/new/changes");
  EXPECT_EQ(file_sink_stem(stem_), stem_);
  EXPECT_EQ(file_sink_stem(stem_ + ".jsonl"), stem_);
  EXPECT_EQ(file_sink_stem(".jsonl"), ".jsonl");
}

TEST_F(FileSinkTest, QuotesATopicAnewWhereItsAddressIsReused) {
  const auto out = sink();
  ASSERT_TRUE(out->open({}));
  Topic topic{"one"};
  ASSERT_TRUE(out->write(numbered(topic, 0, 1).batch()));
  topic.name = "two";
  ASSERT_TRUE(out->write(numbered(topic, 0, 1).batch()));
  EXPECT_EQ(content(1), numbered_line("one", 0) + "\n" + numbered_line("two", 0) + "\n");
}

TEST(MakeSink, KnowsItsKinds) {
  EXPECT_EQ((*make_sink({.kind = "stdout", .path = ""}))->name(), "stdout");
  EXPECT_EQ((*make_sink({.kind = "file", .path = "x"}))->name(), "file");
  EXPECT_FALSE(make_sink({.kind = "file", .path = ""}));
  const auto unknown = make_sink({.kind = "flie", .path = "x"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(unknown.error().message().find("did you mean file?"), std::string::npos);
}

}  // namespace
}  // namespace tidemark

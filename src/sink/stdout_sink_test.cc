// SPDX-License-Identifier: Apache-2.0
#include "sink/stdout_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "base/file.h"
#include "sink/batch_builder.h"

namespace tidemark {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  UniqueFd reader;
  UniqueFd writer;
};

TEST(StdoutSink, SaysWhenTheReaderWentAway) {
  Pipe pipe;
  const auto sink = make_stdout_sink(pipe.writer.get());
  ASSERT_TRUE(sink->open({}));
  pipe.reader.reset();
  const Topic topic{"t"};
  const Status written = sink->write(numbered(topic, 0, 1).batch());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(written.error().message().find("went away"), std::string::npos);
}

TEST(StdoutSink, WaitsForASlowReaderOfANonBlockingPipe) {
  Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.writer.get(), F_SETFL, O_NONBLOCK), 0);
  auto sink = make_stdout_sink(pipe.writer.get());
  ASSERT_TRUE(sink->open({}));
  const Topic topic{"t"};
  const std::string value = "\"" + std::string(1 << 20, 'x') + "\"";
  std::size_t bytes = 0;
  std::jthread reader([&] {
    char block[4096];
    for (ssize_t n = 0; (n = ::read(pipe.reader.get(), block, sizeof block)) > 0;) {
      bytes += static_cast<std::size_t>(n);
    }
  });
  ASSERT_TRUE(sink->write(BatchBuilder().add(topic, "1", value).add(topic, "2", value).batch()));
  sink.reset();
  pipe.writer.reset();
  reader.join();
  const std::string frame = R"({"topic":"t","key":1,"value":,"headers":{}})"
                            "\n";
  EXPECT_EQ(bytes, 2 * (value.size() + frame.size()));
}

// Fills whatever it writes to, and is told to stop while it waits.
void gives_up(int writer) {
  const auto sink = make_stdout_sink(writer);
  ASSERT_TRUE(sink->open({}));
  const Topic topic{"t"};
  const std::string value = "\"" + std::string(1 << 20, 'x') + "\"";
  const std::jthread stopper([&] {
    // sleep: nobody can tell that a write has begun to wait
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    sink->stop_waiting();
  });
  const auto began = std::chrono::steady_clock::now();
  const Status written = sink->write(BatchBuilder().add(topic, "1", value).batch());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind(), ErrorKind::kCancelled);
}

TEST(StdoutSink, GivesUpAFullPipeWhenToldToStop) {
  const Pipe pipe;
  gives_up(pipe.writer.get());
  EXPECT_EQ(::fcntl(pipe.writer.get(), F_GETFL) & O_NONBLOCK, 0) << "others share this descriptor";
}

TEST(StdoutSink, GivesUpAFullSocketWhenToldToStop) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  gives_up(writer.get());
}

TEST(StdoutSink, HasNoPositionAndSaysSo) {
  const auto sink = make_stdout_sink();
  EXPECT_FALSE(sink->exactly_once());
  EXPECT_TRUE(sink->flush()->empty());
}

TEST(StdoutSink, ReportsAFullDisk) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto sink = make_stdout_sink(full.get());
  ASSERT_TRUE(sink->open({}));
  const Topic topic{"t"};
  const Status written = sink->write(numbered(topic, 0, 1).batch());
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().remedy().find("free space"), std::string::npos);
}

}  // namespace
}  // namespace tidemark

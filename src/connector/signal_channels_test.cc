// SPDX-License-Identifier: Apache-2.0
#include "connector/signal_channels.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <semaphore>
#include <string>
#include <thread>

#include "testing/incremental_fixture.h"

namespace tidemark {
namespace {

class SignalChannelsTest : public IncrementalFixture {
 protected:
  void SetUp() override {
    IncrementalFixture::SetUp();
    std::filesystem::create_directories(folder_);
    settings_.signal.file = folder_ / "signals.txt";
    settings_.signal.poll_interval_ms = 10;
    mailbox_.on_post([this] { posted_.release(); });
  }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    IncrementalFixture::TearDown();
  }
  void append(const std::string& id) {
    std::ofstream(settings_.signal.file, std::ios::app)
        << fmt::format(R"({{"id":"{}","type":"log","data":{{"message":"m"}}}})", id) << "\n";
  }
  // The signal that comes next, within ten seconds; its mark stays to be looked at.
  OutsideSignal arrived() {
    if (!posted_.try_acquire_for(std::chrono::seconds(10))) return {};
    OutsideSignal out = *mailbox_.first_signal();
    mailbox_.signal_done();
    return out;
  }
  std::string arrived_id() {
    const OutsideSignal signal = arrived();
    return signal.message ? signal.message->id : "none";
  }
  SignalChannels::Parts parts() {
    return {.settings = settings_, .mailbox = mailbox_, .delivery = *delivery_, .clock = clock_};
  }

  std::counting_semaphore<> posted_{0};
  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                        ("tidemark_signal_channels_" + std::to_string(::getpid()));
};

TEST_F(SignalChannelsTest, AFileIsReadUntilTheEnd) {
  append("a");
  const SignalChannels channels(parts(), {});
  EXPECT_EQ(arrived_id(), "a");
  append("b");
  EXPECT_EQ(arrived_id(), "b");
}

TEST_F(SignalChannelsTest, AFileThatCannotBeReadEndsNothing) {
  std::filesystem::create_directories(settings_.signal.file);
  const SignalChannels channels(parts(), {});
  // sleep: lets it fail a few times; with none the test shows less, and passes
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(mailbox_.first_signal(), nullptr);
  std::filesystem::remove(settings_.signal.file);
  append("a");
  EXPECT_EQ(arrived_id(), "a");
}

TEST_F(SignalChannelsTest, AreReadOnAtTheirMarks) {
  append("a");
  FileMark mark;
  {
    const SignalChannels channels(parts(), {});
    mark = std::get<FileMark>(arrived().mark);
  }
  append("b");
  SignalMarks marks;
  move_marks(marks, mark);
  const SignalChannels channels(parts(), marks);
  EXPECT_EQ(arrived_id(), "b");
}

TEST_F(SignalChannelsTest, EndWithinASecondWhateverTheirInterval) {
  settings_.signal.poll_interval_ms = 3'600'000;
  const auto began = std::chrono::steady_clock::now();
  {
    const SignalChannels channels(parts(), {});
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
}

}  // namespace
}  // namespace tidemark

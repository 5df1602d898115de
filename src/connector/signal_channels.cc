// SPDX-License-Identifier: Apache-2.0
#include "connector/signal_channels.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "connector/backoff.h"
#include "connector/signal_file.h"
#include "connector/signal_topic.h"

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds kPollWait{500};
// Between two tries of a topic that cannot be read.
constexpr std::chrono::milliseconds kPauseMin{250};
constexpr std::chrono::milliseconds kPauseMax{10'000};
constexpr std::string_view kTopicRemedy =
    "see signal.kafka.bootstrap.servers, signal.consumer.* and the rights on the topic; it is "
    "tried again, and signals sent meanwhile are not lost";

// A failure that lasts is told once a minute.
class Complaint {
 public:
  Complaint(log::Level level, std::string_view event, const Clock& clock)
      : level_(level), event_(event), clock_(clock) {}
  void about(const Error& error) {
    const SteadyTime now = clock_.steady();
    if (kind_ == error.kind() && now - told_ < kTellEvery) return;
    kind_ = error.kind();
    told_ = now;
    log::failure(level_, event_, error);
  }
  void settled() { kind_.reset(); }

 private:
  static constexpr std::chrono::minutes kTellEvery{1};

  const log::Level level_;
  const std::string event_;
  const Clock& clock_;
  std::optional<ErrorKind> kind_;
  SteadyTime told_{};
};

}  // namespace

SignalChannels::SignalChannels(Parts parts, const SignalMarks& marks) : parts_(parts) {
  if (parts_.settings.signal.kafka) {
    threads_.emplace_back([this, marks](const std::stop_token& stop) { read_topic(stop, marks); });
  }
  if (!parts_.settings.signal.file.empty()) {
    const FileMark mark{.bytes = marks.file_bytes, .hash = marks.file_hash};
    threads_.emplace_back([this, mark](const std::stop_token& stop) { read_file(stop, mark); });
  }
}

void SignalChannels::read_topic(const std::stop_token& stop, const SignalMarks& marks) {
  const Settings& settings = parts_.settings;
  SignalTopic topic({.settings = *settings.signal.kafka, .key = settings.topic_prefix}, marks,
                    parts_.clock);
  Complaint unreadable(log::Level::kWarn, "signal.topic_unreadable", parts_.clock);
  Complaint not_told(log::Level::kWarn, "signal.group_not_told", parts_.clock);
  std::chrono::milliseconds pause = kPauseMin;
  bool begun = false;
  const auto read = [&]() -> Result<std::vector<OutsideSignal>> {
    if (!begun) {
      TRY(topic.place());
      // Stored at once: what is sent from now on is no old message, whatever happens.
      parts_.mailbox.post(OutsideSignal{.mark = topic.mark(), .channel = "kafka"});
      begun = true;
    }
    return topic.read(kPollWait);
  };
  while (!stop.stop_requested()) {
    auto signals = read();
    if (!signals) {
      unreadable.about(signals.error().remedy().empty()
                           ? Error(signals.error()).with_remedy(std::string(kTopicRemedy))
                           : signals.error());
      sleep_unless_stopped(stop, std::exchange(pause, std::min(pause * 2, kPauseMax)));
      continue;
    }
    unreadable.settled();
    pause = kPauseMin;
    for (OutsideSignal& signal : *signals) parts_.mailbox.post(std::move(signal));
    if (const auto stored = parts_.delivery.stored_signals()) {
      if (auto told = topic.commit(*stored); !told) not_told.about(told.error());
    }
    if (!topic.is_there()) sleep_unless_stopped(stop, kPollWait);
  }
}

SignalChannels::~SignalChannels() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void SignalChannels::read_file(const std::stop_token& stop, FileMark mark) {
  const SignalSettings& settings = parts_.settings.signal;
  const std::chrono::milliseconds interval(settings.poll_interval_ms);
  SignalFile file(settings.file, mark);
  Complaint unreadable(log::Level::kError, "signal.file_unreadable", parts_.clock);
  Complaint not_emptied(log::Level::kWarn, "signal.file_not_emptied", parts_.clock);
  std::uint64_t told = file.mark().hash;
  const auto tell = [&](OutsideSignal signal) {
    told = std::get<FileMark>(signal.mark).hash;
    parts_.mailbox.post(std::move(signal));
  };
  for (; !stop.stop_requested(); sleep_unless_stopped(stop, interval)) {
    auto signals = file.read();
    if (!signals) {
      unreadable.about(signals.error());
      continue;
    }
    unreadable.settled();
    for (OutsideSignal& signal : *signals) tell(std::move(signal));
    if (const auto stored = parts_.delivery.stored_signals())
      mark = {.bytes = stored->file_bytes, .hash = stored->file_hash};
    if (const auto done = file.empty_if_done(mark); !done) not_emptied.about(done.error());
    // The file is empty, or another one.
    if (told != file.mark().hash) tell({.mark = file.mark(), .channel = "file"});
  }
}

}  // namespace tidemark

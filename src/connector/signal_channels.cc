// SPDX-License-Identifier: Apache-2.0
#include "connector/signal_channels.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "connector/backoff.h"
#include "connector/signal_file.h"

namespace tidemark {
namespace {

// A failure that lasts is told once a minute.
class Complaint {
 public:
  Complaint(log::Level level, std::string_view event) : level_(level), event_(event) {}
  void about(const Error& error) {
    const auto now = std::chrono::steady_clock::now();
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
  std::optional<ErrorKind> kind_;
  std::chrono::steady_clock::time_point told_;
};

}  // namespace

SignalChannels::SignalChannels(Parts parts, const SignalMarks& marks) : parts_(parts) {
  if (!parts_.settings.signal.file.empty()) {
    const FileMark mark{.bytes = marks.file_bytes, .hash = marks.file_hash};
    threads_.emplace_back([this, mark](const std::stop_token& stop) { read_file(stop, mark); });
  }
}

SignalChannels::~SignalChannels() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void SignalChannels::read_file(const std::stop_token& stop, FileMark mark) {
  const SignalSettings& settings = parts_.settings.signal;
  const std::chrono::milliseconds interval(settings.poll_interval_ms);
  SignalFile file(settings.file, mark);
  Complaint unreadable(log::Level::kError, "signal.file_unreadable");
  Complaint not_emptied(log::Level::kWarn, "signal.file_not_emptied");
  std::uint64_t told = file.mark().hash;
  const auto tell = [&](OutsideSignal signal) {
    told = std::get<FileMark>(signal.mark).hash;
    parts_.incremental.post(std::move(signal));
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

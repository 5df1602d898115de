// SPDX-License-Identifier: Apache-2.0
#include "sink/stdout_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "sink/json_lines.h"

namespace tidemark {
namespace {

// What is left of the reader's time once the program is to end, and how often that is looked at.
constexpr std::chrono::milliseconds kLastPatience{500};
constexpr int kLookEveryMs = 50;

class StdoutSink final : public Sink {
 public:
  explicit StdoutSink(int fd) : fd_(fd) {}

  std::string_view name() const override { return "stdout"; }
  bool exactly_once() const override { return false; }
  Status open(const std::optional<SinkFields>& position) override;
  Status write(const RecordBatch& batch) override;
  // Bytes leave with every write; whether the reader has kept them nobody can tell.
  Result<SinkFields> flush() override { return SinkFields(); }
  void stop_waiting() override { give_up_at_.store(SystemClock().steady() + kLastPatience); }

 private:
  void open_without_blocking();
  Status drain();
  Status wait_writable() const;

  int fd_;
  UniqueFd own_;  // fd_ then, where it could be opened anew
  std::size_t step_ = std::string::npos;  // bytes that one write can take without blocking
  std::atomic<SteadyTime> give_up_at_{SteadyTime::max()};
  JsonLines lines_;
};

Error gone() {
  return Error(
      ErrorKind::kStorage, "the reader of standard output went away",
      "start the reader again, then this; records since the last stored offset come again");
}

Status StdoutSink::wait_writable() const {
  pollfd waiting{.fd = fd_, .events = POLLOUT, .revents = 0};
  while (SystemClock().steady() < give_up_at_.load()) {
    const int ready = ::poll(&waiting, 1, kLookEveryMs);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR)
      return std::unexpected(storage_error("wait for", "standard output", errno));
  }
  return fail(ErrorKind::kCancelled, "stopped while the reader of standard output took nothing");
}

Status StdoutSink::open(const std::optional<SinkFields>&) {
  std::signal(SIGPIPE, SIG_IGN);
  lines_.clear();
  open_without_blocking();
  return {};
}

// A write that blocks cannot be ended from outside. Making fd_ itself non-blocking would make it so for
// every process that shares it, hence a descriptor of our own for the same pipe or terminal. Where that is
// refused (a socket, another user's pipe) a write goes out when there is room for it.
void StdoutSink::open_without_blocking() {
  struct stat facts{};
  if (::fstat(fd_, &facts) != 0 || S_ISREG(facts.st_mode)) return;
  own_.reset(::open(("/proc/self/fd/" + std::to_string(fd_)).c_str(),
                    O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (own_.valid()) {
    fd_ = own_.get();
  } else {
    step_ = PIPE_BUF;
  }
}

Status StdoutSink::write(const RecordBatch& batch) {
  for (const Record& record : batch.records()) {
    lines_.append(batch, record);
    if (lines_.size() >= kWriteBytes) TRY(drain());
  }
  return drain();
}

Status StdoutSink::drain() {
  std::string_view left = lines_.text();
  while (!left.empty()) {
    if (step_ != std::string::npos) TRY(wait_writable());
    const WriteOutcome outcome = write_all(fd_, left.substr(0, step_));
    left.remove_prefix(outcome.written);
    if (outcome.error_number == 0) continue;
    if (outcome.error_number == EPIPE) return std::unexpected(gone());
    if (outcome.error_number != EAGAIN) {
      return std::unexpected(storage_error("write to", "standard output", outcome.error_number));
    }
    TRY(wait_writable());
  }
  lines_.clear();
  return {};
}

}  // namespace

std::unique_ptr<Sink> make_stdout_sink(int fd) { return std::make_unique<StdoutSink>(fd); }

}  // namespace tidemark

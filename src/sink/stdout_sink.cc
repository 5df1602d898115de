// SPDX-License-Identifier: Apache-2.0
#include "sink/stdout_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/file.h"
#include "sink/json_lines.h"

namespace tidemark {
namespace {

class StdoutSink final : public Sink {
 public:
  explicit StdoutSink(int fd) : fd_(fd) {}

  std::string_view name() const override { return "stdout"; }
  bool exactly_once() const override { return false; }
  Status open(const std::optional<SinkFields>& position) override;
  Status write(const RecordBatch& batch) override;
  // Bytes leave with every write; whether the reader has kept them nobody can tell.
  Result<SinkFields> flush() override { return SinkFields(); }

 private:
  Status drain();

  const int fd_;
  JsonLines lines_;
};

Error gone() {
  return Error(
      ErrorKind::kStorage, "the reader of standard output went away",
      "start the reader again, then this; records since the last stored offset come again");
}

Status wait_writable(int fd) {
  pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
  while (::poll(&waiting, 1, -1) < 0) {
    if (errno != EINTR) return std::unexpected(storage_error("wait for", "standard output", errno));
  }
  return {};
}

Status StdoutSink::open(const std::optional<SinkFields>&) {
  std::signal(SIGPIPE, SIG_IGN);
  lines_.clear();
  return {};
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
    const WriteOutcome outcome = write_all(fd_, left);
    left.remove_prefix(outcome.written);
    if (outcome.error_number == 0) break;
    if (outcome.error_number == EPIPE) return std::unexpected(gone());
    if (outcome.error_number != EAGAIN) {
      return std::unexpected(storage_error("write to", "standard output", outcome.error_number));
    }
    TRY(wait_writable(fd_));
  }
  lines_.clear();
  return {};
}

}  // namespace

std::unique_ptr<Sink> make_stdout_sink(int fd) { return std::make_unique<StdoutSink>(fd); }

}  // namespace tidemark

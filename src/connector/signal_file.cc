// SPDX-License-Identifier: Apache-2.0
#include "connector/signal_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/file.h"
#include "base/json.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kPrime = 1099511628211U;

struct Opened {
  UniqueFd fd;
  std::uint64_t size = 0;
};

// No descriptor: there is no such file.
Result<Opened> open_file(const std::string& path, int mode) {
  Opened out{UniqueFd(::open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK))};
  if (!out.fd.valid()) {
    if (errno == ENOENT) return out;
    return std::unexpected(storage_error("open the signal file", path, errno));
  }
  struct stat about{};
  if (::fstat(out.fd.get(), &about) != 0)
    return std::unexpected(storage_error("look at the signal file", path, errno));
  if (!S_ISREG(about.st_mode)) {
    return fail(ErrorKind::kStorage, fmt::format("the signal file {} is no regular file", path),
                "let signal.file name a file, or a place where one can be made");
  }
  out.size = static_cast<std::uint64_t>(about.st_size);
  return out;
}

Result<std::string> content_of(const Opened& file, const std::string& path) {
  if (file.size > SignalFile::kBytesMax) {
    return fail(
        ErrorKind::kStorage,
        fmt::format("the signal file {} has {} bytes, more than signals have", path, file.size),
        "see that signal.file names the right file; move the file away");
  }
  std::string out(file.size, '\0');
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t count =
        ::pread(file.fd.get(), out.data() + got, out.size() - got, static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(storage_error("read the signal file", path, errno));
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  out.resize(got);
  return out;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::uint64_t file_hash(std::string_view bytes, std::uint64_t hash) {
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= kPrime;
  }
  return hash;
}

SignalFile::SignalFile(std::string path, FileMark mark) : path_(std::move(path)), mark_(mark) {
  if (mark_.bytes == 0) mark_.hash = kEmptyFileHash;
}

Result<std::vector<OutsideSignal>> SignalFile::read() {
  std::vector<OutsideSignal> out;
  const Opened file = TRY(open_file(path_, O_RDONLY));
  const std::string content = file.fd.valid() ? TRY(content_of(file, path_)) : std::string();
  const bool same =
      content.size() >= mark_.bytes &&
      file_hash(std::string_view(content).substr(0, mark_.bytes), kEmptyFileHash) == mark_.hash;
  if (!same) {
    mark_ = {.bytes = 0, .hash = kEmptyFileHash};
    line_ = 0;
  }
  for (;;) {
    const std::string_view rest = std::string_view(content).substr(mark_.bytes);
    if (rest.empty()) break;
    const std::size_t end = rest.find('\n');
    if (end != std::string_view::npos) {
      take_line(rest.substr(0, end + 1), out);
      continue;
    }
    const bool whole = JsonDocument::parse(rest).has_value() || is_blank(rest);
    const bool still = content.size() == size_seen_;
    size_seen_ = content.size();
    if (whole || still) take_line(rest, out);
    break;
  }
  return out;
}

void SignalFile::take_line(std::string_view line, std::vector<OutsideSignal>& out) {
  mark_.hash = file_hash(line, mark_.hash);
  mark_.bytes += line.size();
  ++line_;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (is_blank(line)) {
    out.push_back({.mark = mark_, .channel = "file"});
    return;
  }
  out.push_back({.mark = mark_,
                 .channel = "file",
                 .message = parse_signal_message(line, SignalForm::kLine,
                                                 fmt::format("{}:{}", path_, line_))});
}

Result<bool> SignalFile::empty_if_done(const FileMark& stored) {
  if (mark_.bytes == 0 || stored.bytes != mark_.bytes || stored.hash != mark_.hash) return false;
  const Opened file = TRY(open_file(path_, O_RDWR));
  if (file.fd.valid()) {
    // While we have the lease nobody else can open the file; who asks is made to wait, and we are told by
    // a signal that is ignored. Without that signal's number SIGIO would come, which ends us: then no lease.
    if (::fcntl(file.fd.get(), F_SETSIG, SIGURG) == 0 &&
        ::fcntl(file.fd.get(), F_SETLEASE, F_WRLCK) != 0 && errno == EAGAIN)
      return false;
    const std::string content = TRY(content_of(file, path_));
    struct stat now{};
    if (::fstat(file.fd.get(), &now) != 0)
      return std::unexpected(storage_error("look at the signal file", path_, errno));
    if (static_cast<std::uint64_t>(now.st_size) != mark_.bytes ||
        file_hash(content, kEmptyFileHash) != mark_.hash)
      return false;
    if (::ftruncate(file.fd.get(), 0) != 0)
      return std::unexpected(storage_error("empty the signal file", path_, errno));
  }
  mark_ = {.bytes = 0, .hash = kEmptyFileHash};
  line_ = 0;
  size_seen_ = 0;
  return true;
}

}  // namespace tidemark

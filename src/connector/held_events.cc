// SPDX-License-Identifier: Apache-2.0
#include "connector/held_events.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

namespace tidemark {
namespace {

// Before each body. It never leaves this process.
struct Frame {
  EventHeader header;
  std::uint64_t body_size = 0;
};
static_assert(std::is_trivially_copyable_v<Frame>);

constexpr std::size_t kBlockBytes = 256U << 10U;

Error file_error(std::string_view doing, const std::string& folder, int error_number) {
  return storage_error(doing, folder + "/(events of an XA transaction)", error_number);
}

// An unnamed file: gone with its descriptor, also after a crash.
Result<UniqueFd> open_unnamed(const std::string& folder) {
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd.valid()) return fd;
  std::string name = folder + "/xa.XXXXXX";  // a file system without unnamed files
  fd.reset(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) return std::unexpected(file_error("create", folder, errno));
  ::unlink(name.c_str());
  return fd;
}

// Reads the whole of a file from its start, in blocks.
class FileReader {
 public:
  FileReader(const UniqueFd& fd, const std::string& folder) : fd_(fd), folder_(folder) {}

  // The next `size` bytes; they live until the next call.
  Result<Bytes> take(std::size_t size) {
    if (block_.size() - at_ < size) TRY(fill(size));
    at_ += size;
    return Bytes(block_.data() + at_ - size, size);
  }

 private:
  Status fill(std::size_t size) {
    block_.erase(block_.begin(), block_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    while (block_.size() < size) {
      const std::size_t have = block_.size();
      block_.resize(std::max(size, have + kBlockBytes));
      const ssize_t n =
          ::pread(fd_.get(), block_.data() + have, block_.size() - have, static_cast<off_t>(read_));
      block_.resize(have + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return std::unexpected(file_error("read", folder_, n < 0 ? errno : EIO));
      read_ += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  const UniqueFd& fd_;
  const std::string& folder_;
  std::vector<std::uint8_t> block_;
  std::size_t at_ = 0;  // in the block
  std::uint64_t read_ = 0;  // of the file
};

// Takes frames from `next`, which yields the given number of bytes, until `size` bytes are used up.
template <class Next>
Status each_frame(std::uint64_t size, Next next, FunctionRef<Status(const Event&)> take) {
  for (std::uint64_t at = 0; at < size;) {
    Frame frame;
    std::memcpy(&frame, TRY(next(sizeof frame)).data(), sizeof frame);
    TRY(take({.header = frame.header, .body = TRY(next(frame.body_size))}));
    at += sizeof frame + frame.body_size;
  }
  return {};
}

}  // namespace

Status HeldEvents::append(const Event& event) {
  const Frame frame{.header = event.header, .body_size = event.body.size()};
  const std::string_view head(reinterpret_cast<const char*>(&frame), sizeof frame);
  const std::uint64_t size = head.size() + event.body.size();
  if (spilled_ > 0 || size > budget_.bytes_left) {
    TRY(spill(head));
    return spill(as_text(event.body));
  }
  budget_.bytes_left -= size;
  memory_ += head;
  memory_ += as_text(event.body);
  return {};
}

Status HeldEvents::spill(std::string_view bytes) {
  if (!file_.valid()) file_ = TRY(open_unnamed(folder_));
  const WriteOutcome outcome = write_all(file_.get(), bytes);
  if (outcome.error_number != 0)
    return std::unexpected(file_error("write", folder_, outcome.error_number));
  spilled_ += bytes.size();
  return {};
}

Status HeldEvents::each(FunctionRef<Status(const Event&)> take) const {
  std::size_t at = 0;
  const auto from_memory = [&](std::size_t size) -> Result<Bytes> {
    at += size;
    return as_bytes(std::string_view(memory_).substr(at - size, size));
  };
  TRY(each_frame(memory_.size(), from_memory, take));
  if (spilled_ == 0) return {};
  FileReader reader(file_, folder_);
  // A frame's header and its body are read one after the other: the header is copied before.
  return each_frame(spilled_, [&](std::size_t size) { return reader.take(size); }, take);
}

}  // namespace tidemark

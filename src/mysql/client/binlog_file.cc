// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/binlog_file.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace tidemark {
namespace {

constexpr std::size_t kHeaderSize = 19;
constexpr std::size_t kSizeAt = 9;  // within the header
constexpr std::size_t kStep = std::size_t{1} << 20;
constexpr std::array<std::uint8_t, 4> kMagic{0xFE, 'b', 'i', 'n'};
constexpr std::array<std::uint8_t, 4> kEncryptedMagic{0xFD, 'b', 'i', 'n'};

}  // namespace

Result<std::unique_ptr<BinlogFile>> BinlogFile::open(const std::string& path) {
  File file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    return fail(ErrorKind::kStorage, fmt::format("cannot open {}: {}", path, std::strerror(errno)),
                "give the path of a binlog file that this user may read");
  }
  std::unique_ptr<BinlogFile> out(new BinlogFile(path, std::move(file)));
  std::array<std::uint8_t, 4> magic{};
  const std::size_t size = TRY(out->read(magic.data(), magic.size()));
  if (size == magic.size() && magic == kEncryptedMagic) {
    return fail(ErrorKind::kRejected, fmt::format("{} is an encrypted binlog", path),
                "read it through its server instead");
  }
  if (size != magic.size() || magic != kMagic) {
    return fail(ErrorKind::kRejected, fmt::format("{} is not a binlog: it starts otherwise", path),
                "give the path of a binlog file, such as binlog.000042");
  }
  out->next_start_ = magic.size();
  return out;
}

Result<std::size_t> BinlogFile::read(std::uint8_t* to, std::size_t size) {
  const std::size_t got = std::fread(to, 1, size, file_.get());
  if (got < size && std::ferror(file_.get()) != 0) {
    return fail(ErrorKind::kStorage, fmt::format("cannot read {}: {}", path_, std::strerror(errno)),
                "check the disk and that the path is a file");
  }
  return got;
}

Error BinlogFile::ends_early() const {
  return Error(ErrorKind::kCorrupt, fmt::format("{} ends within an event", path_),
               "if a server is still writing the file, read it again later; otherwise it was cut "
               "short")
      .at(fmt::format("byte {}", event_start_));
}

Result<std::optional<Bytes>> BinlogFile::next() {
  event_start_ = next_start_;
  if (buffer_.size() < kHeaderSize) buffer_.resize(kHeaderSize);
  const std::size_t header = TRY(read(buffer_.data(), kHeaderSize));
  if (header == 0) return std::optional<Bytes>();
  if (header < kHeaderSize) return std::unexpected<Error>(ends_early());
  const auto size = load_le<std::uint32_t>(buffer_.data() + kSizeAt);
  if (size < kHeaderSize || size > kEventMax) {
    return std::unexpected<Error>(Error(ErrorKind::kCorrupt,
                                        fmt::format("an event of {} claims {} bytes", path_, size),
                                        "check the disk; the bytes before this event are sound")
                                      .at(fmt::format("byte {}", event_start_)));
  }
  // In steps, so that a damaged size asks for no more memory than the file has bytes.
  for (std::size_t have = kHeaderSize; have < size;) {
    const std::size_t step = std::min<std::size_t>(kStep, size - have);
    if (buffer_.size() < have + step) buffer_.resize(have + step);
    if (TRY(read(buffer_.data() + have, step)) != step) return std::unexpected<Error>(ends_early());
    have += step;
  }
  next_start_ += size;
  return std::optional<Bytes>(Bytes(buffer_.data(), size));
}

}  // namespace tidemark

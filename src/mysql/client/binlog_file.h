// SPDX-License-Identifier: Apache-2.0
// A binlog file on disk, read event by event.
// Layout:  4 bytes magic, then events one after the other, each with its size in its header
// Thread:  one
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/c_handle.h"
#include "base/result.h"

namespace tidemark {

class BinlogFile {
 public:
  // The server's own limit for one event (max_allowed_packet at its most, and its header).
  static constexpr std::uint32_t kEventMax = (std::uint32_t{1} << 30) + 4096;

  // Errors: kStorage when the file cannot be read; kRejected when it is not a binlog, with a word for
  // encrypted ones and relay logs of other formats
  static Result<std::unique_ptr<BinlogFile>> open(const std::string& path);

  // The next event with header and checksum, a view that lives until the next call; nothing at the end.
  // Errors: kCorrupt when the file ends within an event (a server may still be writing it) or a size is
  // impossible, kStorage when reading fails
  Result<std::optional<Bytes>> next();
  // Where the event that next() gave last starts, in bytes.
  std::uint64_t event_start() const { return event_start_; }

 private:
  using File = CHandle<std::FILE, std::fclose>;
  BinlogFile(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}
  Error ends_early() const;
  // Bytes read, less than `size` at the end of the file. Errors: kStorage
  Result<std::size_t> read(std::uint8_t* to, std::size_t size);

  const std::string path_;
  const File file_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t event_start_ = 0;
  std::uint64_t next_start_ = 0;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Files of our own: offset, schema, status, output. Every failure is kStorage, names the path and what
// was tried, and says what to do about it.
// Thread: any; nothing is shared
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace tidemark {

// Owns a descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  void reset(int fd = -1);
  // The caller closes it.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// The error for a failed call: "cannot <doing> <path>: <text of errno>", with a remedy that suits it.
Error storage_error(std::string_view doing, const std::string& path, int error_number);

// The folder that holds the path: "." where the path has none.
std::string folder_of(const std::string& path);

// Writes everything, however often the system takes a part only. On failure `written` bytes are out.
struct WriteOutcome {
  std::size_t written = 0;
  int error_number = 0;  // 0: all of it
};
WriteOutcome write_all(int fd, std::string_view bytes);

// Makes a created, renamed or removed name durable.
Status sync_folder_of(const std::string& path);

// Nothing when there is no such file. Errors also where it is larger than `bytes_max`.
Result<std::optional<std::string>> read_file(const std::string& path, std::uint64_t bytes_max);

enum class Durability : std::uint8_t {
  kNone,  // survives the process
  kSynced,  // survives the machine: file and folder are synced
};
// Replaces the file as a whole, by way of <path>.tmp. A failure leaves the old content in place.
Status replace_file(const std::string& path, std::string_view content, Durability durability);

// No error when it is not there.
Status remove_file(const std::string& path);

}  // namespace tidemark

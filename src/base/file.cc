// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tidemark {
namespace {

std::string remedy_for(const std::string& path, int error_number) {
  switch (error_number) {
    case ENOSPC:
      return fmt::format("free space on the file system of {}, then start again", path);
    case EDQUOT:
      return fmt::format("raise the disk quota of user id {} or free space of it, then start again",
                         ::geteuid());
    case EFBIG:
      return "raise the file size limit (ulimit -f) or write smaller files";
    case EACCES:
    case EPERM:
      return fmt::format("give user id {} read and write access to {} and its folder", ::geteuid(),
                         path);
    case EROFS:
      return fmt::format("choose a path on a writable file system, or remount that of {}", path);
    case ENOENT:
      return fmt::format("create the folder: mkdir -p {}", folder_of(path));
    case ENOTDIR:
      return fmt::format("a part of {} is a file: move it away, or choose another path", path);
    case EISDIR:
      return "give the path of a file, not of a folder";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    default:
      return fmt::format("check the disk and the kernel log of the machine that holds {}", path);
  }
}

Status write_temporary(const std::string& path, std::string_view content, Durability durability) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return std::unexpected(storage_error("create", path, errno));
  const WriteOutcome outcome = write_all(fd.get(), content);
  if (outcome.error_number != 0) {
    return std::unexpected(storage_error(fmt::format("write {} bytes to", content.size()), path,
                                         outcome.error_number));
  }
  if (durability == Durability::kSynced && ::fsync(fd.get()) != 0) {
    return std::unexpected(storage_error("sync", path, errno));
  }
  return {};
}

}  // namespace

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Error storage_error(std::string_view doing, const std::string& path, int error_number) {
  return Error(ErrorKind::kStorage,
               fmt::format("cannot {} {}: {}", doing, path,
                           std::error_code(error_number, std::generic_category()).message()),
               remedy_for(path, error_number));
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

WriteOutcome write_all(int fd, std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + written, bytes.size() - written);
    if (n > 0) {
      written += static_cast<std::size_t>(n);
    } else if (n == 0) {
      return {written, EIO};
    } else if (errno != EINTR) {
      return {written, errno};
    }
  }
  return {written, 0};
}

Status sync_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return std::unexpected(storage_error("open the folder", folder, errno));
  // Some file systems cannot sync a folder and say EINVAL: the rename is then as durable as it gets.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) {
    return std::unexpected(storage_error("sync the folder", folder, errno));
  }
  return {};
}

Result<std::optional<std::string>> read_file(const std::string& path, std::uint64_t bytes_max) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return std::unexpected(storage_error("read", path, errno));
  }
  std::string content;
  char block[64 * 1024];
  while (true) {
    const ssize_t n = ::read(fd.get(), block, sizeof block);
    if (n == 0) return std::optional(std::move(content));
    if (n < 0) {
      if (errno == EINTR) continue;
      return std::unexpected(storage_error("read", path, errno));
    }
    content.append(block, static_cast<std::size_t>(n));
    if (content.size() > bytes_max) {
      return fail(ErrorKind::kStorage, fmt::format("{} is larger than {} bytes", path, bytes_max),
                  "check that the path names the right file");
    }
  }
}

Status replace_file(const std::string& path, std::string_view content, Durability durability) {
  const std::string temporary = path + ".tmp";
  const Status written = write_temporary(temporary, content, durability);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(temporary.c_str());
    return std::unexpected(storage_error("replace", path, error_number));
  }
  return durability == Durability::kSynced ? sync_folder_of(path) : Status();
}

Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return std::unexpected(storage_error("remove", path, errno));
  }
  return {};
}

}  // namespace tidemark

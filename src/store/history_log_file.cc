// SPDX-License-Identifier: Apache-2.0
#include "store/history_log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/log.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kFileBytesMax = 4ULL << 30;

Result<UniqueFd> open_to_append(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd.valid()) return std::unexpected(storage_error("open", path, errno));
  return fd;
}

}  // namespace

Result<std::unique_ptr<FileHistoryLog>> FileHistoryLog::open(std::string path) {
  TRY(open_to_append(path));
  TRY(sync_folder_of(path));
  return std::unique_ptr<FileHistoryLog>(new FileHistoryLog(std::move(path)));
}

// Only a crash in the middle of a write leaves a line without its end; nothing stored names it yet.
Status FileHistoryLog::mend() {
  if (whole_) return {};
  const std::string text = TRY(read_file(path_, kFileBytesMax)).value_or(std::string());
  if (!text.empty() && text.back() != '\n') {
    const std::size_t kept = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    // A whole record without a newline was left by an editor, not by a crash.
    const bool record =
        decode_history(std::string_view(text).substr(kept), std::nullopt).has_value();
    const UniqueFd fd = TRY(open_to_append(path_));
    if (record) {
      if (const auto written = write_all(fd.get(), "\n"); written.error_number != 0)
        return std::unexpected(storage_error("write", path_, written.error_number));
    } else {
      log::warn("history.torn_line_cut", {{"path", path_}, {"bytes", text.size() - kept}});
      if (::ftruncate(fd.get(), static_cast<off_t>(kept)) != 0)
        return std::unexpected(storage_error("cut", path_, errno));
    }
  }
  whole_ = true;
  return {};
}

Status FileHistoryLog::append(std::span<const Entry> entries) {
  TRY(mend());
  std::string lines;
  for (const Entry& entry : entries)
    lines += with_structures(entry.record, entry.structures) + "\n";
  const UniqueFd fd = TRY(open_to_append(path_));
  whole_ = false;
  const WriteOutcome outcome = write_all(fd.get(), lines);
  if (outcome.error_number != 0)
    return std::unexpected(storage_error("write", path_, outcome.error_number));
  if (::fsync(fd.get()) != 0) return std::unexpected(storage_error("sync", path_, errno));
  whole_ = true;
  return {};
}

Status FileHistoryLog::read(const Visitor& visit) {
  const std::string text = TRY(read_file(path_, kFileBytesMax)).value_or(std::string());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = std::string_view(text).substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = end + 1;
    if (line.empty()) continue;
    auto visited = visit(line, std::nullopt);
    if (visited) continue;
    if (end == text.size() && visited.error().kind() == ErrorKind::kCorrupt) return {};  // torn
    return visited;
  }
  return {};
}

}  // namespace tidemark

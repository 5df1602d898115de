// SPDX-License-Identifier: Apache-2.0
#include "sink/file_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/log.h"
#include "sink/json_lines.h"
#include "sink/segments.h"

namespace tidemark {
namespace {

class FileSink final : public Sink {
 public:
  FileSink(std::string stem, std::uint64_t rotate_bytes)
      : stem_(std::move(stem)), rotate_bytes_(rotate_bytes) {}

  std::string_view name() const override { return "file"; }
  bool exactly_once() const override { return true; }
  Status open(const std::optional<SinkFields>& position) override;
  Status write(const RecordBatch& batch) override;
  Result<SinkFields> flush() override;

 private:
  Status start(const std::vector<Segment>& existing);
  Status resume(SegmentPosition position, const std::vector<Segment>& existing);
  Status write_lines(const RecordBatch& batch);
  Status open_segment(std::uint64_t number, bool create);
  Status cut_to(std::uint64_t length);
  Status drain();
  Status sync();
  Status rotate();
  Status failed(Status status);
  Status check_usable() const;

  const std::string stem_;
  const std::uint64_t rotate_bytes_;
  JsonLines lines_;
  UniqueFd fd_;
  std::string path_;           // of the open segment
  std::uint64_t segment_ = 0;  // its number
  std::uint64_t length_ = 0;   // bytes in it, those in lines_ not counted
  bool dirty_ = false;         // written since the last sync
  bool usable_ = false;
};

Error shorter(const std::string& path, std::uint64_t bytes, std::uint64_t expected) {
  return Error(ErrorKind::kCorrupt,
               fmt::format("{} has {} bytes, but {} were stored when the offset was: records are "
                           "missing from it",
                           path, bytes, expected),
               "restore the file, or move output and offset away to begin with a new snapshot");
}

Error unknown_output(const Segment& segment) {
  return Error(ErrorKind::kRejected,
               fmt::format("{} holds {} bytes of output, but there is no stored offset that says "
                           "where it ends",
                           segment.path, segment.bytes),
               "restore the offset file that belongs to it, or move the output away");
}

// The lock goes with the descriptor, also when the process is killed.
Status lock_segment(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return std::unexpected(storage_error("lock", path, errno));
  return fail(ErrorKind::kConflict, fmt::format("another process writes {}", path),
              "give each connector an output path of its own");
}

Status remove_segment(const Segment& segment) {
  const UniqueFd fd(::open(segment.path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid()) return std::unexpected(storage_error("open", segment.path, errno));
  TRY(lock_segment(fd.get(), segment.path));
  TRY(remove_file(segment.path));
  log::info("sink.segment_removed", {{"path", segment.path}, {"bytes", segment.bytes}});
  return {};
}

Status remove_after(std::uint64_t number, const std::vector<Segment>& existing) {
  for (const Segment& segment : existing) {
    if (segment.number > number) TRY(remove_segment(segment));
  }
  return {};
}

// The byte before the position ends a line, if the file is the one that we wrote.
Status check_line_end(int fd, const std::string& path, std::uint64_t length) {
  char last = '\n';
  if (length != 0 && ::pread(fd, &last, 1, static_cast<off_t>(length) - 1) != 1) {
    return std::unexpected(storage_error("read", path, errno));
  }
  if (last == '\n') return {};
  return fail(ErrorKind::kCorrupt,
              fmt::format("{} has no line end before byte {}: it is not the file that the stored "
                          "offset speaks of",
                          path, length),
              "restore the file, or move output and offset away to begin with a new snapshot");
}

Status FileSink::open(const std::optional<SinkFields>& position) {
  usable_ = false;
  dirty_ = false;
  lines_.clear();
  fd_.reset();
  const std::vector<Segment> existing = TRY(list_segments(stem_));
  if (position && !position->empty()) {
    TRY(resume(TRY(parse_position(*position)), existing));
  } else {
    TRY(start(existing));
  }
  TRY(sync_folder_of(stem_));
  usable_ = true;
  return {};
}

Status FileSink::start(const std::vector<Segment>& existing) {
  for (const Segment& segment : existing) {
    if (segment.bytes != 0) return std::unexpected(unknown_output(segment));
  }
  TRY(open_segment(1, true));
  return remove_after(1, existing);
}

Status FileSink::resume(SegmentPosition position, const std::vector<Segment>& existing) {
  // A segment that was just begun may be gone with the folder that was moved away.
  TRY(open_segment(position.segment, position.length == 0));
  if (length_ < position.length) return std::unexpected(shorter(path_, length_, position.length));
  TRY(check_line_end(fd_.get(), path_, position.length));
  TRY(remove_after(position.segment, existing));
  if (length_ == position.length) return {};
  log::info("sink.cut_back",
            {{"path", path_}, {"from_bytes", length_}, {"to_bytes", position.length}});
  TRY(cut_to(position.length));
  dirty_ = true;
  return sync();
}

Status FileSink::open_segment(std::uint64_t number, bool create) {
  path_ = segment_path(stem_, number);
  fd_.reset(::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | (create ? O_CREAT : 0), 0644));
  if (!fd_.valid()) {
    const int error_number = errno;
    if (error_number == ENOENT && !create) return std::unexpected(shorter(path_, 0, length_));
    return std::unexpected(storage_error("open", path_, error_number));
  }
  TRY(lock_segment(fd_.get(), path_));
  struct stat info{};
  if (::fstat(fd_.get(), &info) != 0)
    return std::unexpected(storage_error("look at", path_, errno));
  segment_ = number;
  length_ = static_cast<std::uint64_t>(info.st_size);
  return {};
}

Status FileSink::cut_to(std::uint64_t length) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(length)) != 0) {
    return std::unexpected(storage_error(fmt::format("cut to {} bytes", length), path_, errno));
  }
  length_ = length;
  return {};
}

Status FileSink::check_usable() const {
  if (usable_) return {};
  return fail(ErrorKind::kStorage, fmt::format("the output {} failed before", stem_),
              "open it again at the stored offset");
}

Status FileSink::failed(Status status) {
  if (!status) usable_ = false;
  return status;
}

Status FileSink::write(const RecordBatch& batch) {
  TRY(check_usable());
  return failed(write_lines(batch));
}

Status FileSink::write_lines(const RecordBatch& batch) {
  for (const Record& record : batch.records()) {
    if (rotate_bytes_ != 0) {
      const std::uint64_t before = length_ + lines_.size();
      if (before != 0 && before + lines_.size_of(batch, record) > rotate_bytes_) TRY(rotate());
    }
    lines_.append(batch, record);
    if (lines_.size() >= kWriteBytes) TRY(drain());
  }
  return drain();
}

// On failure the file ends after the last line that went out as a whole.
Status FileSink::drain() {
  const std::string_view text = lines_.text();
  if (text.empty()) return {};
  dirty_ = true;
  const WriteOutcome outcome = write_all(fd_.get(), text);
  if (outcome.error_number == 0) {
    length_ += text.size();
    lines_.clear();
    return {};
  }
  const std::size_t line_end = text.substr(0, outcome.written).rfind('\n');
  const std::size_t whole = line_end == std::string_view::npos ? 0 : line_end + 1;
  Error error =
      storage_error(fmt::format("write {} bytes to", text.size()), path_, outcome.error_number);
  const Status cut = cut_to(length_ + whole);
  if (!cut) return std::unexpected(std::move(error).at(cut.error().message()));
  return std::unexpected(
      std::move(error).at("nothing is lost: a restart goes on at the stored offset"));
}

Status FileSink::sync() {
  if (!dirty_) return {};
  if (::fdatasync(fd_.get()) != 0) return std::unexpected(storage_error("sync", path_, errno));
  dirty_ = false;
  return {};
}

Status FileSink::rotate() {
  TRY(drain());
  TRY(sync());
  const std::string full = path_;
  const std::uint64_t bytes = length_;
  TRY(open_segment(segment_ + 1, true));
  if (length_ != 0) TRY(cut_to(0));
  TRY(sync_folder_of(stem_));
  log::info("sink.segment_closed", {{"path", full}, {"bytes", bytes}, {"next", path_}});
  return {};
}

Result<SinkFields> FileSink::flush() {
  TRY(check_usable());
  TRY(failed(drain()));
  TRY(failed(sync()));
  return to_fields({.segment = segment_, .length = length_});
}

}  // namespace

std::string file_sink_stem(const std::string& path) {
  struct stat info{};
  const bool folder =
      path.ends_with('/') || (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode));
  if (folder) return path + (path.ends_with('/') ? "changes" : "/changes");
  constexpr std::string_view kSuffix = ".jsonl";
  return path.ends_with(kSuffix) && path.size() > kSuffix.size()
             ? path.substr(0, path.size() - kSuffix.size())
             : path;
}

std::unique_ptr<Sink> make_file_sink(const std::string& path, std::uint64_t rotate_bytes) {
  return std::make_unique<FileSink>(file_sink_stem(path), rotate_bytes);
}

}  // namespace tidemark

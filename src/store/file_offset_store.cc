// SPDX-License-Identifier: Apache-2.0
#include "store/file_offset_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "store/java_key.h"
#include "store/java_stream.h"
#include "store/offset_format.h"
#include "store/process.h"

namespace tidemark {
namespace {

// Larger than any state of ours; a file beyond it is something else.
constexpr std::uint64_t kFileBytesMax = 64 << 20;
constexpr std::uint64_t kLockBytesMax = 4096;

std::string holder_text() {
  JsonWriter out;
  out.begin_object(JsonWriter::Layout::kOneLine);
  out.member("pid", process_id());
  out.member("host", host_name());
  out.member("started_ms", SystemClock().wall_ns() / 1'000'000);
  out.end_object();
  return out.take() + "\n";
}

// A lock file that says nothing legible still means that it is held.
std::string describe_holder(const std::string& lock_path) {
  constexpr const char* kUnknown = "an unknown process";
  const Result<std::optional<std::string>> text = read_file(lock_path, kLockBytesMax);
  if (!text || !*text) return kUnknown;
  const std::expected<JsonDocument, JsonProblem> document = JsonDocument::parse(**text);
  if (!document) return kUnknown;
  std::optional<JsonProblem> problem;
  const JsonReader holder = document->root(problem);
  const std::int64_t pid = holder.i64("pid");
  const std::string host = holder.text("host");
  return problem ? kUnknown : fmt::format("process {} on host {}", pid, host);
}

Error lock_error(const std::string& lock_path, int error_number) {
  if (error_number != EWOULDBLOCK) return storage_error("lock", lock_path, error_number);
  const std::string holder = describe_holder(lock_path);
  return Error(ErrorKind::kConflict,
               fmt::format("{} uses this offset already, it holds {}", holder, lock_path),
               "stop that process first, or give this one an offset path and name of its own");
}

Result<UniqueFd> take_lock(const std::string& lock_path) {
  UniqueFd fd(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return std::unexpected(storage_error("open", lock_path, errno));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return std::unexpected(lock_error(lock_path, errno));
  }
  if (::ftruncate(fd.get(), 0) != 0) {
    return std::unexpected(storage_error("write", lock_path, errno));
  }
  const WriteOutcome outcome = write_all(fd.get(), holder_text());
  if (outcome.error_number != 0) {
    return std::unexpected(storage_error("write", lock_path, outcome.error_number));
  }
  return fd;
}

// A commit renames over the path: through a symbolic link that would replace the link.
std::string resolved(const std::string& path) {
  std::array<char, PATH_MAX> buffer{};
  return ::realpath(path.c_str(), buffer.data()) == nullptr ? path : std::string(buffer.data());
}

Status check_regular(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(storage_error("look at", path, errno));
  }
  if (S_ISREG(info.st_mode)) return {};
  return fail(ErrorKind::kRejected, fmt::format("{} is not a regular file", path),
              "give offset.storage.file.filename the path of a file");
}

// Writes and drops what a commit would write: an unwritable folder shows at the start.
Status probe_writing(const std::string& path) {
  const std::string probe = path + ".probe";
  TRY(replace_file(probe, "{}\n", Durability::kSynced));
  return remove_file(probe);
}

Status check_names(const StoredOffset& stored, const FileOffsetStoreOptions& options) {
  if (stored.connector_name == options.connector_name &&
      stored.topic_prefix == options.topic_prefix) {
    return {};
  }
  return fail(ErrorKind::kRejected,
              fmt::format("the offset file belongs to connector \"{}\" with topic.prefix \"{}\", "
                          "this is connector \"{}\" with topic.prefix \"{}\"",
                          stored.connector_name, stored.topic_prefix, options.connector_name,
                          options.topic_prefix),
              "set the names as they were, or give offset.storage.file.filename another path");
}

Result<std::optional<std::string>> read_whole(const std::string& path) {
  return read_file(path, kFileBytesMax);
}

bool is_debezium(const std::optional<std::string>& text) {
  return text && text->starts_with(kJavaMagic);
}

// Debezium's file stays beside ours: a hand-back begins with it, and so does who took over by mistake.
Status keep_copy(const std::string& path, const std::string& text) {
  const std::string copy = path + ".debezium";
  const std::optional<std::string> earlier = TRY(read_whole(copy));
  if (earlier && *earlier != text) {
    return fail(ErrorKind::kRejected,
                fmt::format("{} is Debezium's offset file, and its copy {} holds another one from "
                            "an earlier take-over",
                            path, copy),
                "move the copy away and start again");
  }
  return replace_file(copy, text, Durability::kSynced);
}

}  // namespace

FileOffsetStore::FileOffsetStore(FileOffsetStoreOptions options, int lock_fd)
    : options_(std::move(options)), lock_fd_(lock_fd) {}

Result<std::unique_ptr<FileOffsetStore>> FileOffsetStore::open(FileOffsetStoreOptions options) {
  options.path = resolved(options.path);
  TRY(check_regular(options.path));
  UniqueFd lock = TRY(take_lock(options.path + ".lock"));
  TRY(remove_file(options.path + ".tmp"));
  TRY(probe_writing(options.path));
  const int lock_fd = lock.release();
  return std::unique_ptr<FileOffsetStore>(new FileOffsetStore(std::move(options), lock_fd));
}

// The lock file stays: removing it would let two processes lock two files of one name.
FileOffsetStore::~FileOffsetStore() {
  if (::ftruncate(lock_fd_, 0) != 0) {
    // It says who held the lock last; nothing rests on it.
  }
  ::close(lock_fd_);
}

Result<std::optional<LoadedOffset>> FileOffsetStore::load() {
  const std::optional<std::string> text = TRY(read_whole(options_.path));
  if (!text) return std::optional<LoadedOffset>();
  if (is_debezium(text)) {
    PickedOffset picked =
        TRY_AT(pick_offset(*text, options_, OtherOffsets::kRefused), options_.path);
    return std::optional(taken_over(std::move(picked.offset)));
  }
  StoredOffset stored = TRY_AT(decode_offset(*text), options_.path);
  TRY_AT(check_names(stored, options_), options_.path);
  return std::optional(LoadedOffset{.state = std::move(stored.state)});
}

Status FileOffsetStore::make_replaceable() {
  if (replaceable_) return {};
  TRY(load());
  const std::optional<std::string> text = TRY(read_whole(options_.path));
  if (is_debezium(text)) TRY(keep_copy(options_.path, *text));
  replaceable_ = true;
  return {};
}

Status FileOffsetStore::commit(const ResumeState& state) {
  TRY(make_replaceable());
  return replace_file(options_.path,
                      encode_offset(options_.connector_name, options_.topic_prefix, state),
                      Durability::kSynced);
}

Status FileOffsetStore::place(std::string_view map) {
  TRY(decode_debezium_offset(map));
  TRY(make_replaceable());
  const JavaMapEntry entry{.key = encode_offset_key(options_.connector_name, options_.topic_prefix),
                           .value = std::string(map)};
  return replace_file(options_.path, write_java_map(std::span(&entry, 1)), Durability::kSynced);
}

Status FileOffsetStore::remove() {
  TRY(make_replaceable());
  return remove_file(options_.path);
}

Result<std::optional<ResumeState>> read_offset_file(const std::string& path) {
  const std::optional<std::string> text = TRY(read_whole(path));
  if (!text) return std::optional<ResumeState>();
  return std::optional<ResumeState>(TRY_AT(decode_offset(*text), path).state);
}

Result<PickedOffset> pick_offset(std::string_view java_map, const FileOffsetStoreOptions& options,
                                 OtherOffsets others) {
  struct Candidate {
    std::string name;
    std::string value;
  };
  std::vector<Candidate> ours;  // by topic.prefix
  std::string not_ours;
  for (const JavaMapEntry& entry : TRY(read_java_map(java_map))) {
    if (!entry.value) continue;
    const std::optional<OffsetKey> key = decode_offset_key(entry.key);
    if (key && key->topic_prefix == options.topic_prefix) {
      ours.push_back({key->connector_name, *entry.value});
    } else {
      not_ours += (not_ours.empty() ? "" : ", ") + entry.key;
    }
  }
  if (!not_ours.empty() && others == OtherOffsets::kRefused) {
    return fail(ErrorKind::kRejected,
                fmt::format("Debezium's offset file holds offsets of others, too: {}", not_ours),
                "give offset.storage.file.filename a path of its own and take ours over by "
                "tidemark offsets import CONFIG FILE");
  }
  std::string names;
  for (const Candidate& each : ours) {
    if (each.name == options.connector_name || ours.size() == 1) {
      DebeziumOffset offset = TRY(decode_debezium_offset(each.value));
      return PickedOffset{.map = each.value, .offset = std::move(offset)};
    }
    names += (names.empty() ? "" : ", ") + each.name;
  }
  return fail(ErrorKind::kRejected,
              ours.empty()
                  ? fmt::format("Debezium's offset file holds no offset of topic.prefix {}",
                                options.topic_prefix)
                  : fmt::format("Debezium's offset file holds offsets of several "
                                "connectors with topic.prefix {}: {}",
                                options.topic_prefix, names),
              ours.empty() ? "set topic.prefix as it was, or give offset.storage.file.filename "
                             "another path"
                           : "set name to the one to go on from");
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The offset file: one ResumeState, replaced atomically at every commit. An offset file of Debezium is taken
// over: read as it is, kept beside ours, and replaced by the first commit.
// Format:   offset_format.h; Debezium's: java_key.h and debezium_offset.h
// Files:    <path>           the state
//           <path>.tmp       the next one while it is being written; whatever a crash left is dropped
//           <path>.probe     written and removed by open()
//           <path>.lock      held (flock) while the store is open; pid, host and start of the holder
//           <path>.debezium  Debezium's file, once ours has taken its place
// Thread:   as OffsetStore
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/debezium_offset.h"
#include "store/offset_store.h"

namespace tidemark {

struct FileOffsetStoreOptions {
  std::string path;
  std::string connector_name;
  std::string topic_prefix;
};

class FileOffsetStore : public OffsetStore {
 public:
  // Takes the lock and proves by writing that commits will work; the folder must exist.
  // Errors: kConflict when another process holds the lock, naming its pid and host; kStorage when the
  // folder is missing or cannot be written; kRejected when the path is no regular file.
  static Result<std::unique_ptr<FileOffsetStore>> open(FileOffsetStoreOptions options);
  ~FileOffsetStore() override;

  Result<std::optional<LoadedOffset>> load() override;
  Status commit(const ResumeState& state) override;
  Status place(std::string_view map) override;
  Status remove() override;
  std::string where() const override { return options_.path; }

  // Symbolic links resolved.
  const std::string& path() const { return options_.path; }

 private:
  FileOffsetStore(FileOffsetStoreOptions options, int lock_fd);
  Status make_replaceable();

  FileOffsetStoreOptions options_;
  int lock_fd_;
  bool replaceable_ = false;  // the file is absent, or was loaded or written by us
};

// Reads the state without taking the lock, for `tidemark status`. Names are not compared.
Result<std::optional<ResumeState>> read_offset_file(const std::string& path);

struct PickedOffset {
  std::string map;  // as it stands there
  DebeziumOffset offset;
};
enum class OtherOffsets : std::uint8_t {
  kRefused,  // the file is to be replaced
  kPassedOver,
};
// The offset of one connector in a file of Connect or Debezium Server: that with our topic.prefix, and where
// there are several with our name. Errors: kRejected, naming those that are there; kCorrupt.
Result<PickedOffset> pick_offset(std::string_view java_map, const FileOffsetStoreOptions& options,
                                 OtherOffsets others);

}  // namespace tidemark

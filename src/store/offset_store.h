// SPDX-License-Identifier: Apache-2.0
// The offset file: one ResumeState, replaced atomically at every commit.
// Format:   offset_format.h
// Files:    <path>          the state
//           <path>.tmp      the next one while it is being written; whatever a crash left is dropped
//           <path>.probe    written and removed by open()
//           <path>.lock     held (flock) while the store is open; pid, host and start of the holder
// Thread:   open and load before the threads start; commit on the sink thread only
// Errors:   see the functions; a failed commit leaves the last good state in place
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "change/offset.h"

namespace tidemark {

struct OffsetStoreOptions {
  std::string path;
  std::string connector_name;
  std::string topic_prefix;
};

class OffsetStore {
 public:
  // Takes the lock and proves by writing that commits will work; the folder must exist.
  // Errors: kConflict when another process holds the lock, naming its pid and host; kStorage when the
  // folder is missing or cannot be written; kRejected when the path is no regular file.
  static Result<std::unique_ptr<OffsetStore>> open(OffsetStoreOptions options);
  ~OffsetStore();
  OffsetStore(const OffsetStore&) = delete;
  OffsetStore& operator=(const OffsetStore&) = delete;

  // Nothing when there is no file. Errors: kRejected for a file that is not ours to replace (Debezium's
  // binary offsets, a newer version, another connector); kCorrupt for one that is torn, naming the
  // place; kStorage when it cannot be read.
  Result<std::optional<ResumeState>> load() const;

  // Durable when it returns. Refused with kRejected while load() would reject the file.
  Status commit(const ResumeState& state);

  // Symbolic links resolved.
  const std::string& path() const { return options_.path; }

 private:
  OffsetStore(OffsetStoreOptions options, int lock_fd);

  OffsetStoreOptions options_;
  int lock_fd_;
  bool replaceable_ = false;  // the file is absent, or was loaded or written by us
};

// Reads the state without taking the lock, for `tidemark status` and `tidemark offsets show`. Names are
// not compared.
Result<std::optional<ResumeState>> read_offset_file(const std::string& path);

}  // namespace tidemark

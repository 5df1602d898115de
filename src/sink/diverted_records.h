// SPDX-License-Identifier: Apache-2.0
// Records that a topic does not take for their size, as lines in a file (json_lines.h), one after the other. The
// file is appended to and never cut back: after a crash some may be in it twice.
// Thread: sink thread only
// Errors: kStorage
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/record.h"
#include "base/result.h"
#include "sink/json_lines.h"

namespace tidemark {

class DivertedRecords {
 public:
  // Makes the file if it is not there; half a line that a crash left at its end is ended.
  static Result<std::unique_ptr<DivertedRecords>> open(const std::string& path);

  // Durable when it returns. Logged with topic and sizes, never with contents.
  Status add(const RecordBatch& batch, const Record& record, std::size_t bytes_max);
  std::uint64_t count() const { return count_; }

 private:
  DivertedRecords(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  const std::string path_;
  const UniqueFd fd_;
  JsonLines lines_;
  std::uint64_t count_ = 0;  // since open()
};

}  // namespace tidemark

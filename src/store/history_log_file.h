// SPDX-License-Identifier: Apache-2.0
// A schema history in a file: one record a line, ours a member of it.
// Thread:   one at a time
// Errors:   kStorage
#pragma once

#include <memory>
#include <string>

#include "store/history_store.h"

namespace tidemark {

class FileHistoryLog : public HistoryLog {
 public:
  // Proves that the file can be appended to; its folder must exist.
  static Result<std::unique_ptr<FileHistoryLog>> open(std::string path);

  // Durable when it returns. A line that a crash left torn is cut off before.
  Status append(std::span<const Entry> entries) override;
  // Errors: kCorrupt where a line but the last, torn one is no record.
  Status read(const Visitor& visit) override;
  std::string where() const override { return path_; }

 private:
  explicit FileHistoryLog(std::string path) : path_(std::move(path)) {}
  Status mend();

  const std::string path_;
  bool whole_ = false;  // the last line ends with its newline
};

}  // namespace tidemark

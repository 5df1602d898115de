// SPDX-License-Identifier: Apache-2.0
// Records as lines of JSON, collected in one reused buffer:
//   {"topic":"..","key":<json or null>,"value":<json or null>,"headers":{..}}
// Key, value and headers are JSON already and are copied as they are; a line never holds a line break of
// its own, because encoders write none.
// Thread: one at a time
// Cost:   a copy of each part; a topic's name is quoted once
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/record.h"

namespace tidemark {

class JsonLines {
 public:
  JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  // The size of the line that append() would add.
  std::size_t size_of(const RecordBatch& batch, const Record& record);
  void append(const RecordBatch& batch, const Record& record);

  std::string_view text() const { return {buffer_.get(), size_}; }
  std::size_t size() const { return size_; }
  // Keeps the memory, unless one huge record made it large.
  void clear();

 private:
  struct Prefix {
    const Topic* topic;
    std::string name;  // a topic's address may be that of an earlier one
    std::string text;  // {"topic":"..","key":
  };
  const std::string& prefix_of(const Topic& topic);
  const std::string& find_prefix(const Topic& topic);
  void reserve(std::size_t more);

  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::vector<std::unique_ptr<Prefix>> prefixes_;
  const Prefix* last_ = nullptr;
};

// How much to collect before it is written.
inline constexpr std::size_t kWriteBytes = 256 * 1024;

}  // namespace tidemark

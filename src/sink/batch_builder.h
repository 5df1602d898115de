// SPDX-License-Identifier: Apache-2.0
// Batches for tests.
#pragma once

#include <string>
#include <string_view>

#include "base/record.h"

namespace tidemark {

// Records built one by one; owns the batch.
class BatchBuilder {
 public:
  BatchBuilder& add(const Topic& topic, std::string_view key, std::string_view value) {
    Record record{.topic = &topic};
    std::string& buffer = batch_.buffer();
    const auto put = [&](std::string_view text) {
      const auto at = static_cast<std::uint32_t>(buffer.size());
      buffer += text;
      return at;
    };
    if (!key.empty()) {
      record.key_at = put(key);
      record.key_size = static_cast<std::uint32_t>(key.size());
    }
    if (!value.empty()) {
      record.value_at = put(value);
      record.value_size = static_cast<std::uint32_t>(value.size());
    }
    batch_.records().push_back(record);
    return *this;
  }
  BatchBuilder& headers(std::string_view json) {
    Record& record = batch_.records().back();
    record.headers_at = static_cast<std::uint32_t>(batch_.buffer().size());
    record.headers_size = static_cast<std::uint32_t>(json.size());
    batch_.buffer() += json;
    return *this;
  }
  const RecordBatch& batch() const { return batch_; }

 private:
  RecordBatch batch_;
};

// A record with the number as key and as value.
inline BatchBuilder numbered(const Topic& topic, int first, int count) {
  BatchBuilder out;
  for (int i = first; i < first + count; ++i) out.add(topic, std::to_string(i), std::to_string(i));
  return out;
}
inline std::string numbered_line(const std::string& topic, int i) {
  const std::string n = std::to_string(i);
  return R"({"topic":")" + topic + R"(","key":)" + n + R"(,"value":)" + n + R"(,"headers":{}})";
}

}  // namespace tidemark

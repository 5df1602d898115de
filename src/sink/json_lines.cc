// SPDX-License-Identifier: Apache-2.0
#include "sink/json_lines.h"

#include <algorithm>
#include <cstring>

#include "base/json.h"

namespace tidemark {
namespace {

constexpr std::string_view kValue = ",\"value\":";
constexpr std::string_view kHeaders = ",\"headers\":";
constexpr std::string_view kEnd = "}\n";
constexpr std::string_view kNull = "null";
constexpr std::string_view kNoHeaders = "{}";

constexpr std::size_t kCapacityKept = 4 * kWriteBytes;

std::string_view or_null(std::string_view json, std::uint32_t size) {
  return size == Record::kNull ? kNull : json;
}
std::string_view key_of(const RecordBatch& batch, const Record& record) {
  return or_null(batch.key(record), record.key_size);
}
std::string_view value_of(const RecordBatch& batch, const Record& record) {
  return or_null(batch.value(record), record.value_size);
}
std::string_view headers_of(const RecordBatch& batch, const Record& record) {
  const std::string_view headers = batch.headers(record);
  return headers.empty() ? kNoHeaders : headers;
}

char* put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

std::string quoted_prefix(std::string_view topic) {
  return "{\"topic\":" + quoted_json(topic) + ",\"key\":";
}

}  // namespace

JsonLines::JsonLines() { reserve(2 * kWriteBytes); }

const std::string& JsonLines::prefix_of(const Topic& topic) {
  if (last_ != nullptr && last_->topic == &topic && last_->name == topic.name) return last_->text;
  return find_prefix(topic);
}

const std::string& JsonLines::find_prefix(const Topic& topic) {
  for (const auto& prefix : prefixes_) {
    if (prefix->topic != &topic) continue;
    if (prefix->name != topic.name) *prefix = {&topic, topic.name, quoted_prefix(topic.name)};
    last_ = prefix.get();
    return last_->text;
  }
  prefixes_.push_back(
      std::make_unique<Prefix>(Prefix{&topic, topic.name, quoted_prefix(topic.name)}));
  last_ = prefixes_.back().get();
  return last_->text;
}

std::size_t JsonLines::size_of(const RecordBatch& batch, const Record& record) {
  return prefix_of(*record.topic).size() + key_of(batch, record).size() + kValue.size() +
         value_of(batch, record).size() + kHeaders.size() + headers_of(batch, record).size() +
         kEnd.size();
}

void JsonLines::append(const RecordBatch& batch, const Record& record) {
  const std::size_t size = size_of(batch, record);
  if (capacity_ - size_ < size) reserve(size);
  char* at = buffer_.get() + size_;
  at = put(at, prefix_of(*record.topic));
  at = put(at, key_of(batch, record));
  at = put(at, kValue);
  at = put(at, value_of(batch, record));
  at = put(at, kHeaders);
  at = put(at, headers_of(batch, record));
  put(at, kEnd);
  size_ += size;
}

void JsonLines::reserve(std::size_t more) {
  const std::size_t capacity = std::max(size_ + more, capacity_ + capacity_ / 2);
  auto grown = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ != 0) std::memcpy(grown.get(), buffer_.get(), size_);
  buffer_ = std::move(grown);
  capacity_ = capacity;
}

void JsonLines::clear() {
  size_ = 0;
  if (capacity_ > kCapacityKept) {
    capacity_ = 0;
    reserve(2 * kWriteBytes);
  }
}

}  // namespace tidemark

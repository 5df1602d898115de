// SPDX-License-Identifier: Apache-2.0
#include "testing/memory_sink.h"

#include <charconv>

namespace tidemark {
namespace {

bool spend(std::optional<std::size_t>& left) {
  if (!left) return true;
  if (*left == 0) return false;
  --*left;
  return true;
}

std::optional<std::string> owned(std::string_view text, std::uint32_t size) {
  return size == Record::kNull ? std::nullopt : std::optional(std::string(text));
}

Result<std::size_t> parse_count(const SinkFields& fields) {
  const auto it = fields.find("records");
  std::size_t count = 0;
  if (it != fields.end()) {
    const char* const end = it->second.data() + it->second.size();
    const auto [at, error] = std::from_chars(it->second.data(), end, count);
    if (error == std::errc() && at == end) return count;
  }
  return fail(ErrorKind::kRejected, "the position is not one of a memory sink", "use its own");
}

}  // namespace

Status MemorySink::open(const std::optional<SinkFields>& position) {
  const bool stored = position && !position->empty();
  const std::size_t count = stored ? TRY(parse_count(*position)) : 0;
  if (!stored && !output_.records.empty()) {
    return fail(ErrorKind::kRejected, "the output is not empty", "clear it");
  }
  if (count > output_.records.size()) {
    return fail(ErrorKind::kCorrupt, "the output is shorter than its position", "restore it");
  }
  output_.records.resize(count);
  output_.flushed = count;
  return {};
}

Status MemorySink::write(const RecordBatch& batch) {
  if (!spend(output_.writes_left)) {
    return fail(ErrorKind::kStorage, "scripted failure of a write", "none");
  }
  for (const Record& record : batch.records()) {
    output_.records.push_back({.topic = record.topic->name,
                               .key = owned(batch.key(record), record.key_size),
                               .value = owned(batch.value(record), record.value_size),
                               .headers = std::string(batch.headers(record))});
  }
  return {};
}

Result<SinkFields> MemorySink::flush() {
  if (!spend(output_.flushes_left)) {
    return fail(ErrorKind::kStorage, "scripted failure of a flush", "none");
  }
  output_.flushed = output_.records.size();
  ++output_.flushes;
  return SinkFields{{"records", std::to_string(output_.flushed)}};
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Encoded records on their way to a sink: topic, key, value and headers as bytes, many to a batch.
// A batch owns one buffer; records are ranges of it. Encoders append, sinks read, the buffer is reused.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

// The Kafka Connect schemas of a topic's keys and values, as JSON. Immutable.
struct RecordSchemas {
  std::string key;  // empty: records of the topic have no key
  std::string value;
};

// Names and framing shared by all records of one topic. Owned by a TopicRegistry, which outlives every
// batch that points to it.
struct Topic {
  std::string name;
  // Only where transforms are configured: the schemas of the records that point here. Two versions of a
  // table are two topics then. Shared: with whoever parsed them.
  std::shared_ptr<const RecordSchemas> schemas = {};
};

// Where a transform wants a record, and when it happened; for sinks that can do something with it.
struct Placement {
  std::int32_t partition = -1;  // -1: the sink chooses
  std::int64_t timestamp_ms = -1;  // since the Unix epoch, -1: the sink's clock

  bool operator==(const Placement&) const = default;
};

struct Record {
  static constexpr std::uint32_t kNull = std::numeric_limits<std::uint32_t>::max();

  const Topic* topic = nullptr;
  std::uint32_t key_at = 0;
  std::uint32_t key_size = kNull;  // kNull: no key
  std::uint32_t value_at = 0;
  std::uint32_t value_size = kNull;  // kNull: tombstone
  std::uint32_t headers_at = 0;  // one JSON object, names to values
  std::uint32_t headers_size = 0;
};

class RecordBatch {
 public:
  std::string& buffer() { return buffer_; }
  const std::string& buffer() const { return buffer_; }
  std::vector<Record>& records() { return records_; }
  const std::vector<Record>& records() const { return records_; }

  // One for each record, or none at all: then no record asks for anything.
  std::vector<Placement>& placements() { return placements_; }
  const std::vector<Placement>& placements() const { return placements_; }

  std::string_view key(const Record& r) const { return view(r.key_at, r.key_size); }
  std::string_view value(const Record& r) const { return view(r.value_at, r.value_size); }
  std::string_view headers(const Record& r) const { return view(r.headers_at, r.headers_size); }

  std::size_t bytes() const { return buffer_.size(); }
  bool empty() const { return records_.empty(); }
  // Keeps the capacity.
  void clear() {
    buffer_.clear();
    records_.clear();
    placements_.clear();
  }

 private:
  std::string_view view(std::uint32_t at, std::uint32_t size) const {
    return size == Record::kNull ? std::string_view() : std::string_view(buffer_.data() + at, size);
  }

  std::string buffer_;
  std::vector<Record> records_;
  std::vector<Placement> placements_;
};

}  // namespace tidemark

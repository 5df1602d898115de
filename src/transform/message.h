// SPDX-License-Identifier: Apache-2.0
// A record on its way through the chain: topic, key, value and headers, each with its schema; values are JSON
// slices of the batch they came from, or of the arena.
// Lifetime: views live until the chain goes on with the next record; schemas as long as whoever made them
//           caches them, at least as long
// Thread:   delivery thread only
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "transform/schema.h"

namespace tidemark::transform {

inline constexpr std::string_view kNullJson = "null";

// Memory for the texts that transforms make of one record.
class Arena {
 public:
  // Uninitialised, at a stable address until reset().
  char* take(std::size_t size);
  std::string_view keep(std::string_view text);
  // Keeps the first block.
  void reset();

 private:
  static constexpr std::size_t kBlock = 64U << 10U;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0;  // of the last block
  std::size_t size_ = 0;  // of the last block
};

// A value with its schema. Without a schema a null is nothing at all: no key, or a tombstone.
struct Datum {
  const Schema* schema = nullptr;
  std::string_view json = kNullJson;

  bool is_null() const { return json == kNullJson; }
  bool is_struct() const { return schema != nullptr && schema->type() == SchemaType::kStruct; }
};

struct Header {
  std::string_view label;  // "name": as JSON
  Datum value;
};

struct Message {
  std::string_view topic;
  std::int32_t partition = -1;
  std::int64_t timestamp_ms = -1;
  Datum key;
  Datum value;
  std::vector<Header> headers;
  bool headers_known = false;  // false: `headers` is empty, the text is in headers_json
  std::string_view headers_json;  // as they came: one object, no schemas
  Arena* arena = nullptr;
  // null with a schema's default is printed as the default, by the encoder already (converter option).
  bool nulls_replaced = true;

  bool is_envelope() const {
    return value.schema != nullptr && value.schema->is_envelope() && !value.is_null();
  }
  // Headers as a list.
  Result<std::vector<Header>*> open_headers();
  Status add_header(std::string_view name, Datum value);
};

// Errors: kCorrupt, when the text does not have the schema's form, naming the schema.
Status cut(const Datum& datum, std::span<std::string_view> out);
// One field of a struct.
Result<Datum> field_of(const Datum& datum, std::size_t index);
// What Struct.get yields: the default in the place of null.
std::string_view or_default(const Schema& schema, std::string_view json);

// Writes a struct field by field into the arena.
class StructWriter {
 public:
  // `size_max`: of all the fields' labels, values and commas together.
  StructWriter(Arena& arena, std::size_t size_max) : begin_(arena.take(size_max + 2)), at_(begin_) {
    *at_++ = '{';
  }
  void add(std::string_view label, std::string_view json);
  std::string_view finish();

 private:
  char* begin_;
  char* at_;
};

// A schema with fewer or more fields, and the struct's values that go into it.
struct Part {
  std::string_view label;
  std::string_view json;
};
std::string_view write_struct(Arena& arena, std::span<const Part> parts);

}  // namespace tidemark::transform

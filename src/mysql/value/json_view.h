// SPDX-License-Identifier: Apache-2.0
// Binary JSON in place: what printing and applying differences go through. Internal to this room.
// Layout:   docs/formats/json_binary.md
// Lifetime: everything is a view into the document
// Errors:   kCorrupt where an offset or a size leads out of its container
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark {

enum class JsonTag : std::uint8_t {
  kSmallObject = 0x00,
  kLargeObject = 0x01,
  kSmallArray = 0x02,
  kLargeArray = 0x03,
  kLiteral = 0x04,
  kInt16 = 0x05,
  kUint16 = 0x06,
  kInt32 = 0x07,
  kUint32 = 0x08,
  kInt64 = 0x09,
  kUint64 = 0x0A,
  kDouble = 0x0B,
  kString = 0x0C,
  kOpaque = 0x0F,
};

// kCorrupt: "binary JSON: <what>".
std::unexpected<Error> corrupt_json(const char* what);

struct JsonValue {
  JsonTag tag = JsonTag::kLiteral;
  Bytes body;  // starts with the value and may reach beyond it
  bool inlined = false;  // stands in its container's entry, in place of the offset

  bool is_object() const { return tag == JsonTag::kSmallObject || tag == JsonTag::kLargeObject; }
  bool is_array() const { return tag == JsonTag::kSmallArray || tag == JsonTag::kLargeArray; }
  bool is_container() const { return is_object() || is_array(); }
};
// An empty document is JSON null.
JsonValue json_document(Bytes document);

class JsonContainer {
 public:
  static Result<JsonContainer> open(const JsonValue& value);  // which is an object or an array

  bool is_object() const { return object_; }
  std::size_t count() const { return count_; }
  std::size_t head_size() const;  // bytes before keys and values, entries included
  // i < count()
  Result<std::string_view> key(std::size_t i) const;  // of objects
  Result<JsonValue> member(std::size_t i) const;

 private:
  std::size_t offset_size() const { return large_ ? 4 : 2; }
  std::size_t key_entry_size() const { return object_ ? offset_size() + 2 : 0; }
  std::size_t value_entry_size() const { return 1 + offset_size(); }
  std::uint32_t offset(const std::uint8_t* p) const {
    return large_ ? load_le<std::uint32_t>(p) : load_le<std::uint16_t>(p);
  }

  Bytes body_;  // cut to the container's size
  bool large_ = false;
  bool object_ = false;
  std::size_t count_ = 0;
};

// Prints values, each method a shape; the budget bounds the work by the size of the documents.
class JsonPrinter {
 public:
  // `size`: bytes of all documents that values come from.
  JsonPrinter(std::string& out, std::size_t size) : out_(out), budget_(size + 1) {}

  Status value(const JsonValue& value, unsigned depth);
  // "key": with its quotes and what stands behind it.
  void key(std::string_view text);
  std::string& out() { return out_; }

 private:
  // Every byte of a document belongs to one value only.
  Status spend(std::size_t bytes);
  Status container(const JsonValue& value, unsigned depth);
  Status scalar(JsonTag tag, Bytes body);
  Status literal(ByteReader& reader);
  Status real(ByteReader& reader);
  Result<Bytes> sized(ByteReader& reader);
  Status string(Bytes body);
  Status opaque(Bytes body);
  Status decimal(Bytes payload);
  Status temporal(std::uint8_t type, Bytes payload);

  std::string& out_;
  std::size_t budget_;
};

}  // namespace tidemark

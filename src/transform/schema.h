// SPDX-License-Identifier: Apache-2.0
// Kafka Connect schemas as trees: read from the JSON that encoders print, changed by transforms, printed
// again as JsonConverter does.
// Members of a schema in this order: type, items | keys and values | fields, optional, name, version, doc,
// parameters, default, field; what is absent is left out.
// Value, immutable once made; shared between the records of a topic.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidemark::transform {

enum class SchemaType : std::uint8_t {
  kBoolean,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kArray,
  kMap,
  kStruct,
};
std::string_view to_string(SchemaType type);

class Schema;
using SchemaPtr = std::shared_ptr<const Schema>;

struct SchemaField {
  std::string name;
  std::string label;  // "name": as in the struct's JSON
  SchemaPtr schema;
};

// The parts of a schema, to be made one by Schema::make.
struct SchemaParts {
  SchemaType type = SchemaType::kStruct;
  bool optional = false;
  std::string name = {};  // empty: none
  std::optional<std::int64_t> version = {};
  std::string doc = {};
  std::string parameters = {};  // a JSON object, or empty
  std::string default_json = {};  // empty: none
  std::vector<SchemaField> fields = {};
  SchemaPtr keys = {};  // of a map
  SchemaPtr items = {};  // of an array, the values of a map

  void add(std::string_view field, SchemaPtr schema);
};

class Schema : public std::enable_shared_from_this<Schema> {
 public:
  static SchemaPtr make(SchemaParts parts);
  // Of the simple kind, without a name.
  static SchemaPtr simple(SchemaType type, bool optional);
  // Errors: kCorrupt, where the text is no schema. Nothing but encoders writes such texts.
  static Result<SchemaPtr> parse(std::string_view json);

  const SchemaParts& parts() const { return parts_; }
  SchemaType type() const { return parts_.type; }
  bool optional() const { return parts_.optional; }
  const std::string& name() const { return parts_.name; }
  const std::vector<SchemaField>& fields() const { return parts_.fields; }
  // Of a struct; nothing where it has no such field.
  std::optional<std::size_t> index_of(std::string_view field) const;
  const SchemaField* find(std::string_view field) const;
  bool has_defaults() const { return has_defaults_; }  // of fields, at the first level
  bool is_envelope() const;  // its name ends in .Envelope
  const std::string& text() const { return text_; }

  explicit Schema(SchemaParts parts);  // for make()

 private:
  SchemaParts parts_;
  std::string text_;
  bool has_defaults_ = false;
};

// What Kafka's SchemaUtil.copySchemaBasics keeps: not optionality, default and fields.
SchemaParts copy_basics(const Schema& schema);

// What follows from a schema, remembered. Keys are kept alive, so that an address means one schema.
template <class T>
class SchemaCache {
 public:
  T* find(const Schema& key) {
    if (last_ != nullptr && last_->first == &key) return &last_->second.value;
    const auto found = entries_.find(&key);
    if (found == entries_.end()) return nullptr;
    last_ = &*found;
    return &found->second.value;
  }
  T& put(const Schema& key, T value) {
    // Schemas out of payloads may be without number.
    if (entries_.size() >= kEntriesMax) entries_.clear();
    const auto [place, fresh] =
        entries_.insert_or_assign(&key, Entry{key.shared_from_this(), std::move(value)});
    last_ = &*place;
    return place->second.value;
  }

 private:
  static constexpr std::size_t kEntriesMax = 4096;
  struct Entry {
    SchemaPtr key;
    T value;
  };
  std::unordered_map<const Schema*, Entry> entries_;
  std::pair<const Schema* const, Entry>* last_ = nullptr;
};

}  // namespace tidemark::transform

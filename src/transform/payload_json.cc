// SPDX-License-Identifier: Apache-2.0
#include "transform/payload_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "encode/java_float.h"
#include "encode/json_text.h"

namespace tidemark::transform {
namespace {

constexpr std::size_t kDepthMax = 64;

struct Node {
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kInt,
    kLong,
    kDouble,
    kString,
    kArray,
    kObject
  };
  Kind kind = Kind::kNull;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text = {};
  std::vector<std::string> names = {};  // of an object's children
  std::vector<Node> children = {};

  bool is_number() const {
    return kind == Kind::kInt || kind == Kind::kLong || kind == Kind::kDouble;
  }
  const Node* child(std::string_view name) const {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? nullptr
                                : &children[static_cast<std::size_t>(found - names.begin())];
  }
};

// Builds the tree in the text's order; the names of its methods are the library's.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Node root;

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    return add({.kind = Node::Kind::kBoolean, .boolean = value});
  }
  bool number_integer(number_integer_t value) override { return whole(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
      return false;
    return whole(static_cast<std::int64_t>(value));
  }
  // Whole numbers that do not fit come here, too.
  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == string_t::npos) return false;
    return add({.kind = Node::Kind::kDouble, .real = value});
  }
  bool string(string_t& value) override {
    Node node{.kind = Node::Kind::kString};
    node.text = value;
    return add(std::move(node));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Node::Kind::kObject); }
  bool start_array(std::size_t) override { return open(Node::Kind::kArray); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    open_.back().name = value;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  struct Level {
    Node node;
    std::string name = {};  // of the child that comes next
  };

  bool whole(std::int64_t value) {
    const bool small = value >= std::numeric_limits<std::int32_t>::min() &&
                       value <= std::numeric_limits<std::int32_t>::max();
    return add({.kind = small ? Node::Kind::kInt : Node::Kind::kLong, .integer = value});
  }
  bool open(Node::Kind kind) {
    if (open_.size() >= kDepthMax) return false;
    open_.push_back({.node = {.kind = kind}});
    return true;
  }
  bool close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    return add(std::move(node));
  }
  // Of two members with one name the later value stays, in the place of the first.
  bool add(Node node) {
    if (open_.empty()) {
      root = std::move(node);
      return true;
    }
    auto& [parent, name] = open_.back();
    if (parent.kind == Node::Kind::kObject) {
      const auto known = std::find(parent.names.begin(), parent.names.end(), name);
      if (known != parent.names.end()) {
        parent.children[static_cast<std::size_t>(known - parent.names.begin())] = std::move(node);
        return true;
      }
      parent.names.push_back(name);
    }
    parent.children.push_back(std::move(node));
    return true;
  }

  std::vector<Level> open_;
};

using Inferred = std::expected<SchemaPtr, std::string_view>;  // null: no field at all

SchemaPtr optional_of(SchemaType type) { return Schema::simple(type, true); }

class Inference {
 public:
  explicit Inference(const PayloadRules& rules) : rules_(rules) {}

  Inferred schema_of(std::string_view name, const Node& node) const {
    switch (node.kind) {
      case Node::Kind::kNull:
        return rules_.null_is_bytes ? optional_of(SchemaType::kBytes) : nullptr;
      case Node::Kind::kBoolean:
        return optional_of(SchemaType::kBoolean);
      case Node::Kind::kInt:
        return optional_of(SchemaType::kInt32);
      case Node::Kind::kLong:
        return optional_of(SchemaType::kInt64);
      case Node::Kind::kDouble:
        return optional_of(SchemaType::kDouble);
      case Node::Kind::kString:
        return optional_of(SchemaType::kString);
      case Node::Kind::kArray:
        return array(name, node);
      case Node::Kind::kObject:
        return object(name, node);
    }
    return nullptr;
  }

 private:
  Inferred object(std::string_view name, const Node& node) const {
    SchemaParts parts{.type = SchemaType::kStruct, .optional = true, .name = std::string(name)};
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const std::string path =
          name.empty() ? node.names[i] : std::string(name) + "." + node.names[i];
      auto schema = schema_of(path, node.children[i]);
      if (!schema) return schema;
      if (*schema != nullptr) parts.add(node.names[i], *std::move(schema));
    }
    return Schema::make(std::move(parts));
  }

  Inferred array(std::string_view name, const Node& node) const {
    SchemaPtr items;
    if (node.children.empty()) {
      if (!rules_.empty_array_is_strings) return nullptr;
      items = optional_of(SchemaType::kString);
    } else {
      auto inferred = items_of(name, node);
      if (!inferred) return inferred;
      items = *std::move(inferred);
    }
    return Schema::make({.type = SchemaType::kArray, .optional = true, .items = std::move(items)});
  }

  Inferred items_of(std::string_view name, const Node& node) const {
    const Node* sample = nullptr;
    for (const Node& child : node.children) {
      if (child.kind == Node::Kind::kNull) continue;
      if (sample == nullptr) sample = &child;
      if (child.kind != sample->kind) return std::unexpected("an array mixes types");
    }
    static const Node kNothing;
    if (sample == nullptr) sample = &kNothing;
    if (sample->kind == Node::Kind::kObject) return merged(name, node);
    auto schema = schema_of({}, *sample);
    if (schema && *schema == nullptr) return std::unexpected("an array's items have no type");
    return schema;
  }

  // A field that is bytes (a null) in one object takes its type from another.
  Inferred merged(std::string_view name, const Node& array) const {
    SchemaPtr all;
    for (const Node& child : array.children) {
      if (child.kind != Node::Kind::kObject) continue;
      auto one = schema_of(name, child);
      if (!one) return one;
      if (all == nullptr) {
        all = *std::move(one);
      } else if (all->text() != (*one)->text()) {
        SchemaParts parts = copy_basics(*all);
        parts.fields = all->fields();
        for (const SchemaField& field : (*one)->fields()) merge(parts, field);
        all = Schema::make(std::move(parts));
      }
    }
    return all;
  }
  static void merge(SchemaParts& parts, const SchemaField& field) {
    for (SchemaField& known : parts.fields) {
      if (known.name != field.name) continue;
      if (known.schema->type() == SchemaType::kBytes) known = field;
      return;
    }
    parts.fields.push_back(field);
  }

  const PayloadRules& rules_;
};

bool fits(const Node& node, SchemaType type) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return true;
    case Node::Kind::kBoolean:
      return type == SchemaType::kBoolean;
    case Node::Kind::kInt:
      return type == SchemaType::kInt32;
    case Node::Kind::kLong:
      return type == SchemaType::kInt64;
    case Node::Kind::kDouble:
      return type == SchemaType::kDouble;
    case Node::Kind::kString:
      return type == SchemaType::kString;
    case Node::Kind::kArray:
      return type == SchemaType::kArray;
    case Node::Kind::kObject:
      return type == SchemaType::kStruct;
  }
  return false;
}

void append_double(std::string& out, double value) {
  char buffer[64 + kWriteSlack];
  out.append(buffer, static_cast<std::size_t>(write_java_double(buffer, value) - buffer));
}

// False: a value does not have its schema's type.
bool print(const Node& node, const Schema& schema, std::string& out) {
  if (!fits(node, schema.type())) return false;
  switch (node.kind) {
    case Node::Kind::kNull:
      if (!schema.optional()) return false;
      out += "null";
      return true;
    case Node::Kind::kBoolean:
      out += node.boolean ? "true" : "false";
      return true;
    case Node::Kind::kInt:
    case Node::Kind::kLong:
      out += std::to_string(node.integer);
      return true;
    case Node::Kind::kDouble:
      append_double(out, node.real);
      return true;
    case Node::Kind::kString:
      append_string(out, node.text);
      return true;
    case Node::Kind::kArray:
      out += '[';
      for (const Node& child : node.children) {
        if (&child != node.children.data()) out += ',';
        if (!print(child, *schema.parts().items, out)) return false;
      }
      out += ']';
      return true;
    case Node::Kind::kObject:
      out += '{';
      for (const SchemaField& field : schema.fields()) {
        if (&field != schema.fields().data()) out += ',';
        out += field.label;
        static const Node kNothing;
        const Node* const child = node.child(field.name);
        if (!print(child == nullptr ? kNothing : *child, *field.schema, out)) return false;
      }
      out += '}';
      return true;
  }
  return false;
}

}  // namespace

std::expected<Payload, std::string_view> expand_payload(std::string_view text,
                                                        std::string_view name,
                                                        const PayloadRules& rules) {
  if (!text.starts_with('{') && !text.starts_with('[')) {
    return std::unexpected("the text begins neither with { nor with [");
  }
  TreeBuilder tree;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &tree)) {
    return std::unexpected(
        "the text is not JSON, nested deeper than 64 or has a number beyond 64 bits");
  }
  auto schema = Inference(rules).schema_of(name, tree.root);
  if (!schema) return std::unexpected(schema.error());
  if (*schema == nullptr) return std::unexpected("an empty array has no type");
  Payload out{.schema = *std::move(schema), .json = {}};
  if (!print(tree.root, *out.schema, out.json)) return std::unexpected("an array mixes types");
  return out;
}

}  // namespace tidemark::transform

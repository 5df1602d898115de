// SPDX-License-Identifier: Apache-2.0
#include "transform/schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/json_slice.h"
#include "encode/json_text.h"

namespace tidemark::transform {
namespace {

constexpr auto kTypeNames =
    std::to_array<std::string_view>({"boolean", "int8", "int16", "int32", "int64", "float",
                                     "double", "bytes", "string", "array", "map", "struct"});

std::string print(const SchemaParts& parts) {
  std::string out = "{\"type\":" + json_string(to_string(parts.type));
  if (parts.type == SchemaType::kArray) out += ",\"items\":" + parts.items->text();
  if (parts.type == SchemaType::kMap) {
    out += ",\"keys\":" + parts.keys->text() + ",\"values\":" + parts.items->text();
  }
  if (parts.type == SchemaType::kStruct) {
    out += ",\"fields\":[";
    for (const SchemaField& field : parts.fields) {
      if (&field != parts.fields.data()) out += ',';
      const std::string& text = field.schema->text();
      out.append(text, 0, text.size() - 1).append(",\"field\":");
      out.append(field.label, 0, field.label.size() - 1).append("}");
    }
    out += ']';
  }
  out += parts.optional ? ",\"optional\":true" : ",\"optional\":false";
  if (!parts.name.empty()) out += ",\"name\":" + json_string(parts.name);
  if (parts.version) out += ",\"version\":" + std::to_string(*parts.version);
  if (!parts.doc.empty()) out += ",\"doc\":" + json_string(parts.doc);
  if (!parts.parameters.empty()) out += ",\"parameters\":" + parts.parameters;
  if (!parts.default_json.empty()) out += ",\"default\":" + parts.default_json;
  return out + "}";
}

constexpr int kDepthMax = 32;

std::unexpected<Error> no_schema(std::string_view what) {
  return fail(ErrorKind::kCorrupt, "a record's schema " + std::string(what));
}

struct Parsed {
  SchemaPtr schema;
  std::string_view field;  // its name as a JSON string; empty: no field
};

Result<Parsed> parse_at(std::string_view json, int depth);

Result<std::vector<SchemaField>> parse_fields(std::string_view json, int depth) {
  std::vector<SchemaField> out;
  JsonItems items(json);
  while (const auto item = items.next()) {
    const Parsed parsed = TRY(parse_at(*item, depth));
    if (parsed.field.empty()) return no_schema("has a field without a name");
    out.push_back({.name = unquoted_json(parsed.field),
                   .label = std::string(parsed.field) + ":",
                   .schema = parsed.schema});
  }
  if (items.failed()) return no_schema("has fields that are no array");
  return out;
}

Result<Parsed> parse_at(std::string_view json, int depth) {
  if (depth > kDepthMax) return no_schema("is nested too deep");
  SchemaParts parts;
  std::string_view field;
  bool typed = false;
  JsonMembers members(json);
  while (const auto member = members.next()) {
    const auto& [name, value] = *member;
    if (name == "\"type\"") {
      const std::string type = unquoted_json(value);
      const auto found = std::find(kTypeNames.begin(), kTypeNames.end(), type);
      if (found == kTypeNames.end()) return no_schema("has an unknown type");
      parts.type = static_cast<SchemaType>(found - kTypeNames.begin());
      typed = true;
    } else if (name == "\"optional\"") {
      parts.optional = value == "true";
    } else if (name == "\"name\"") {
      parts.name = unquoted_json(value);
    } else if (name == "\"doc\"") {
      parts.doc = unquoted_json(value);
    } else if (name == "\"version\"") {
      std::int64_t version = 0;
      std::from_chars(value.data(), value.data() + value.size(), version);
      parts.version = version;
    } else if (name == "\"parameters\"") {
      parts.parameters = value;
    } else if (name == "\"default\"") {
      parts.default_json = value;
    } else if (name == "\"field\"") {
      field = value;
    } else if (name == "\"fields\"") {
      parts.fields = TRY(parse_fields(value, depth + 1));
    } else if (name == "\"items\"" || name == "\"values\"") {
      parts.items = TRY(parse_at(value, depth + 1)).schema;
    } else if (name == "\"keys\"") {
      parts.keys = TRY(parse_at(value, depth + 1)).schema;
    } else {
      return no_schema("has an unknown member");
    }
  }
  if (members.failed() || !typed) return no_schema("is not a JSON object with a type");
  if ((parts.type == SchemaType::kArray || parts.type == SchemaType::kMap) && !parts.items) {
    return no_schema("has no items");
  }
  if (parts.type == SchemaType::kMap && !parts.keys) return no_schema("has no keys");
  return Parsed{Schema::make(std::move(parts)), field};
}

}  // namespace

std::string_view to_string(SchemaType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

void SchemaParts::add(std::string_view field, SchemaPtr schema) {
  fields.push_back(
      {.name = std::string(field), .label = json_string(field) + ":", .schema = std::move(schema)});
}

Schema::Schema(SchemaParts parts) : parts_(std::move(parts)), text_(print(parts_)) {
  has_defaults_ = std::any_of(
      parts_.fields.begin(), parts_.fields.end(),
      [](const SchemaField& field) { return !field.schema->parts().default_json.empty(); });
}

SchemaPtr Schema::make(SchemaParts parts) {
  return std::make_shared<const Schema>(std::move(parts));
}

SchemaPtr Schema::simple(SchemaType type, bool optional) {
  return make({.type = type, .optional = optional});
}

Result<SchemaPtr> Schema::parse(std::string_view json) {
  // The cutters need well-formed text: a default or parameters are kept as they stand.
  if (!nlohmann::json::accept(json)) return no_schema("is no JSON");
  return TRY(parse_at(json, 0)).schema;
}

std::optional<std::size_t> Schema::index_of(std::string_view field) const {
  for (std::size_t i = 0; i < parts_.fields.size(); ++i) {
    if (parts_.fields[i].name == field) return i;
  }
  return std::nullopt;
}

const SchemaField* Schema::find(std::string_view field) const {
  const auto index = index_of(field);
  return index ? &parts_.fields[*index] : nullptr;
}

bool Schema::is_envelope() const { return parts_.name.ends_with(".Envelope"); }

SchemaParts copy_basics(const Schema& schema) {
  const SchemaParts& from = schema.parts();
  return {.type = from.type,
          .name = from.name,
          .version = from.version,
          .doc = from.doc,
          .parameters = from.parameters,
          .keys = from.keys,
          .items = from.items};
}

}  // namespace tidemark::transform

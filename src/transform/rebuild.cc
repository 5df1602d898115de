// SPDX-License-Identifier: Apache-2.0
#include "transform/rebuild.h"

#include <fmt/format.h>

#include <set>

#include "encode/json_text.h"

namespace tidemark::transform {

const Schema* SchemaPool::of(const Schema& from, SchemaParts parts) {
  SchemaPtr made = Schema::make(std::move(parts));
  auto* known = made_.find(from);
  if (known == nullptr) known = &made_.put(from, {});
  if (known->size() >= kSchemasMax) known->clear();
  return known->emplace(made->text(), made).first->second.get();
}

Status check_names(const SchemaParts& parts) {
  std::set<std::string_view> names;
  for (const SchemaField& field : parts.fields) {
    if (names.insert(field.name).second) continue;
    return fail(ErrorKind::kRejected,
                fmt::format("{} would have the field {} twice", parts.name, field.name),
                "give the field that is added another name or prefix");
  }
  return {};
}

Result<std::string_view> with_defaults(const Message& message, const Datum& datum) {
  if (message.nulls_replaced || !datum.schema->has_defaults() || datum.is_null()) return datum.json;
  const auto& fields = datum.schema->fields();
  std::vector<std::string_view> values(fields.size());
  TRY(cut(datum, values));
  std::vector<Part> parts;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    parts.push_back({fields[i].label, or_default(*fields[i].schema, values[i])});
  }
  return write_struct(*message.arena, parts);
}

std::string_view with_added(Arena& arena, std::string_view json, std::span<const Part> added) {
  if (added.empty()) return json;
  std::size_t size = json.size();
  for (const Part& part : added) size += part.label.size() + part.json.size() + 1;
  char* const begin = arena.take(size);
  char* at = write_text(begin, json.substr(0, json.size() - 1));
  bool first = json.size() == 2;
  for (const Part& part : added) {
    if (!first) *at++ = ',';
    first = false;
    at = write_text(write_text(at, part.label), part.json);
  }
  *at++ = '}';
  return {begin, static_cast<std::size_t>(at - begin)};
}

}  // namespace tidemark::transform

// SPDX-License-Identifier: Apache-2.0
#include "transform/cut_fields.h"

#include "base/json_slice.h"

namespace tidemark::transform {
namespace {

// Behind the value of the field whose comma or bracket is at `at`; its value begins at `*begin`.
std::size_t end_of_field(std::string_view json, std::size_t at, const SchemaField& field,
                         char before, std::size_t* begin) {
  if (at >= json.size() || json[at] != before) return std::string_view::npos;
  if (!json.substr(at + 1).starts_with(field.label)) return std::string_view::npos;
  *begin = at + 1 + field.label.size();
  return end_of_json_value(json, *begin);
}

}  // namespace

std::optional<std::string_view> cut_field(std::string_view json, const Schema& schema,
                                          std::size_t index) {
  std::size_t at = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= index; ++i) {
    at = end_of_field(json, at, schema.fields()[i], i == 0 ? '{' : ',', &begin);
    if (at == std::string_view::npos) return std::nullopt;
  }
  return json.substr(begin, at - begin);
}

bool cut_fields(std::string_view json, const Schema& schema, std::span<std::string_view> out) {
  if (json.empty() || json.front() != '{' || out.size() > schema.fields().size()) return false;
  if (schema.fields().empty()) return json == "{}";
  std::size_t at = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::size_t begin = 0;
    at = end_of_field(json, at, schema.fields()[i], i == 0 ? '{' : ',', &begin);
    if (at == std::string_view::npos) return false;
    out[i] = json.substr(begin, at - begin);
  }
  if (out.empty()) return true;
  const bool whole = out.size() == schema.fields().size();
  return at < json.size() && json[at] == (whole ? '}' : ',') && (!whole || at + 1 == json.size());
}

}  // namespace tidemark::transform

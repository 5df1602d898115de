// SPDX-License-Identifier: Apache-2.0
// Any bytes, cut as JSON: slices stay inside the text, and put together again they are the text. As schemas:
// parsed or refused, and what was parsed prints as it parses. As payloads: expanded or refused.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "transform/json_slice.h"
#include "transform/payload_json.h"

namespace {

using namespace tidemark::transform;  // NOLINT: a fuzz target has no namespace of its own

bool inside(std::string_view part, std::string_view text) {
  return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
}

void cut_members(std::string_view text) {
  std::string again = "{";
  Members members(text);
  while (const auto member = members.next()) {
    ASSERT(inside(member->first, text) && inside(member->second, text));
    if (again.size() > 1) again += ',';
    again.append(member->first).append(":").append(member->second);
    (void)unquoted(member->first);
  }
  if (!members.failed()) ASSERT(again + "}" == text);
}

void cut_items(std::string_view text) {
  std::string again = "[";
  Items items(text);
  while (const auto item = items.next()) {
    ASSERT(inside(*item, text));
    if (again.size() > 1) again += ',';
    again.append(*item);
  }
  if (!items.failed()) ASSERT(again + "]" == text);
}

void parse_schema(std::string_view text) {
  const auto schema = Schema::parse(text);
  if (!schema) return;
  const auto again = Schema::parse((*schema)->text());
  ASSERT(again.has_value() && (*again)->text() == (*schema)->text());
  std::vector<std::string_view> fields((*schema)->fields().size());
  (void)cut_fields(text, **schema, fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cut_members(text);
  cut_items(text);
  parse_schema(text);
  (void)unquoted(text);
  const auto payload = expand_payload(text, "payload", {.null_is_bytes = true});
  if (payload) {
    std::vector<std::string_view> fields(payload->schema->fields().size());
    ASSERT(payload->json.starts_with('[') || cut_fields(payload->json, *payload->schema, fields));
  }
  return 0;
}

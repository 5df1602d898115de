// SPDX-License-Identifier: Apache-2.0
// Any bytes as a schema: parsed or refused, and what was parsed prints as it parses. As the payload of an event:
// expanded or refused, and what was expanded is cut by its schema.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "transform/cut_fields.h"
#include "transform/payload_json.h"

namespace {

using namespace tidemark::transform;  // NOLINT: a fuzz target has no namespace of its own

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
  parse_schema(text);
  const auto payload = expand_payload(text, "payload", {.null_is_bytes = true});
  if (payload) {
    std::vector<std::string_view> fields(payload->schema->fields().size());
    ASSERT(payload->json.starts_with('[') || cut_fields(payload->json, *payload->schema, fields));
  }
  return 0;
}

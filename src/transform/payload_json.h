// SPDX-License-Identifier: Apache-2.0
// A JSON text out of a column as Kafka Connect data: a schema inferred from it, and the value in its order.
// Rules:   whole numbers of 32 bits are int32, of 64 int64, others double; everything is optional; objects are
//          structs named by their path; an array's items agree in kind (objects are merged); null has no field
//          (or one of bytes); an empty array has no field (or one of texts)
// Source:  what Debezium 3's outbox JsonSchemaData does
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "transform/schema.h"

namespace tidemark::transform {

struct PayloadRules {
  bool null_is_bytes = false;  // table.json.payload.null.behavior=optional_bytes
  bool empty_array_is_strings = false;  // table.json.payload.empty.array.behavior=optional_string
};

struct Payload {
  SchemaPtr schema;
  std::string json;
};

// `name`: of the outermost struct. Unexpected: why it cannot be expanded, without the text.
std::expected<Payload, std::string_view> expand_payload(std::string_view text,
                                                        std::string_view name,
                                                        const PayloadRules& rules);

}  // namespace tidemark::transform

// SPDX-License-Identifier: Apache-2.0
// Making a struct and its schema out of another, as several transforms do.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "transform/message.h"

namespace tidemark::transform {

// Schemas made per record, one for each text.
class SchemaPool {
 public:
  // `from` is what the parts were made of: the same text out of two schemas stays two schemas.
  const Schema* of(const Schema& from, SchemaParts parts);

 private:
  static constexpr std::size_t kSchemasMax = 4096;
  SchemaCache<std::map<std::string, SchemaPtr, std::less<>>> made_;
};

// Two fields of one name cannot be. Errors: kRejected, naming it.
Status check_names(const SchemaParts& parts);

// The struct with what Struct.get yields for each field, where the encoder has not seen to that.
Result<std::string_view> with_defaults(const Message& message, const Datum& datum);

// The struct's text with fields at its end.
std::string_view with_added(Arena& arena, std::string_view json, std::span<const Part> added);

}  // namespace tidemark::transform

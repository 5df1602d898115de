// SPDX-License-Identifier: Apache-2.0
#include "sink/kafka_headers.h"

#include <utility>

#include "base/json_slice.h"

namespace tidemark {

Result<std::span<const kafka::Header>> KafkaHeaders::of(std::string_view json) {
  if (json != json_) {
    json_ = json;
    headers_.clear();
    unescaped_.clear();
    if (auto done = parse(); !done) {
      json_.clear();
      headers_.clear();
      return std::unexpected(std::move(done).error());
    }
  }
  return std::span<const kafka::Header>(headers_);
}

Status KafkaHeaders::parse() {
  if (json_.empty()) return {};
  JsonMembers members(json_);
  while (const auto member = members.next()) {
    const auto& [name, value] = *member;
    kafka::Header header{.name = text_of(name), .value = {}};
    if (value != "null") header.value = plain_ && value.starts_with('"') ? text_of(value) : value;
    headers_.push_back(header);
  }
  if (!members.failed()) return {};
  return fail(ErrorKind::kCorrupt, "the headers of a record are no JSON object");
}

std::string_view KafkaHeaders::text_of(std::string_view json_string) {
  const bool escaped = json_string.find('\\') != std::string_view::npos;
  if (escaped) return unescaped_.emplace_back(unquoted_json(json_string));
  return json_string.substr(1, json_string.size() - 2);
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "sink/kafka_headers.h"

#include <optional>
#include <utility>

#include "base/json.h"

namespace tidemark {
namespace {

constexpr auto kNone = std::string_view::npos;

// The place behind the string that begins at `at`.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return kNone;
}

// The place behind the value that begins at `at`; JSON without blanks.
std::size_t end_of_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at);
      if (at == kNone) return kNone;
      if (depth == 0) return at;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    ++at;
  }
  return kNone;
}

}  // namespace

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
  const std::string_view json = json_;
  if (json.empty() || json == "{}") return {};
  const auto corrupt = [] {
    return fail(ErrorKind::kCorrupt, "the headers of a record are no JSON object");
  };
  if (json.front() != '{') return corrupt();
  for (std::size_t at = 1;; ++at) {
    if (at >= json.size() || json[at] != '"') return corrupt();
    const std::size_t colon = end_of_string(json, at);
    if (colon == kNone || colon >= json.size() || json[colon] != ':') return corrupt();
    const std::size_t end = end_of_value(json, colon + 1);
    if (end == kNone || end >= json.size()) return corrupt();
    kafka::Header header{.name = TRY(text_of(json.substr(at, colon - at))), .value = {}};
    const std::string_view value = json.substr(colon + 1, end - colon - 1);
    if (value != "null")
      header.value = plain_ && value.starts_with('"') ? TRY(text_of(value)) : value;
    headers_.push_back(header);
    at = end;
    if (json[at] == '}') return {};
    if (json[at] != ',') return corrupt();
  }
}

Result<std::string_view> KafkaHeaders::text_of(std::string_view json_string) {
  const std::string_view inner = json_string.substr(1, json_string.size() - 2);
  if (inner.find('\\') == kNone) return inner;
  std::string object = R"({"t":)";
  object += json_string;
  object += '}';
  const auto document = JsonDocument::parse(object);
  std::optional<JsonProblem> problem;
  const std::string text = document ? document->root(problem).text("t") : std::string();
  if (!document || problem) return fail(ErrorKind::kCorrupt, "the headers of a record are no JSON");
  return std::string_view(unescaped_.emplace_back(text));
}

}  // namespace tidemark

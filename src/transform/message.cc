// SPDX-License-Identifier: Apache-2.0
#include "transform/message.h"

#include <fmt/format.h>

#include <cstring>

#include "base/json_slice.h"
#include "encode/json_text.h"
#include "transform/cut_fields.h"

namespace tidemark::transform {
namespace {

// Headers come without schemas. The encoder's are texts, but for the keys of a key change.
bool is_key_header(std::string_view label) {
  return label == "\"__debezium.newkey\":" || label == "\"__debezium.oldkey\":";
}

const Schema* string_schema() {
  static const SchemaPtr schema = Schema::simple(SchemaType::kString, false);
  return schema.get();
}

Error misshapen(const Datum& datum) {
  return {ErrorKind::kCorrupt,
          fmt::format("a record does not have the form of its schema {}",
                      datum.schema == nullptr ? "(none)" : datum.schema->name())};
}

}  // namespace

char* Arena::take(std::size_t size) {
  if (size_ - used_ < size) {
    size_ = std::max(size, kBlock);
    used_ = 0;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
  }
  char* const out = blocks_.back().get() + used_;
  used_ += size;
  return out;
}

std::string_view Arena::keep(std::string_view text) {
  char* const out = take(text.size());
  std::memcpy(out, text.data(), text.size());
  return {out, text.size()};
}

void Arena::reset() {
  used_ = 0;
  if (blocks_.size() > 1 || size_ > kBlock) {
    blocks_.clear();
    size_ = 0;
  }
}

Result<std::vector<Header>*> Message::open_headers() {
  if (headers_known) return &headers;
  headers_known = true;
  if (headers_json.empty()) return &headers;
  JsonMembers members(headers_json);
  while (const auto member = members.next()) {
    // With the colon behind it.
    const std::string_view label(member->first.data(), member->first.size() + 1);
    headers.push_back(
        {.label = label,
         .value = {is_key_header(label) ? key.schema : string_schema(), member->second}});
  }
  if (members.failed()) return fail(ErrorKind::kCorrupt, "a record's headers are no JSON object");
  return &headers;
}

Status Message::add_header(std::string_view name, Datum header) {
  std::vector<Header>* const list = TRY(open_headers());
  list->push_back({.label = arena->keep(json_string(name) + ":"), .value = header});
  return {};
}

Status cut(const Datum& datum, std::span<std::string_view> out) {
  if (datum.is_struct() && cut_fields(datum.json, *datum.schema, out)) return {};
  return std::unexpected(misshapen(datum));
}

Result<Datum> field_of(const Datum& datum, std::size_t index) {
  if (datum.is_struct()) {
    if (const auto json = cut_field(datum.json, *datum.schema, index)) {
      return Datum{datum.schema->fields()[index].schema.get(), *json};
    }
  }
  return std::unexpected(misshapen(datum));
}

std::string_view or_default(const Schema& schema, std::string_view json) {
  const std::string& fallback = schema.parts().default_json;
  return json == kNullJson && !fallback.empty() ? std::string_view(fallback) : json;
}

void StructWriter::add(std::string_view label, std::string_view json) {
  if (at_ != begin_ + 1) *at_++ = ',';
  at_ = write_text(write_text(at_, label), json);
}

std::string_view StructWriter::finish() {
  *at_++ = '}';
  return {begin_, static_cast<std::size_t>(at_ - begin_)};
}

std::string_view write_struct(Arena& arena, std::span<const Part> parts) {
  std::size_t size = 0;
  for (const Part& part : parts) size += part.label.size() + part.json.size() + 1;
  StructWriter writer(arena, size);
  for (const Part& part : parts) writer.add(part.label, part.json);
  return writer.finish();
}

}  // namespace tidemark::transform

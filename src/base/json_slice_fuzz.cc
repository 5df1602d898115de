// SPDX-License-Identifier: Apache-2.0
// Any bytes, cut as JSON: slices stay inside the text, and put together again they are the text. As a text:
// quoted and unquoted it is the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/json.h"
#include "base/json_slice.h"

namespace {

using namespace tidemark;  // NOLINT: a fuzz target has no namespace of its own

bool inside(std::string_view part, std::string_view text) {
  return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
}

void cut_members(std::string_view text) {
  std::string again = "{";
  JsonMembers members(text);
  while (const auto member = members.next()) {
    ASSERT(inside(member->first, text) && inside(member->second, text));
    if (again.size() > 1) again += ',';
    again.append(member->first).append(":").append(member->second);
  }
  if (!members.failed()) ASSERT(again + "}" == text);
}

void cut_items(std::string_view text) {
  std::string again = "[";
  JsonItems items(text);
  while (const auto item = items.next()) {
    ASSERT(inside(*item, text));
    if (again.size() > 1) again += ',';
    again.append(*item);
  }
  if (!items.failed()) ASSERT(again + "]" == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cut_members(text);
  cut_items(text);
  ASSERT(unquoted_json(text).size() <= text.size());
  ASSERT(!is_utf8(text) || unquoted_json(quoted_json(text)) == text);
  return 0;
}

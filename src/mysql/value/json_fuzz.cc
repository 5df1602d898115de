// SPDX-License-Identifier: Apache-2.0
// A binary JSON document: its text is bounded by its size, and the same through the way of differences.
#include "mysql/value/json.h"

#include "base/assert.h"
#include "mysql/value/json_diff.h"

using namespace tidemark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes document(data, size);
  std::string text;
  const bool printed = append_json_text(text, document).has_value();
  // A double has up to 24 digits, a control character 6 bytes.
  ASSERT(text.size() <= 64 * (size + 1));
  std::string patched;
  const bool same = append_patched_json_text(patched, document, {}).has_value();
  ASSERT(printed == same);
  ASSERT(!printed || text == patched);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Differences of a JSON column applied to a document.
// Input: u16 size of the document, document, differences
#include "mysql/value/json_diff.h"

#include "base/assert.h"

using namespace tidemark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(Bytes(data, size));
  const Bytes document = reader.bytes(reader.u16());
  const Bytes diffs = reader.rest();
  if (reader.failed()) return 0;
  std::string text;
  (void)append_patched_json_text(text, document, diffs);
  ASSERT(text.size() <= 64 * (size + 1));
  return 0;
}

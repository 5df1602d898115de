// SPDX-License-Identifier: Apache-2.0
// Java object streams as offsets hold them: a key or map that is read is the same when it is written and read again.
// Input: the stream
#include <algorithm>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hex.h"
#include "store/java_key.h"

using namespace tidemark;

namespace {

// Without what only reading knows, and what is never written.
std::optional<JavaKey> writable(JavaKey key) {
  for (JavaCell& cell : key) {
    cell.class_name.clear();
    if (cell.kind == JavaCell::Kind::kOther || cell.kind == JavaCell::Kind::kDatetime) return {};
  }
  return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(Bytes(data, size));
  if (const auto map = read_java_map(text)) {
    const auto again = read_java_map(write_java_map(*map));
    ASSERT(again.has_value() && *again == *map);
  }
  const auto key = read_java_key(to_hex(text));
  if (!key || !*key) return 0;
  const std::optional<JavaKey> expected = writable(**key);
  if (!expected) return 0;
  const auto again = read_java_key(write_java_key(expected));
  ASSERT(again.has_value() && again->has_value() && writable(**again) == expected);
  return 0;
}

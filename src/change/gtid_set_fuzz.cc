// SPDX-License-Identifier: Apache-2.0
// A GTID set as text and as bytes: what is accepted reads the same again in both forms, and sets obey the rules of sets.
// Input: u8 form (1: bytes), set
#include "change/gtid_set.h"

#include "base/assert.h"

using namespace tidemark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Bytes bytes(data + 1, size - 1);
  const Result<GtidSet> set =
      (data[0] & 1) != 0 ? GtidSet::decode(bytes) : GtidSet::parse(as_text(bytes));
  if (!set) return 0;
  const Result<GtidSet> text = GtidSet::parse(set->text());
  ASSERT(text.has_value() && *text == *set);
  const std::string encoded = set->encode();
  const Result<GtidSet> decoded = GtidSet::decode(as_bytes(encoded));
  ASSERT(decoded.has_value() && *decoded == *set);
  ASSERT(set->contains(*set));
  GtidSet twice = *set;
  twice.add(*set);
  ASSERT(twice == *set);
  twice.subtract(*set);
  ASSERT(twice.empty());
  return 0;
}

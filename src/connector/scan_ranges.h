// SPDX-License-Identifier: Apache-2.0
// The key ranges into which a table is divided, so that several connections read it side by side.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "change/offset.h"
#include "snapshot/director.h"

namespace tidemark {

// Rows with lower < key <= upper; an empty bound is none.
struct ScanRange {
  KeyTuple lower;
  KeyTuple upper;
  bool operator==(const ScanRange&) const = default;
};

// `wanted` ranges of equal width, without gaps, where the key's leading column is an integer that spreads so far;
// else one.
std::vector<ScanRange> scan_ranges(const KeyRange& keys, std::uint32_t wanted);

}  // namespace tidemark

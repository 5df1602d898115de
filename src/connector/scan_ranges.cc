// SPDX-License-Identifier: Apache-2.0
#include "connector/scan_ranges.h"

#include <utility>

namespace tidemark {
namespace {

KeyCell cell_of(std::int64_t value) {
  return {.kind = KeyCell::Kind::kInt, .i64 = value, .u64 = 0, .text = {}};
}
KeyCell cell_of(std::uint64_t value) {
  return {.kind = KeyCell::Kind::kUint, .i64 = 0, .u64 = value, .text = {}};
}

template <class T>
std::vector<KeyTuple> cuts_between(T low, T high, std::uint32_t ranges) {
  const auto width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  std::vector<KeyTuple> out;
  if (width < ranges) return out;
  for (std::uint64_t i = 1; i < ranges; ++i) {
    const std::uint64_t at = width / ranges * i + width % ranges * i / ranges;
    out.push_back({cell_of(static_cast<T>(static_cast<std::uint64_t>(low) + at))});
  }
  return out;
}

std::vector<KeyTuple> cuts_of(const KeyRange& keys, std::uint32_t ranges) {
  if (keys.minimum.empty() || keys.maximum.empty()) return {};
  const KeyCell& low = keys.minimum.front();
  const KeyCell& high = keys.maximum.front();
  if (low.null || high.null) return {};
  if (low.kind == KeyCell::Kind::kInt) return cuts_between(low.i64, high.i64, ranges);
  if (low.kind == KeyCell::Kind::kUint) return cuts_between(low.u64, high.u64, ranges);
  return {};
}

}  // namespace

std::vector<ScanRange> scan_ranges(const KeyRange& keys, std::uint32_t wanted) {
  std::vector<ScanRange> out(1);
  for (KeyTuple& cut : cuts_of(keys, wanted)) {
    out.back().upper = cut;
    out.push_back({.lower = std::move(cut), .upper = {}});
  }
  return out;
}

}  // namespace tidemark

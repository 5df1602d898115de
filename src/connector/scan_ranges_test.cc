// SPDX-License-Identifier: Apache-2.0
#include "connector/scan_ranges.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace tidemark {
namespace {

KeyTuple key(std::int64_t value) {
  return {{.kind = KeyCell::Kind::kInt, .i64 = value, .u64 = 0, .text = {}}};
}
KeyTuple key(std::uint64_t value) {
  return {{.kind = KeyCell::Kind::kUint, .i64 = 0, .u64 = value, .text = {}}};
}
KeyTuple key(const char* value) {
  return {{.kind = KeyCell::Kind::kText, .i64 = 0, .u64 = 0, .text = value}};
}

TEST(ScanRanges, DividesWhatIntegersSpanWithoutGaps) {
  const auto ranges = scan_ranges({key(std::int64_t{-10}), key(std::int64_t{30})}, 4);
  EXPECT_EQ(ranges, (std::vector<ScanRange>{{{}, key(std::int64_t{0})},
                                            {key(std::int64_t{0}), key(std::int64_t{10})},
                                            {key(std::int64_t{10}), key(std::int64_t{20})},
                                            {key(std::int64_t{20}), {}}}));
}

TEST(ScanRanges, SpansAllIntegers) {
  const auto most = std::numeric_limits<std::uint64_t>::max();
  const auto ranges = scan_ranges({key(std::uint64_t{0}), key(most)}, 2);
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(ranges[0].upper, key(most / 2));
  const auto signed_ranges = scan_ranges({key(std::numeric_limits<std::int64_t>::min()),
                                          key(std::numeric_limits<std::int64_t>::max())},
                                         2);
  ASSERT_EQ(signed_ranges.size(), 2U);
  EXPECT_EQ(signed_ranges[0].upper, key(std::int64_t{-1}));
}

TEST(ScanRanges, IsOneWhereThereIsNothingToDivide) {
  const std::vector<ScanRange> whole(1);
  EXPECT_EQ(scan_ranges({key(std::int64_t{1}), key(std::int64_t{3})}, 4), whole);
  EXPECT_EQ(scan_ranges({key(std::int64_t{1}), key(std::int64_t{1000})}, 1), whole);
  EXPECT_EQ(scan_ranges({key("a"), key("z")}, 4), whole);
  EXPECT_EQ(scan_ranges({}, 4), whole);
}

}  // namespace
}  // namespace tidemark

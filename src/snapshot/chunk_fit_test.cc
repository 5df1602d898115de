// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_fit.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr std::size_t kKiB = 1024;

TableDef table(std::uint64_t rows, std::uint64_t bytes) {
  TableDef out;
  out.rows_estimated = rows;
  out.bytes_estimated = bytes;
  return out;
}

TEST(ChunkFit, OrdinaryRowsAreNotLimited) {
  EXPECT_EQ(ChunkFit(table(1'000'000, 187'000'000)).rows(4096), 4096U);
  EXPECT_EQ(ChunkFit(table(0, 0)).rows(1024), 1024U) << "nothing is known";
}

TEST(ChunkFit, LargeRowsAreByTheServersEstimate) {
  EXPECT_EQ(ChunkFit(table(1000, 1000 * 64 * kKiB)).rows(1024), 128U);
  EXPECT_EQ(ChunkFit(table(100, 100 * 16 * ChunkFit::kBytesMax)).rows(1024), 1U);
}

TEST(ChunkFit, PagesOfSmallTablesAreNoEstimate) {
  EXPECT_EQ(ChunkFit(table(1, 16 * kKiB)).rows(1024), 1024U);
}

TEST(ChunkFit, LearnsBothWays) {
  ChunkFit fit(table(0, 0));
  fit.learn(100, 100 * 64 * kKiB);
  EXPECT_EQ(fit.rows(1024), 128U);
  fit.learn(128, 128 * kKiB);
  EXPECT_EQ(fit.rows(1024), 1024U);
  fit.learn(0, 0);
  EXPECT_EQ(fit.rows(9000), 8192U) << "an empty chunk tells nothing";
}

}  // namespace
}  // namespace tidemark

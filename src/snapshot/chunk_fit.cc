// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_fit.h"

#include <algorithm>

namespace tidemark {
namespace {

// Below, whole pages make estimates of small rows large.
constexpr std::uint64_t kRowsToTrust = 100;

}  // namespace

ChunkFit::ChunkFit(const TableDef& table) {
  if (table.rows_estimated >= kRowsToTrust)
    bytes_per_row_ = table.bytes_estimated / table.rows_estimated;
}

std::uint32_t ChunkFit::rows(std::uint32_t wanted) const {
  if (bytes_per_row_ == 0) return wanted;
  const std::size_t fit = std::max<std::size_t>(1, kBytesMax / bytes_per_row_);
  return static_cast<std::uint32_t>(std::min<std::size_t>(wanted, fit));
}

void ChunkFit::learn(std::size_t rows, std::size_t bytes) {
  if (rows != 0) bytes_per_row_ = bytes / rows;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// How many rows of a table make a chunk that stays within kBytesMax, whatever their size: rows in memory are
// bounded by readers x windows x bytes, not by rows alone. Learns from the chunks that were read; before the
// first from the server's estimates. Value type.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schema/table.h"

namespace tidemark {

class ChunkFit {
 public:
  // A chunk ends with the row that reaches this, so a single row may go beyond it.
  static constexpr std::size_t kBytesMax = 8U << 20U;

  explicit ChunkFit(const TableDef& table);

  // At most `wanted`, at least one.
  std::uint32_t rows(std::uint32_t wanted) const;
  // A chunk took that much.
  void learn(std::size_t rows, std::size_t bytes);

 private:
  std::size_t bytes_per_row_ = 0;  // 0: not known
};

}  // namespace tidemark

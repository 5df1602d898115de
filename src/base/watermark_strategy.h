// SPDX-License-Identifier: Apache-2.0
// How a chunk's window is closed in the signal table: by inserting a second row, or by deleting the
// first (incremental.snapshot.watermarking.strategy).
#pragma once

#include <cstdint>

namespace tidemark {

enum class WatermarkStrategy : std::uint8_t { kInsertInsert, kInsertDelete };

}  // namespace tidemark

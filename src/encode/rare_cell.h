// SPDX-License-Identifier: Apache-2.0
// Cells that are cut or hashed on their way into a row (column.truncate.*, column.mask.hash.*). The
// other rare forms have no state and are cell.h's.
#pragma once

#include <cstdint>
#include <optional>

#include "encode/cell.h"
#include "encode/text_hash.h"

namespace tidemark {

// Immutable; any thread.
struct CellMapping {
  CellFormat base;  // the form without mapping
  // UTF-16 units of text, bytes of binary columns. A character of two units that does not fit whole
  // is left out. Absent: not cut.
  std::optional<std::uint32_t> cut;
  std::optional<TextHash> hash;  // of text, cut afterwards
};

}  // namespace tidemark

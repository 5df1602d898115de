// SPDX-License-Identifier: Apache-2.0
// Decodes one cell: the inner loop of the row reader.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "change/value.h"
#include "mysql/binlog/row_plan.h"
#include "mysql/value/arena.h"

namespace tidemark {

enum class CellOutcome : std::uint8_t {
  kOk,
  kEndsEarly,  // the value passes the end of the event
  kImpossible,  // the bytes hold no value of the type
  kGuessed,  // a member of an ENUM or SET whose text is not known for sure
};

// Reads the value at `*p`, which is not null, and moves `*p` behind it. Never reads at or past `end`.
CellOutcome decode_cell(const ColumnStep& step, const std::uint8_t** p, const std::uint8_t* end,
                        Arena& arena, Value* out);

}  // namespace tidemark

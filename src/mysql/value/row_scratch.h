// SPDX-License-Identifier: Apache-2.0
// What a row is decoded into: the cells, and the arena that holds text made on the way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "change/value.h"
#include "mysql/value/arena.h"

namespace tidemark {

// Lent to a decoder for as long as its rows are looked at; rows live until the next one is decoded.
// Reused from row to row and from event to event, whatever the table.
struct RowScratch {
  std::vector<Value> before;
  std::vector<Value> after;
  std::vector<std::uint32_t> before_columns;  // which columns a partial image carries, in order
  std::vector<std::uint32_t> after_columns;
  std::vector<std::uint32_t> unchanged;  // which columns an update has in its before image alone
  // PARTIAL_UPDATE_ROWS: the JSON documents of the before image, by column. No data: not carried, or NULL.
  std::vector<Bytes> json_before;
  std::string unpacked;  // the rows of an event that was compressed
  Arena arena;
};

}  // namespace tidemark

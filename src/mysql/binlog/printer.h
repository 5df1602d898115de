// SPDX-License-Identifier: Apache-2.0
// Events as text for people: a line an event, then a line of JSON a row.
//
//   binlog.000002:157 2024-02-29T12:34:56Z GTID 3e11fa47-71ca-11e1-9e33-c80aa9429562:23
//   binlog.000002:236 2024-02-29T12:34:56Z QUERY thread=9 db=shop BEGIN
//   binlog.000002:311 2024-02-29T12:34:56Z TABLE_MAP id=108 shop.orders
//   binlog.000002:370 2024-02-29T12:34:56Z WRITE_ROWS shop.orders
//     + {"id": 1, "note": "first"}
//
// Column names need binlog_row_metadata=FULL; without it they are "@1", "@2". Bytes read "0x...".
// The events of a compressed transaction follow its TRANSACTION_PAYLOAD, at the same place.
// UPDATE_ROWS prints "-" and "+" lines; columns that an image does not carry are left out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/result.h"
#include "mysql/binlog/event.h"
#include "mysql/binlog/payload.h"
#include "mysql/binlog/row_plan.h"
#include "mysql/value/row_scratch.h"

namespace tidemark {

// What printing carries from event to event. One per file.
struct PrintState {
  std::string file;  // printed before each position; empty: nothing is
  std::map<std::uint64_t, RowPlan> plans;
  RowScratch scratch;
  PayloadReader payload;
  // Called between the events of a compressed transaction, which may be large: may take the text.
  std::function<void(std::string&)> relieve;
};

// Appends the lines of one event. Types that are not decoded are named, with their size.
// Errors: kCorrupt with the place on its trail; `out` then holds what came before
Status print_event(const Event& event, const FormatDescription& format, PrintState& state,
                   std::string& out);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// An incremental snapshot that Debezium began, as our director goes on with it.
//
// Its cursor and maximum are Java objects; where they are exactly values of our chunk key's columns, reading
// goes on behind the cursor and up to that maximum. Where they are not (an instant of its machine's time
// zone, an ENUM compared as text, a surrogate's value that rows share) the table is read from its start:
// rows come again, none is left out.
// Pure; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "change/offset.h"
#include "schema/table.h"
#include "store/debezium_offset.h"

namespace tidemark {

struct TakenOverSnapshot {
  IncrementalState state;
  std::optional<std::string> started_over;  // why the first table is read from its start
};

struct TakeOverOptions {
  bool operations_skipped = false;  // as ChunkKeyWish
  bool message_keys = false;  // message.key.columns is set: Debezium reads by those
};

// `find`: the captured table's structure, or null. Errors: kRejected for a table name without a database.
Result<TakenOverSnapshot> take_over(const DebeziumSnapshot& snapshot,
                                    const std::function<TablePtr(const TableId&)>& find,
                                    const TakeOverOptions& options);

}  // namespace tidemark

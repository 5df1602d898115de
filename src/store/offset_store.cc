// SPDX-License-Identifier: Apache-2.0
#include "store/offset_store.h"

#include <utility>
#include <vector>

namespace tidemark {
namespace {

// A Debezium that knew no GTIDs counts the first transaction it reads as done while it is still in it: by that
// set the server would leave the rest of it out, and what is done of it would be skipped in the next one.
bool names_its_own_transaction(const Offset& offset) {
  if (offset.events_to_skip == 0 && offset.rows_to_skip == 0) return false;
  if (!offset.maria_gtids) return offset.gtid_mode && offset.gtids.size() == 1;
  const std::vector<MariaGtid> gtids = offset.maria_gtids->gtids();
  return gtids.size() == 1 && gtids.front().sequence == 1;
}

}  // namespace

LoadedOffset taken_over(DebeziumOffset offset) {
  LoadedOffset out{.state = {}, .from_debezium = true};
  out.state.offset = std::move(offset.offset);
  if (names_its_own_transaction(out.state.offset)) {
    Offset& at = out.state.offset;
    at.gtids = {};
    if (at.maria_gtids) at.maria_gtids.emplace();
    at.events_to_skip = at.rows_to_skip = 0;
    out.first_repeats = true;
  } else {
    out.state.transaction = std::move(offset.transaction);
  }
  out.snapshot_lost = offset.snapshot_rows && !offset.snapshot;
  out.snapshot = std::move(offset.snapshot);
  return out;
}

}  // namespace tidemark

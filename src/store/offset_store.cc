// SPDX-License-Identifier: Apache-2.0
#include "store/offset_store.h"

#include <utility>

namespace tidemark {

LoadedOffset taken_over(DebeziumOffset offset) {
  LoadedOffset out{.state = {}, .from_debezium = true};
  out.state.offset = std::move(offset.offset);
  out.state.transaction = std::move(offset.transaction);
  out.snapshot_lost = offset.snapshot_rows && !offset.snapshot;
  out.snapshot = std::move(offset.snapshot);
  return out;
}

}  // namespace tidemark

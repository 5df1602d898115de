// SPDX-License-Identifier: Apache-2.0
// Transaction metadata: BEGIN and END records, and the numbers of the records in between, over batches,
// links and restarts.
//
//   begin(id) -> for each rows event: order(table) -> the encoder counts -> end()
//
// A transaction that begins again under the id it was left with (a new link, a restart) keeps its
// counts and has no second BEGIN. state() belongs into every checkpoint: with the records it counts it
// becomes durable in one step, so nothing is numbered twice.
// Thread: source thread only
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/record.h"
#include "change/offset.h"
#include "encode/envelope.h"
#include "encode/side_records.h"

namespace tidemark {

class TransactionMeta {
 public:
  // `resumed`: as stored with the offset that the stream starts from.
  TransactionMeta(TransactionRecords records, TransactionState resumed);

  // A transaction begins. `id` as make_id() gives it.
  void begin(std::string_view id, std::int64_t ts_ms, RecordBatch& batch);
  // It ends, committed or not: what was counted went out. Without begin() nothing is written.
  void end(std::int64_t ts_ms, RecordBatch& batch);
  // What numbers the records of one event of a table; off outside a transaction. Lives until end().
  TransactionOrder order(std::string_view collection);
  // The stream goes on elsewhere.
  void forget();

  const TransactionState& state() const { return state_; }

  // The GTID, else "file=<file>,pos=<pos>" of the event that began the transaction.
  static std::string make_id(std::string_view gtid, std::string_view file, std::uint64_t pos);

 private:
  TransactionRecords records_;
  TransactionState state_;
  std::uint64_t total_ = 0;
};

}  // namespace tidemark

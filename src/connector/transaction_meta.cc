// SPDX-License-Identifier: Apache-2.0
#include "connector/transaction_meta.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace tidemark {

TransactionMeta::TransactionMeta(TransactionRecords records, TransactionState resumed)
    : records_(records), state_(std::move(resumed)) {
  for (const auto& [collection, count] : state_.counts) total_ += count;
}

void TransactionMeta::begin(std::string_view id, std::int64_t ts_ms, RecordBatch& batch) {
  if (!state_.id.empty() && state_.id == id) return;
  forget();
  state_.id = id;
  records_.begin(id, ts_ms, batch);
}

void TransactionMeta::end(std::int64_t ts_ms, RecordBatch& batch) {
  if (state_.id.empty()) return;
  std::vector<CollectionCount> counts;
  for (const auto& [collection, count] : state_.counts) {
    if (count > 0) counts.push_back({collection, count});
  }
  sort_as_java_map(counts);
  records_.end(state_.id, counts, ts_ms, batch);
  forget();
}

TransactionOrder TransactionMeta::order(std::string_view collection) {
  if (state_.id.empty()) return {};
  auto count = state_.counts.find(collection);
  if (count == state_.counts.end()) count = state_.counts.emplace(std::string(collection), 0).first;
  return {.id = state_.id, .total = &total_, .in_collection = &count->second};
}

void TransactionMeta::forget() {
  state_ = {};
  total_ = 0;
}

std::string TransactionMeta::make_id(std::string_view gtid, std::string_view file,
                                     std::uint64_t pos) {
  return gtid.empty() ? fmt::format("file={},pos={}", file, pos) : std::string(gtid);
}

}  // namespace tidemark

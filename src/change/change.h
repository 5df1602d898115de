// SPDX-License-Identifier: Apache-2.0
// One row change, or one row read, and where it comes from.
#pragma once

#include <cstdint>
#include <string_view>

#include "change/value.h"

namespace tidemark {

enum class Op : char { kRead = 'r', kCreate = 'c', kUpdate = 'u', kDelete = 'd', kTruncate = 't' };

// source.snapshot of a record.
enum class SnapshotMark : std::uint8_t {
  kFalse,  // streamed
  kTrue,
  kFirst,
  kFirstInDataCollection,
  kLastInDataCollection,
  kLast,
  kIncremental,
};
std::string_view to_string(SnapshotMark mark);

// What the source block says of one change. Views live as long as the change.
struct SourceInfo {
  std::int64_t ts_us = 0;       // event time, microseconds since the epoch
  SnapshotMark snapshot = SnapshotMark::kFalse;
  std::uint32_t server_id = 0;
  std::string_view gtid;        // empty: null
  std::string_view file;
  std::uint64_t pos = 0;        // start of the rows event
  std::uint32_t row = 0;        // 0-based index within the rows event
  std::int64_t thread = -1;     // negative: null
  std::string_view query = {};  // the statement; without data: null
};

// before is empty for kRead and kCreate, after is empty for kDelete, both for kTruncate.
struct Change {
  Op op;
  RowView before;
  RowView after;
  SourceInfo source;
};

}  // namespace tidemark

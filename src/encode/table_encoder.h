// SPDX-License-Identifier: Apache-2.0
// Records of one table version in Debezium's JSON form (Kafka Connect's JsonConverter, Debezium 3.6
// line). docs/differences.md lists where we leave the original on purpose.
//
// Use:      compile() once per table version, then encode() per change (stream); for snapshots
//           encode_row and encode_key where the row is read, read_end and assemble_read where it is
//           emitted: the record is byte for byte what encode() makes of the same row. Where
//           may_misfit(), check_fit() comes before either
// Thread:   immutable after compile(): any thread, all calls
// Cost:     no allocation per row once the caller's buffer has grown; constants are copied, columns
//           are a flat vector of steps
// Lifetime: the TopicRegistry outlives the encoder and every batch written
// Limits:   a batch stays below 4 GiB (offsets in Record are 32 bits)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/record.h"
#include "base/result.h"
#include "change/change.h"
#include "encode/encoder_context.h"
#include "encode/envelope.h"
#include "schema/table.h"

namespace tidemark {

// When the connector built the record: envelope ts_ms, ts_us, ts_ns.
struct RecordTime {
  std::int64_t wall_ns = 0;  // since the Unix epoch
};

// What the records of one rows event end with: their source but for the row's number, op and time.
struct EventEnd {
  SourceInfo source;  // of any of its rows; views live as long as the event is worked on
  Op op = Op::kCreate;
  RecordTime now;
  TransactionOrder transaction = {};  // of its records; off: they are not numbered
  std::string until_row;
  std::string behind_row;  // all of it, or with numbers up to the first one
  std::string behind_order;
};

// A value that a column's form cannot express, such as TIME '-01:00:00' as time of a day.
struct Misfit {
  const ColumnDef* column;
  // The schema takes no null for it and has no default: there is no record without the value.
  bool required;
};

class TableEncoder {
 public:
  // Errors: kUnsupported, naming the column whose type is not handled; kRejected for rules that
  //         contradict each other.
  static Result<std::unique_ptr<TableEncoder>> compile(const EncoderContext& context,
                                                       TablePtr table);
  ~TableEncoder();
  TableEncoder(const TableEncoder&) = delete;
  TableEncoder& operator=(const TableEncoder&) = delete;

  const Topic* topic() const;
  const TablePtr& table() const;
  bool has_key() const;
  // One flag a column: records show it, in the row or in the key. Others may be null in rows.
  std::span<const std::uint8_t> needed_columns() const;
  // What was configured for columns and cannot be done here; one sentence each.
  const std::vector<std::string>& notes() const;
  // Can a value not fit its form? Then each row needs check_fit() first.
  bool may_misfit() const;
  // The first value that does not fit; records show null, or the default, in its place.
  std::optional<Misfit> check_fit(RowView row) const;
  // Schema JSON texts, the same with schemas switched off. The key's is empty without a key.
  std::string_view key_schema() const;
  std::string_view envelope_schema() const;

  // Appends the change's 1 to 3 records: c, u, r; d and its tombstone; a key change as d,
  // tombstone, c.
  void encode(const Change& change, const RecordTime& now, RecordBatch& batch) const;
  // The same for many rows of one event: source, op, now and transaction of `end` are given once, the
  // texts are made here.
  void begin_event(EventEnd& end) const;
  void encode(RowView before, RowView after, std::uint32_t row, const EventEnd& end,
              RecordBatch& batch) const;

  // Appends the record of a TRUNCATE TABLE: no key, neither before nor after.
  void encode_truncate(const SourceInfo& source, const RecordTime& now, RecordBatch& batch) const;

  // Appends the row as JSON object, as it stands in `after`.
  void encode_row(RowView row, std::string& out) const;
  // Appends the record key, with its schema if enabled; nothing without a key.
  void encode_key(RowView row, std::string& out) const;
  // Writes the end of `r` records, which those of one source and time share, to `out`.
  void read_end(const SourceInfo& source, const RecordTime& now, std::string& out) const;
  // Appends the `r` record for texts made by encode_key, encode_row and read_end.
  void assemble_read(std::string_view key_json, std::string_view row_json, std::string_view end,
                     RecordBatch& batch) const;

  // False without a key.
  bool key_changed(RowView before, RowView after) const;
  // Would a record show the same in both images? `scratch` keeps its memory.
  bool same_row(RowView before, RowView after, std::string& scratch) const;

 private:
  struct Plan;
  explicit TableEncoder(std::unique_ptr<const Plan> plan);
  std::unique_ptr<const Plan> plan_;
};

}  // namespace tidemark

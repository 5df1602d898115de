// SPDX-License-Identifier: Apache-2.0
// How to decode the rows of one table map: a flat list of steps, one a column, in which everything is
// decided that does not differ from row to row.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "mysql/binlog/table_map.h"
#include "mysql/value/decimal.h"
#include "schema/table.h"

namespace tidemark {

// What a step does. "Sized" values have a length prefix of `length_bytes`, others a fixed width.
enum class Decode : std::uint8_t {
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt24,
  kUint24,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kFloat,
  kDouble,
  kDecimal64,
  kDecimalText,
  kYear,
  kDate,
  kTime2,
  kDatetime2,
  kTimestamp2,
  kOldTime,
  kOldDatetime,
  kOldTimestamp,
  kHiresTime,
  kHiresDatetime,
  kHiresTimestamp,
  kBit,
  kNumber,  // ENUM or SET whose members are not known: little-endian of `width` bytes
  kEnum,
  kSet,
  kSkipFixed,
  // Sized from here on.
  kBytes,  // UTF-8 or binary: a view
  kPadded,  // BINARY: filled up with 0x00 to `width`
  kText,  // in `charset`
  kJson,
  kGeometry,
  kPoint,
  kVector,
  kUuid,
  kInet,
  kPacked,  // of a COMPRESSED column (MariaDB): what is inside is read as `inner`
  kSkipSized,
};

struct ColumnStep {
  Decode decode = Decode::kSkipFixed;
  Decode inner = Decode::kBytes;  // kPacked
  std::uint8_t length_bytes = 0;
  std::uint8_t fraction_digits = 0;
  Charset charset = Charset::kNone;  // kText
  DecimalType decimal;
  std::uint32_t width = 0;
  std::span<const std::string> members;  // UTF-8, owned by the plan
  bool json = false;  // binary JSON on the wire, decoded or not
  // The members are information_schema's, which shows '?' for characters beyond utf8mb3.
  bool members_guessed = false;
};

// How a decoded column is to be read.
struct PlanColumn {
  std::string name;
  ColumnKind kind = ColumnKind::kUnsupported;
  std::uint8_t scale = 0;  // kDecimal64
  std::uint8_t fraction_digits = 0;  // kTime, kDatetime, kTimestamp
};

// Immutable; may be moved. Keeps the table version it was made for.
class RowPlan {
 public:
  RowPlan(RowPlan&&) = default;
  RowPlan& operator=(RowPlan&&) = default;
  RowPlan(const RowPlan&) = delete;  // steps point into the plan's own members
  RowPlan& operator=(const RowPlan&) = delete;

  // `captured` has one flag a column, nonzero to decode it; empty: all. Columns that are not captured are
  // passed over and read as null. The map must agree with the table (check_against).
  // Errors: kUnsupported naming table, column and type when a captured column cannot be decoded
  static Result<RowPlan> compile(const TableMap& map, TablePtr table,
                                 std::span<const std::uint8_t> captured = {});
  // From the event alone, for printing: names are @1, @2 without FULL metadata, ENUM and SET are numbers
  // without their members, text of charsets that are not decoded is bytes.
  static Result<RowPlan> compile(const TableMap& map);

  std::span<const ColumnStep> steps() const { return steps_; }
  std::span<const PlanColumn> columns() const { return columns_; }
  std::uint64_t table_id() const { return table_id_; }
  std::size_t json_columns() const { return json_columns_; }
  const std::string& table_text() const { return table_text_; }
  const TablePtr& table() const { return table_; }  // null for a plan from the event alone

 private:
  RowPlan() = default;
  void add(ColumnStep step, PlanColumn column);

  std::uint64_t table_id_ = 0;
  std::size_t json_columns_ = 0;
  std::string table_text_;
  TablePtr table_;
  std::vector<ColumnStep> steps_;
  std::vector<PlanColumn> columns_;
  std::vector<std::vector<std::string>> members_;  // by column; empty but for ENUM and SET
};

}  // namespace tidemark

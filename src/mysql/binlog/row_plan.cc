// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/row_plan.h"

#include <fmt/format.h>

#include <optional>

#include "mysql/value/arena.h"
#include "mysql/value/charset.h"
#include "mysql/value/temporal.h"

namespace tidemark {
namespace {

ColumnStep fixed(Decode decode, std::size_t width) {
  ColumnStep step;
  step.decode = decode;
  step.width = static_cast<std::uint32_t>(width);
  return step;
}

bool is_packed(WireType type) {
  return type == WireType::kMariaBlobCompressed || type == WireType::kMariaVarcharCompressed;
}

ColumnStep sized(Decode decode, const MapColumn& column) {
  ColumnStep step;
  step.decode = decode;
  if (is_packed(column.type) && decode != Decode::kSkipSized) {
    step.decode = Decode::kPacked;
    step.inner = decode;
  }
  const bool blob = column.type == WireType::kBlob || column.type == WireType::kJson ||
                    column.type == WireType::kGeometry || column.type == WireType::kVector ||
                    column.type == WireType::kMariaBlobCompressed;
  step.length_bytes = static_cast<std::uint8_t>(blob ? column.size : (column.size < 256 ? 1 : 2));
  step.width = column.size;
  step.json = column.type == WireType::kJson;
  return step;
}

std::optional<ColumnStep> integer(const MapColumn& column, bool is_unsigned) {
  switch (column.type) {
    case WireType::kTiny:
      return fixed(is_unsigned ? Decode::kUint8 : Decode::kInt8, 1);
    case WireType::kShort:
      return fixed(is_unsigned ? Decode::kUint16 : Decode::kInt16, 2);
    case WireType::kInt24:
      return fixed(is_unsigned ? Decode::kUint24 : Decode::kInt24, 3);
    case WireType::kLong:
      return fixed(is_unsigned ? Decode::kUint32 : Decode::kInt32, 4);
    case WireType::kLongLong:
      return fixed(is_unsigned ? Decode::kUint64 : Decode::kInt64, 8);
    default:
      return std::nullopt;
  }
}

// MariaDB's own TIME, DATETIME and TIMESTAMP with fractions, which look on the wire like the old ones without.
std::optional<ColumnStep> hires(WireType type, unsigned digits) {
  ColumnStep step;
  switch (type) {
    case WireType::kTime:
      step = fixed(Decode::kHiresTime, hires_time_bytes(digits));
      break;
    case WireType::kDatetime:
      step = fixed(Decode::kHiresDatetime, hires_datetime_bytes(digits));
      break;
    case WireType::kTimestamp:
      step = fixed(Decode::kHiresTimestamp, hires_timestamp_bytes(digits));
      break;
    default:
      return std::nullopt;
  }
  step.fraction_digits = static_cast<std::uint8_t>(digits);
  return step;
}

std::optional<ColumnStep> temporal(const MapColumn& column) {
  ColumnStep step;
  switch (column.type) {
    case WireType::kYear:
      return fixed(Decode::kYear, 1);
    case WireType::kDate:
    case WireType::kNewDate:
      return fixed(Decode::kDate, 3);
    case WireType::kTime:
      return fixed(Decode::kOldTime, 3);
    case WireType::kDatetime:
      return fixed(Decode::kOldDatetime, 8);
    case WireType::kTimestamp:
      return fixed(Decode::kOldTimestamp, 4);
    case WireType::kTime2:
      step = fixed(Decode::kTime2, time2_bytes(column.fraction_digits));
      break;
    case WireType::kDatetime2:
      step = fixed(Decode::kDatetime2, datetime2_bytes(column.fraction_digits));
      break;
    case WireType::kTimestamp2:
      step = fixed(Decode::kTimestamp2, timestamp2_bytes(column.fraction_digits));
      break;
    default:
      return std::nullopt;
  }
  step.fraction_digits = column.fraction_digits;
  return step;
}

ColumnStep decimal(const MapColumn& column) {
  const DecimalType type{column.precision, column.scale};
  ColumnStep step =
      fixed(type.precision <= kDecimal64PrecisionMax ? Decode::kDecimal64 : Decode::kDecimalText,
            type.bytes());
  step.decimal = type;
  return step;
}

// How to get past a column of any type that has a size we know.
std::optional<ColumnStep> skip(const MapColumn& column) {
  std::optional<ColumnStep> step = integer(column, false);
  if (!step) step = temporal(column);
  if (!step && column.type == WireType::kNewDecimal) step = decimal(column);
  if (!step) {
    switch (column.type) {
      case WireType::kFloat:
      case WireType::kDouble:
      case WireType::kEnum:
      case WireType::kSet:
        return fixed(Decode::kSkipFixed, column.size);
      case WireType::kBit:
        return fixed(Decode::kSkipFixed, (column.size + 7) / 8);
      default:
        return sized(Decode::kSkipSized, column);
    }
  }
  step->decode = Decode::kSkipFixed;
  return step;
}

bool is_sized_text(WireType type) {
  return type == WireType::kString || type == WireType::kVarchar || type == WireType::kVarString ||
         type == WireType::kBlob || is_packed(type);
}

std::optional<ColumnStep> text(const MapColumn& column, Charset charset) {
  if (!is_sized_text(column.type)) return std::nullopt;
  ColumnStep step = sized(charset == Charset::kUtf8 ? Decode::kBytes : Decode::kText, column);
  step.charset = charset;
  return step;
}

std::optional<ColumnStep> binary(const MapColumn& column) {
  if (!is_sized_text(column.type)) return std::nullopt;
  return sized(column.type == WireType::kString ? Decode::kPadded : Decode::kBytes, column);
}

std::optional<ColumnStep> of_type(const MapColumn& column, WireType type, ColumnStep step) {
  if (column.type != type) return std::nullopt;
  return step;
}

// The step that makes `kind` out of the column; nothing where the wire type does not hold that kind.
std::optional<ColumnStep> step_for(const MapColumn& column, ColumnKind kind, Charset charset) {
  switch (kind) {
    case ColumnKind::kUnsupported:
      return std::nullopt;
    case ColumnKind::kInt:
      return integer(column, false);
    case ColumnKind::kUint:
      return integer(column, true);
    case ColumnKind::kFloat:
      return of_type(column, WireType::kFloat, fixed(Decode::kFloat, 4));
    case ColumnKind::kDouble:
      return of_type(column, WireType::kDouble, fixed(Decode::kDouble, 8));
    case ColumnKind::kDecimal64:
    case ColumnKind::kDecimalText: {
      if (column.type != WireType::kNewDecimal) return std::nullopt;
      const bool small = column.precision <= kDecimal64PrecisionMax;
      if (small != (kind == ColumnKind::kDecimal64)) return std::nullopt;
      return decimal(column);
    }
    case ColumnKind::kString:
      return text(column, charset);
    case ColumnKind::kBinary:
      return binary(column);
    case ColumnKind::kDate:
    case ColumnKind::kTime:
    case ColumnKind::kDatetime:
    case ColumnKind::kTimestamp:
    case ColumnKind::kYear:
      return temporal(column);
    case ColumnKind::kBit:
      return of_type(column, WireType::kBit, fixed(Decode::kBit, (column.size + 7) / 8));
    case ColumnKind::kEnum:
      return of_type(column, WireType::kEnum, fixed(Decode::kEnum, column.size));
    case ColumnKind::kSet:
      return of_type(column, WireType::kSet, fixed(Decode::kSet, column.size));
    case ColumnKind::kJson:
      return of_type(column, WireType::kJson, sized(Decode::kJson, column));
    case ColumnKind::kGeometry:
      return of_type(column, WireType::kGeometry, sized(Decode::kGeometry, column));
    case ColumnKind::kPoint:
      return of_type(column, WireType::kGeometry, sized(Decode::kPoint, column));
    case ColumnKind::kVector:  // MariaDB sends a VARBINARY
      if (column.type != WireType::kVector && !is_sized_text(column.type)) return std::nullopt;
      return sized(Decode::kVector, column);
    case ColumnKind::kUuid:
      return of_type(column, WireType::kString, sized(Decode::kUuid, column));
    case ColumnKind::kInet:
      return of_type(column, WireType::kString, sized(Decode::kInet, column));
  }
  return std::nullopt;
}

ColumnKind text_kind(const TableMap& map, const MapColumn& column) {
  if (!map.has_charsets) return ColumnKind::kString;
  const Charset charset = charset_of_collation(column.collation);
  return charset == Charset::kBinary || charset == Charset::kOther ? ColumnKind::kBinary
                                                                   : ColumnKind::kString;
}

// The kind as far as the event alone tells.
ColumnKind kind_from(const TableMap& map, const MapColumn& column) {
  switch (column.type) {
    case WireType::kTiny:
    case WireType::kShort:
    case WireType::kInt24:
    case WireType::kLong:
    case WireType::kLongLong:
      return column.is_unsigned ? ColumnKind::kUint : ColumnKind::kInt;
    case WireType::kFloat:
      return ColumnKind::kFloat;
    case WireType::kDouble:
      return ColumnKind::kDouble;
    case WireType::kNewDecimal:
      return column.precision <= kDecimal64PrecisionMax ? ColumnKind::kDecimal64
                                                        : ColumnKind::kDecimalText;
    case WireType::kYear:
      return ColumnKind::kYear;
    case WireType::kDate:
    case WireType::kNewDate:
      return ColumnKind::kDate;
    case WireType::kTime:
    case WireType::kTime2:
      return ColumnKind::kTime;
    case WireType::kDatetime:
    case WireType::kDatetime2:
      return ColumnKind::kDatetime;
    case WireType::kTimestamp:
    case WireType::kTimestamp2:
      return ColumnKind::kTimestamp;
    case WireType::kBit:
      return ColumnKind::kBit;
    case WireType::kEnum:
      return map.has_members ? ColumnKind::kEnum : ColumnKind::kUint;
    case WireType::kSet:
      return map.has_members ? ColumnKind::kSet : ColumnKind::kUint;
    case WireType::kJson:
      return ColumnKind::kJson;
    case WireType::kVarchar:
    case WireType::kVarString:
    case WireType::kString:
    case WireType::kBlob:
    case WireType::kMariaBlobCompressed:
    case WireType::kMariaVarcharCompressed:
      return text_kind(map, column);
    default:
      return ColumnKind::kBinary;
  }
}

ColumnStep printing_step(const TableMap& map, const MapColumn& column, ColumnKind kind) {
  if (column.type == WireType::kEnum || column.type == WireType::kSet) {
    if (!map.has_members) return fixed(Decode::kNumber, column.size);
  }
  const Charset charset =
      map.has_charsets ? charset_of_collation(column.collation) : Charset::kUtf8;
  const std::optional<ColumnStep> step = step_for(column, kind, charset);
  return step ? *step : sized(Decode::kBytes, column);
}

std::vector<std::string> members_in_utf8(const MapColumn& column, bool charset_known) {
  if (!charset_known) return column.members;
  const Charset charset = charset_of_collation(column.collation);
  std::vector<std::string> out;
  Arena arena;
  for (const std::string& member : column.members) {
    out.emplace_back(to_utf8(charset, member, arena));
  }
  return out;
}

std::unexpected<Error> not_decoded(const TableMap& map, const ColumnDef& column) {
  const std::string charset =
      column.charset == Charset::kOther ? fmt::format(" in charset {}", column.charset_name) : "";
  return fail(ErrorKind::kUnsupported,
              fmt::format("column {} of {} has type {}{}, which is not decoded yet", column.name,
                          map.table_text(), column.column_type, charset),
              fmt::format("add {}.{} to column.exclude.list, or exclude the table",
                          map.table_text(), column.name));
}

}  // namespace

void RowPlan::add(ColumnStep step, PlanColumn column) {
  if (step.json) ++json_columns_;
  steps_.push_back(step);
  columns_.push_back(std::move(column));
}

Result<RowPlan> RowPlan::compile(const TableMap& map, TablePtr table,
                                 std::span<const std::uint8_t> captured) {
  TRY(check_against(map, *table));
  RowPlan plan;
  plan.table_id_ = map.table_id;
  plan.table_text_ = map.table_text();
  plan.members_.reserve(map.columns.size());
  for (std::size_t i = 0; i < map.columns.size(); ++i) {
    const MapColumn& logged = map.columns[i];
    const ColumnDef& known = table->columns[i];
    const bool wanted = captured.empty() || (i < captured.size() && captured[i] != 0);
    std::optional<ColumnStep> step =
        wanted ? step_for(logged, known.kind, known.charset) : skip(logged);
    if (!step) return not_decoded(map, known);
    if (known.fraction_digits != 0) {
      if (const auto fraction = hires(logged.type, known.fraction_digits)) {
        step = wanted ? fraction : fixed(Decode::kSkipFixed, fraction->width);
      }
    }
    // information_schema has '?' for characters beyond utf8mb3: what the event lists is better.
    plan.members_.push_back(map.has_members ? members_in_utf8(logged, map.has_member_charsets)
                                            : known.members);
    step->members = plan.members_.back();
    step->members_guessed = !map.has_members && has_supplementary(known.charset_name);
    plan.add(*step, {known.name, known.kind, static_cast<std::uint8_t>(known.scale),
                     static_cast<std::uint8_t>(known.fraction_digits)});
  }
  plan.table_ = std::move(table);
  return plan;
}

Result<RowPlan> RowPlan::compile(const TableMap& map) {
  RowPlan plan;
  plan.table_id_ = map.table_id;
  plan.table_text_ = map.table_text();
  plan.members_.reserve(map.columns.size());
  for (std::size_t i = 0; i < map.columns.size(); ++i) {
    const MapColumn& column = map.columns[i];
    const ColumnKind kind = kind_from(map, column);
    ColumnStep step = printing_step(map, column, kind);
    plan.members_.push_back(members_in_utf8(column, map.has_member_charsets));
    step.members = plan.members_.back();
    plan.add(step, {map.column_text(i), kind, column.scale, column.fraction_digits});
  }
  return plan;
}

}  // namespace tidemark

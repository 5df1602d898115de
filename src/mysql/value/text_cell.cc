// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/text_cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "mysql/value/decimal.h"
#include "mysql/value/geometry.h"
#include "mysql/value/temporal.h"
#include "mysql/value/vector.h"

namespace tidemark {
namespace {

template <class T>
bool parse_number(std::string_view text, T* out) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *out);
  return error == std::errc() && stop == end;
}

bool decode_bits(std::string_view cell, std::uint64_t* out) {
  if (cell.empty() || cell.size() > sizeof *out) return false;
  *out = load_be(as_bytes(cell).data(), cell.size());
  return true;
}

// False: the cell is no text of that kind.
bool decode_number(ColumnKind kind, unsigned scale, std::string_view cell, Value* out) {
  std::int64_t i64 = 0;
  std::uint64_t u64 = 0;
  double f64 = 0;
  bool valid = false;
  switch (kind) {
    case ColumnKind::kInt:
    case ColumnKind::kYear:
      valid = parse_number(cell, &i64);
      *out = Value::of_int(i64);
      return valid;
    case ColumnKind::kUint:
      valid = parse_number(cell, &u64);
      *out = Value::of_uint(u64);
      return valid;
    case ColumnKind::kFloat:
      valid = parse_number(cell, &f64);
      *out = Value::of_float(static_cast<float>(f64));
      return valid;
    case ColumnKind::kDouble:
      valid = parse_number(cell, &f64);
      *out = Value::of_double(f64);
      return valid;
    case ColumnKind::kDecimal64:
      valid = parse_decimal64(cell, scale, &i64);
      *out = Value::of_int(i64);
      return valid;
    case ColumnKind::kBit:
      valid = decode_bits(cell, &u64);
      *out = Value::of_uint(u64);
      return valid;
    default:
      return false;
  }
}

bool decode_temporal(ColumnKind kind, std::string_view cell, Value* out) {
  Civil civil;
  std::uint32_t micros = 0;
  std::int64_t i64 = 0;
  bool valid = false;
  switch (kind) {
    case ColumnKind::kDate:
      valid = parse_date(cell, &civil);
      *out = Value::of_civil(civil, 0);
      return valid;
    case ColumnKind::kDatetime:
      valid = parse_datetime(cell, &civil, &micros);
      *out = Value::of_civil(civil, micros);
      return valid;
    case ColumnKind::kTime:
      valid = parse_time(cell, &i64);
      *out = Value::of_int(i64);
      return valid;
    case ColumnKind::kTimestamp:
      valid = parse_timestamp(cell, &i64);
      *out = Value::of_int(i64);
      return valid;
    default:
      return false;
  }
}

bool decode_cell(ColumnKind kind, unsigned scale, std::string_view cell, Value* out) {
  switch (kind) {
    case ColumnKind::kString:
    case ColumnKind::kBinary:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
    case ColumnKind::kJson:
    case ColumnKind::kUuid:
    case ColumnKind::kInet:
      *out = Value::of_text(cell);
      return true;
    case ColumnKind::kGeometry:
      *out = Value::of_text(cell);
      return is_geometry(cell);
    case ColumnKind::kPoint:
      *out = Value::of_text(cell);
      return is_point(cell);
    case ColumnKind::kVector:
      *out = Value::of_text(cell);
      return is_vector(cell);
    case ColumnKind::kDecimalText: {
      std::string_view trimmed;
      const bool valid = trim_decimal_text(cell, &trimmed);
      *out = Value::of_text(trimmed);
      return valid;
    }
    case ColumnKind::kDate:
    case ColumnKind::kDatetime:
    case ColumnKind::kTime:
    case ColumnKind::kTimestamp:
      return decode_temporal(kind, cell, out);
    default:
      return decode_number(kind, scale, cell, out);
  }
}

std::unexpected<Error> not_a_value(const ColumnDef& column) {
  return fail(
      ErrorKind::kCorrupt,
      fmt::format("the server sent a text for column {} that is no {}", column.name,
                  column.column_type),
      "look whether a proxy between here and the server rewrites results or session settings");
}

}  // namespace

std::string select_expression(const ColumnDef& column) {
  const bool rounded =
      column.kind == ColumnKind::kFloat ||
      (column.kind == ColumnKind::kDouble && column.column_type.find('(') != std::string::npos);
  return rounded ? fmt::format("({} * 1e0)", quoted(column.name)) : quoted(column.name);
}

Result<Value> decode_text_cell(const ColumnDef& column, std::string_view cell) {
  Value value;
  if (!decode_cell(column.kind, column.scale, cell, &value)) return not_a_value(column);
  return value;
}

Result<TextRowPlan> TextRowPlan::compile(TablePtr table, std::vector<std::uint32_t> selected) {
  std::vector<Step> steps;
  steps.reserve(selected.size());
  for (const std::uint32_t index : selected) {
    const ColumnDef& column = table->columns[index];
    if (column.kind == ColumnKind::kUnsupported) {
      return fail(ErrorKind::kUnsupported,
                  fmt::format("column {} of {} has type {}, which is not decoded yet", column.name,
                              table->id.text(), column.column_type),
                  fmt::format("add {}.{} to column.exclude.list, or exclude the table",
                              table->id.text(), column.name));
    }
    steps.push_back({index, column.kind, static_cast<std::uint8_t>(column.scale)});
  }
  return TextRowPlan(std::move(table), std::move(steps));
}

Result<RowView> TextRowPlan::decode(const char* const* row, const unsigned long* lengths,
                                    RowScratch& scratch) const {
  const std::size_t width = table_->columns.size();
  if (scratch.after.size() < width) scratch.after.resize(width);
  if (steps_.size() != width) std::fill_n(scratch.after.begin(), width, Value::of_null());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    Value* const out = &scratch.after[step.column];
    if (row[i] == nullptr) {
      *out = Value::of_null();
    } else if (!decode_cell(step.kind, step.scale, {row[i], lengths[i]}, out)) {
      return std::unexpected<Error>(
          not_a_value(table_->columns[step.column]).error().at(table_->id.text()));
    }
  }
  return RowView(scratch.after.data(), width);
}

}  // namespace tidemark

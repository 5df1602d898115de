// SPDX-License-Identifier: Apache-2.0
// One cell as JSON: which form a column takes in records, decided once per table version, and the
// writer of each form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "change/value.h"
#include "encode/decimal_text.h"
#include "encode/java_float.h"
#include "encode/json_text.h"
#include "encode/spatial_text.h"
#include "encode/temporal_text.h"
#include "schema/table.h"

namespace tidemark {

enum class CellKind : std::uint8_t {
  kInteger,  // i64; BIGINT UNSIGNED as the signed number with the same bits, TIME in µs, YEAR
  kFloat,  // FLOAT
  kWideFloat,  // FLOAT(M,D): the single-precision value as a double
  kDouble,  // DOUBLE
  kDecimal64,  // DECIMAL up to 18 digits
  kDecimalText,  // longer ones
  kString,  // CHAR, VARCHAR, TEXT, ENUM, SET, JSON
  kBytes,  // BINARY, VARBINARY, BLOB
  kDate,  // days since the epoch
  kDatetimeMs,  // DATETIME(0..3): ms since the epoch
  kDatetimeUs,  // DATETIME(4..6): µs
  kTimestamp,  // ISO text in UTC
  kBoolean,  // BIT(1)
  kBits,  // BIT(n): little-endian bytes
  kGeometry,  // {"wkb":Base64,"srid":number or null}
  kPoint,  // the same behind "x" and "y"
  kVector,  // array of floats
};

// Everything a writer needs to know of a column.
struct CellFormat {
  CellKind kind = CellKind::kInteger;
  std::uint8_t fraction_digits = 0;  // kTimestamp
  std::uint8_t bytes = 0;  // kBits
  bool adjust_years = false;  // kDate, kDatetime*
};

// Nothing for a column that cannot be captured.
std::optional<CellFormat> cell_format_of(const ColumnDef& column, bool adjust_years);

// Bytes that write_cell may need whatever the value; texts (kString, kBytes) come on top.
std::size_t cell_size_max(CellKind kind);

// Does the room a cell needs depend on its value? Then value_size_max() comes on top of cell_size_max().
bool size_depends(CellKind kind);
std::size_t structure_size_max(CellKind kind, const Value& value);
inline std::size_t value_size_max(CellKind kind, const Value& value) {
  if (kind == CellKind::kString) return string_size_max(value.text());
  if (kind == CellKind::kBytes) return base64_size(value.size) + 2;
  return structure_size_max(kind, value);
}

// Quoted Base64 of the `bytes` low bytes, least significant first.
inline char* write_bits(char* out, std::uint64_t bits, std::uint8_t bytes) {
  std::uint8_t raw[8];
  std::memcpy(raw, &bits, 8);
  *out++ = '"';
  out = write_base64(out, raw, bytes);
  *out++ = '"';
  return out;
}

// False where the cell is a zero or impossible date, which records show as null.
inline bool has_value(CellKind kind, const Value& value) {
  switch (kind) {
    case CellKind::kDate:
    case CellKind::kDatetimeMs:
    case CellKind::kDatetimeUs:
      return is_calendar_date(value.civil);
    case CellKind::kTimestamp:
      return value.i64 != 0;
    default:
      return true;
  }
}

// Unchecked: cell_size_max and value_size_max. Wants a cell
// that is not null and has_value().
inline char* write_cell(char* out, const CellFormat& format, const Value& value) {
  const auto civil = [&] { return format.adjust_years ? adjusted(value.civil) : value.civil; };
  switch (format.kind) {
    case CellKind::kInteger:
      return write_int(out, value.i64);
    case CellKind::kString:
      return write_string(out, value.text());
    case CellKind::kDecimal64:
      return write_decimal64(out, value.i64);
    case CellKind::kDatetimeMs:
      return write_int(out, epoch_second(civil()) * 1000 + value.micros / 1000);
    case CellKind::kDatetimeUs:
      return write_int(out, epoch_second(civil()) * 1'000'000 + value.micros);
    case CellKind::kTimestamp:
      return write_zoned_timestamp(out, value.i64, format.fraction_digits);
    case CellKind::kDate:
      return write_int(out, epoch_day(civil()));
    case CellKind::kFloat:
      return write_java_float(out, value.f32);
    case CellKind::kWideFloat:
      return write_java_double(out, static_cast<double>(value.f32));
    case CellKind::kDouble:
      return write_java_double(out, value.f64);
    case CellKind::kDecimalText:
      return write_decimal_text(out, value.text());
    case CellKind::kBytes: {
      *out++ = '"';
      out = write_base64(out, reinterpret_cast<const std::uint8_t*>(value.data), value.size);
      *out++ = '"';
      return out;
    }
    case CellKind::kBoolean:
      return value.u64 != 0 ? write_literal(out, "true") : write_literal(out, "false");
    case CellKind::kBits:
      return write_bits(out, value.u64, format.bytes);
    case CellKind::kGeometry:
      return write_geometry(out, value.text());
    case CellKind::kPoint:
      return write_point(out, value.text());
    case CellKind::kVector:
      return write_vector(out, value.text());
  }
  return out;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// One cell as JSON: which form a column takes in records, decided once per table version, and the
// writer of each form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/encode_settings.h"
#include "change/value.h"
#include "encode/decimal_text.h"
#include "encode/java_float.h"
#include "encode/json_text.h"
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
  // Rare forms, written out of line (rare_cell.cc): structures, other handling modes, converters,
  // mappings.
  kGeometry,  // {"wkb":Base64,"srid":number or null}
  kPoint,  // the same behind "x" and "y"
  kVector,  // array of floats
  kUnsignedDecimal,  // BIGINT UNSIGNED as Decimal
  kUnsignedNumber,  // the same as JSON number
  kNarrowDouble,  // DOUBLE as single precision
  kDecimal64Double,
  kDecimalTextDouble,
  kDecimal64Plain,  // quoted text
  kDecimalTextPlain,
  kDecimal64Number,  // JSON number
  kDecimalTextNumber,
  kBytesBase64,  // as kBytes, but a string to the schema
  kBytesBase64Url,
  kBytesHex,
  kDateConnect,  // as kDate, but Kafka Connect's type
  kDateIso,
  kTimeConnect,  // ms of the day
  kTimeIso,
  kTimeNs,
  kDatetimeConnect,  // ms
  kDatetimeIso,
  kDatetimeNs,
  kTimestampTrimmed,  // ISO text without trailing zeros
  kFlag,  // number or bits: is it above zero?
  kFlagNumber,  // the same as 1 or 0
  kIntegerText,  // quoted number
  kUnsignedText,
  kBinaryText,  // bytes taken for UTF-8
  kConstant,  // whatever the value: what stands for null
  kMapped,  // cut or hashed: CellFormat::mapping
};

struct CellMapping;  // rare_cell.h

// Everything a writer needs to know of a column.
struct CellFormat {
  CellKind kind = CellKind::kInteger;
  std::uint8_t fraction_digits = 0;  // kTimestamp
  std::uint8_t bytes = 0;  // kBits
  std::uint8_t scale = 0;  // kDecimal64*
  bool adjust_years = false;  // kDate*, kDatetime*
  const CellMapping* mapping = nullptr;  // kMapped; lives as long as the encoder
};

// Nothing for a column that cannot be captured.
std::optional<CellFormat> cell_format_of(const ColumnDef& column, const CellModes& modes);

// Bytes that write_cell may need whatever the value. Where size_depends, value_size_max comes on top.
std::size_t cell_size_max(const CellFormat& format);
bool size_depends(const CellFormat& format);

// Rare forms' part of the functions below.
bool has_rare_value(const CellFormat& format, const Value& value);
char* write_rare_cell(char* out, const CellFormat& format, const Value& value);
std::size_t rare_size_max(const CellFormat& format, const Value& value);

// Quoted Base64 of the `bytes` low bytes, least significant first.
inline char* write_bits(char* out, std::uint64_t bits, std::uint8_t bytes) {
  std::uint8_t raw[8];
  std::memcpy(raw, &bits, 8);
  *out++ = '"';
  out = write_base64(out, raw, bytes);
  *out++ = '"';
  return out;
}

// The part of a cell's room that depends on its value.
inline std::size_t value_size_max(const CellFormat& format, const Value& value) {
  switch (format.kind) {
    case CellKind::kString:
      return string_size_max(value.text());
    case CellKind::kBytes:
      return base64_size(value.size) + 2;
    default:
      return rare_size_max(format, value);
  }
}

// False where the cell is a zero or impossible date, or beyond what its form can say: records show
// null. The value is not null.
inline bool has_value(const CellFormat& format, const Value& value) {
  switch (format.kind) {
    case CellKind::kInteger:
    case CellKind::kFloat:
    case CellKind::kWideFloat:
    case CellKind::kDouble:
    case CellKind::kDecimal64:
    case CellKind::kDecimalText:
    case CellKind::kString:
    case CellKind::kBytes:
    case CellKind::kBoolean:
    case CellKind::kBits:
      return true;
    case CellKind::kDate:
    case CellKind::kDatetimeMs:
    case CellKind::kDatetimeUs:
      return is_calendar_date(value.civil);
    case CellKind::kTimestamp:
      return value.i64 != 0;
    default:
      return has_rare_value(format, value);
  }
}

// False where the value is real, but beyond what its form can say (TIME -01:00:00 as time of a day).
bool fits(const CellFormat& format, const Value& value);
// Are there values of the column that do not fit?
bool may_misfit(const CellFormat& format);

// Unchecked: cell_size_max and value_size_max. Wants a cell that is not null and
// has_value().
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
    default:
      return write_rare_cell(out, format, value);
  }
}

}  // namespace tidemark

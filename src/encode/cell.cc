// SPDX-License-Identifier: Apache-2.0
#include "encode/cell.h"

#include "base/assert.h"
#include "encode/decimal_forms.h"
#include "encode/rare_cell.h"

namespace tidemark {
namespace {

// FLOAT(M,D), which the original takes for a double.
bool has_declared_scale(const ColumnDef& column) {
  return column.column_type.find(',') != std::string::npos;
}

CellKind integer_kind(const ColumnDef& column, const CellModes& modes) {
  const bool precise = column.kind == ColumnKind::kUint && column.data_type == "bigint" &&
                       modes.bigint_unsigned == BigintMode::kPrecise;
  if (!precise) return CellKind::kInteger;
  return modes.decimal_numbers ? CellKind::kUnsignedNumber : CellKind::kUnsignedDecimal;
}

CellKind decimal_kind(bool small, const CellModes& modes) {
  switch (modes.decimal) {
    case DecimalMode::kDouble:
      return small ? CellKind::kDecimal64Double : CellKind::kDecimalTextDouble;
    case DecimalMode::kString:
      return small ? CellKind::kDecimal64Plain : CellKind::kDecimalTextPlain;
    case DecimalMode::kPrecise:
      break;
  }
  if (modes.decimal_numbers) {
    return small ? CellKind::kDecimal64Number : CellKind::kDecimalTextNumber;
  }
  return small ? CellKind::kDecimal64 : CellKind::kDecimalText;
}

CellKind binary_kind(BinaryMode mode) {
  switch (mode) {
    case BinaryMode::kBytes:
      return CellKind::kBytes;
    case BinaryMode::kBase64:
      return CellKind::kBytesBase64;
    case BinaryMode::kBase64UrlSafe:
      return CellKind::kBytesBase64Url;
    case BinaryMode::kHex:
      return CellKind::kBytesHex;
  }
  return CellKind::kBytes;
}

CellKind date_kind(TimeMode mode) {
  if (mode == TimeMode::kConnect) return CellKind::kDateConnect;
  return mode == TimeMode::kIsoString ? CellKind::kDateIso : CellKind::kDate;
}

CellKind time_kind(TimeMode mode) {
  if (mode == TimeMode::kConnect) return CellKind::kTimeConnect;
  if (mode == TimeMode::kIsoString) return CellKind::kTimeIso;
  return mode == TimeMode::kNanoseconds ? CellKind::kTimeNs : CellKind::kInteger;
}

CellKind datetime_kind(std::uint32_t fraction_digits, TimeMode mode) {
  switch (mode) {
    case TimeMode::kConnect:
      return CellKind::kDatetimeConnect;
    case TimeMode::kIsoString:
      return CellKind::kDatetimeIso;
    case TimeMode::kMicroseconds:
      return CellKind::kDatetimeUs;
    case TimeMode::kNanoseconds:
      return CellKind::kDatetimeNs;
    case TimeMode::kAdaptiveMicroseconds:
      break;
  }
  return fraction_digits <= 3 ? CellKind::kDatetimeMs : CellKind::kDatetimeUs;
}

std::optional<CellKind> cell_kind_of(const ColumnDef& column, const CellModes& modes) {
  switch (column.kind) {
    case ColumnKind::kUnsupported:
      return std::nullopt;
    case ColumnKind::kInt:
    case ColumnKind::kYear:
      return CellKind::kInteger;
    case ColumnKind::kUint:
      return integer_kind(column, modes);
    case ColumnKind::kTime:
      return time_kind(modes.time);
    case ColumnKind::kFloat:
      return has_declared_scale(column) ? CellKind::kWideFloat : CellKind::kFloat;
    case ColumnKind::kDouble:
      return CellKind::kDouble;
    case ColumnKind::kDecimal64:
      return decimal_kind(true, modes);
    case ColumnKind::kDecimalText:
      return decimal_kind(false, modes);
    case ColumnKind::kString:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
    case ColumnKind::kJson:
    case ColumnKind::kUuid:
    case ColumnKind::kInet:
      return CellKind::kString;
    case ColumnKind::kGeometry:
      return CellKind::kGeometry;
    case ColumnKind::kPoint:
      return CellKind::kPoint;
    case ColumnKind::kVector:
      return CellKind::kVector;
    case ColumnKind::kBinary:
      return binary_kind(modes.binary);
    case ColumnKind::kDate:
      return date_kind(modes.time);
    case ColumnKind::kDatetime:
      return datetime_kind(column.fraction_digits, modes.time);
    case ColumnKind::kTimestamp:
      return CellKind::kTimestamp;
    case ColumnKind::kBit:
      return column.length <= 1 ? CellKind::kBoolean : CellKind::kBits;
  }
  return std::nullopt;
}

}  // namespace

std::optional<CellFormat> cell_format_of(const ColumnDef& column, const CellModes& modes) {
  const std::optional<CellKind> kind = cell_kind_of(column, modes);
  if (!kind) return std::nullopt;
  CellFormat format;
  format.kind = *kind;
  format.adjust_years = modes.adjust_years;
  format.scale = static_cast<std::uint8_t>(column.scale);
  if (*kind == CellKind::kTimestamp) {
    format.fraction_digits = static_cast<std::uint8_t>(column.fraction_digits);
  }
  if (*kind == CellKind::kBits) format.bytes = static_cast<std::uint8_t>((column.length + 7) / 8);
  return format;
}

std::size_t cell_size_max(const CellFormat& format) {
  switch (format.kind) {
    case CellKind::kInteger:
    case CellKind::kDate:
    case CellKind::kDatetimeMs:
    case CellKind::kDatetimeUs:
    case CellKind::kUnsignedNumber:
    case CellKind::kDateConnect:
    case CellKind::kTimeConnect:
    case CellKind::kTimeNs:
    case CellKind::kDatetimeConnect:
    case CellKind::kDatetimeNs:
      return kIntegerSizeMax;
    case CellKind::kIntegerText:
    case CellKind::kUnsignedText:
      return kIntegerSizeMax + 2;
    case CellKind::kFloat:
    case CellKind::kWideFloat:
    case CellKind::kDouble:
    case CellKind::kNarrowDouble:
    case CellKind::kDecimal64Double:
    case CellKind::kDecimalTextDouble:
      return kJavaFloatSizeMax;
    case CellKind::kDecimal64:
    case CellKind::kBits:
    case CellKind::kUnsignedDecimal:
      return kDecimal64SizeMax;
    case CellKind::kDecimalText:
      return kDecimalTextSizeMax;
    case CellKind::kDecimal64Plain:
    case CellKind::kDecimalTextPlain:
    case CellKind::kDecimal64Number:
    case CellKind::kDecimalTextNumber:
      return kDecimalFormSizeMax;
    case CellKind::kTimestamp:
    case CellKind::kTimestampTrimmed:
    case CellKind::kDateIso:
    case CellKind::kTimeIso:
    case CellKind::kDatetimeIso:
      return kZonedTimestampSizeMax;
    case CellKind::kBoolean:
    case CellKind::kFlag:
    case CellKind::kFlagNumber:
      return 5;
    case CellKind::kString:
    case CellKind::kBytes:
    case CellKind::kGeometry:
    case CellKind::kPoint:
    case CellKind::kVector:
    case CellKind::kBytesBase64:
    case CellKind::kBytesBase64Url:
    case CellKind::kBytesHex:
    case CellKind::kBinaryText:
    case CellKind::kConstant:
      return 0;
    case CellKind::kMapped:
      if (format.mapping->hash) return format.mapping->hash->size() + 2;
      return cell_size_max(format.mapping->base);
  }
  ASSERT(false, "a form without size");
  return 0;
}

bool size_depends(const CellFormat& format) {
  switch (format.kind) {
    case CellKind::kString:
    case CellKind::kBytes:
    case CellKind::kBytesBase64:
    case CellKind::kBytesBase64Url:
    case CellKind::kBytesHex:
    case CellKind::kBinaryText:
    case CellKind::kGeometry:
    case CellKind::kPoint:
    case CellKind::kVector:
      return true;
    case CellKind::kMapped:
      return !format.mapping->hash && size_depends(format.mapping->base);
    default:
      return false;
  }
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "encode/cell.h"

namespace tidemark {
namespace {

// FLOAT(M,D), which the original takes for a double.
bool has_declared_scale(const ColumnDef& column) {
  return column.column_type.find(',') != std::string::npos;
}

std::optional<CellKind> cell_kind_of(const ColumnDef& column) {
  switch (column.kind) {
    case ColumnKind::kUnsupported:
      return std::nullopt;
    case ColumnKind::kInt:
    case ColumnKind::kUint:
    case ColumnKind::kTime:
    case ColumnKind::kYear:
      return CellKind::kInteger;
    case ColumnKind::kFloat:
      return has_declared_scale(column) ? CellKind::kWideFloat : CellKind::kFloat;
    case ColumnKind::kDouble:
      return CellKind::kDouble;
    case ColumnKind::kDecimal64:
      return CellKind::kDecimal64;
    case ColumnKind::kDecimalText:
      return CellKind::kDecimalText;
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
      return CellKind::kBytes;
    case ColumnKind::kDate:
      return CellKind::kDate;
    case ColumnKind::kDatetime:
      return column.fraction_digits <= 3 ? CellKind::kDatetimeMs : CellKind::kDatetimeUs;
    case ColumnKind::kTimestamp:
      return CellKind::kTimestamp;
    case ColumnKind::kBit:
      return column.length <= 1 ? CellKind::kBoolean : CellKind::kBits;
  }
  return std::nullopt;
}

}  // namespace

std::optional<CellFormat> cell_format_of(const ColumnDef& column, bool adjust_years) {
  const std::optional<CellKind> kind = cell_kind_of(column);
  if (!kind) return std::nullopt;
  CellFormat format;
  format.kind = *kind;
  format.adjust_years = adjust_years;
  if (*kind == CellKind::kTimestamp) {
    format.fraction_digits = static_cast<std::uint8_t>(column.fraction_digits);
  }
  if (*kind == CellKind::kBits) format.bytes = static_cast<std::uint8_t>((column.length + 7) / 8);
  return format;
}

std::size_t cell_size_max(CellKind kind) {
  switch (kind) {
    case CellKind::kInteger:
    case CellKind::kDate:
    case CellKind::kDatetimeMs:
    case CellKind::kDatetimeUs:
      return kIntegerSizeMax;
    case CellKind::kFloat:
    case CellKind::kWideFloat:
    case CellKind::kDouble:
      return kJavaFloatSizeMax;
    case CellKind::kDecimal64:
    case CellKind::kBits:
      return kDecimal64SizeMax;
    case CellKind::kDecimalText:
      return kDecimalTextSizeMax;
    case CellKind::kTimestamp:
      return kZonedTimestampSizeMax;
    case CellKind::kBoolean:
      return 5;
    case CellKind::kString:
    case CellKind::kBytes:
    case CellKind::kGeometry:
    case CellKind::kPoint:
    case CellKind::kVector:
      return 0;
  }
  return 0;
}

bool size_depends(CellKind kind) {
  switch (kind) {
    case CellKind::kString:
    case CellKind::kBytes:
    case CellKind::kGeometry:
    case CellKind::kPoint:
    case CellKind::kVector:
      return true;
    default:
      return false;
  }
}

std::size_t structure_size_max(CellKind kind, const Value& value) {
  if (kind == CellKind::kVector) return vector_size_max(value.size);
  return spatial_size_max(value.size);
}

}  // namespace tidemark

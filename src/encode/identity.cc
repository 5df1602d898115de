// SPDX-License-Identifier: Apache-2.0
#include "encode/identity.h"

#include <bit>

namespace tidemark {
namespace {

bool is_text(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kDecimalText:
    case ColumnKind::kString:
    case ColumnKind::kBinary:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
    case ColumnKind::kJson:
    case ColumnKind::kGeometry:
    case ColumnKind::kPoint:
    case ColumnKind::kVector:
    case ColumnKind::kUuid:
    case ColumnKind::kInet:
      return true;
    default:
      return false;
  }
}

std::uint64_t date_bits(const Civil& civil) {
  return (std::uint64_t{static_cast<std::uint16_t>(civil.year)} << 40U) |
         (std::uint64_t{civil.month} << 32U) | (std::uint64_t{civil.day} << 24U);
}
std::uint64_t clock_bits(const Civil& civil) {
  return (std::uint64_t{civil.hour} << 16U) | (std::uint64_t{civil.minute} << 8U) | civil.second;
}

// The cell's fixed part in 8 bytes. 0.0 and -0.0 are one key to the server.
std::uint64_t fixed_bits(ColumnKind kind, const Value& value) {
  if (kind == ColumnKind::kFloat) return std::bit_cast<std::uint32_t>(value.f32 + 0.0F);
  if (kind == ColumnKind::kDouble) return std::bit_cast<std::uint64_t>(value.f64 + 0.0);
  if (kind == ColumnKind::kDate) return date_bits(value.civil);
  if (kind == ColumnKind::kDatetime) return date_bits(value.civil) | clock_bits(value.civil);
  return value.u64;
}

bool same_cell(ColumnKind kind, const Value& a, const Value& b) {
  if (a.null || b.null) return a.null == b.null;
  if (is_text(kind)) return a.text() == b.text();
  if (fixed_bits(kind, a) != fixed_bits(kind, b)) return false;
  return kind != ColumnKind::kDatetime || a.micros == b.micros;
}

}  // namespace

IdentityPlan::IdentityPlan(const TableDef& table, std::span<const std::uint32_t> key) {
  for (const std::uint32_t column : key) parts_.push_back({column, table.columns[column].kind});
}

bool IdentityPlan::differs(RowView a, RowView b) const {
  for (const Part& part : parts_) {
    if (!same_cell(part.kind, a[part.column], b[part.column])) return true;
  }
  return false;
}

}  // namespace tidemark

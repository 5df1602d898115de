// SPDX-License-Identifier: Apache-2.0
#include "encode/rare_cell.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "base/hex.h"
#include "encode/decimal_forms.h"
#include "encode/spatial_text.h"

namespace tidemark {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kNsPerUs = 1000;
constexpr std::int64_t kUsPerSecond = 1'000'000;

Civil civil_of(const CellFormat& format, const Value& value) {
  return format.adjust_years ? adjusted(value.civil) : value.civil;
}

std::int64_t epoch_us(const CellFormat& format, const Value& value) {
  return epoch_second(civil_of(format, value)) * kUsPerSecond + value.micros;
}

// 64 bits hold it in nanoseconds.
bool fits_nanoseconds(std::int64_t us) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max() / kNsPerUs;
  return us <= kMax && us >= -kMax;
}

bool is_date(CellKind kind) {
  switch (kind) {
    case CellKind::kDate:
    case CellKind::kDatetimeMs:
    case CellKind::kDatetimeUs:
    case CellKind::kDateConnect:
    case CellKind::kDateIso:
    case CellKind::kDatetimeConnect:
    case CellKind::kDatetimeIso:
    case CellKind::kDatetimeNs:
      return true;
    default:
      return false;
  }
}

// The plain text of a DECIMAL, in `room` where it has to be made.
std::string_view plain_text(const CellFormat& format, const Value& value, char* room) {
  switch (format.kind) {
    case CellKind::kDecimal64Double:
    case CellKind::kDecimal64Plain:
    case CellKind::kDecimal64Number:
      return {room,
              static_cast<std::size_t>(write_plain_decimal(room, value.i64, format.scale) - room)};
    default:
      return value.text();
  }
}

char* write_quoted(char* out, std::string_view text) {
  *out++ = '"';
  out = write_text(out, text);
  *out++ = '"';
  return out;
}

char* write_base64_text(char* out, std::string_view bytes, bool url_safe) {
  *out++ = '"';
  char* const begin = out;
  out = write_base64(out, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (url_safe) {
    std::replace(begin, out, '+', '-');
    std::replace(begin, out, '/', '_');
  }
  *out++ = '"';
  return out;
}

char* write_hex_text(char* out, std::string_view bytes) {
  *out++ = '"';
  out = write_hex(out, bytes);
  *out++ = '"';
  return out;
}

// -- mappings ----------------------------------------------------------------------------------------

// The leading `units` UTF-16 units of UTF-8 text, whole characters only.
std::string_view cut_text(std::string_view text, std::size_t units) {
  if (text.size() <= units) return text;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t width = lead >= 0xF0 ? 2 : 1;
    if (units < width) break;
    units -= width;
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  }
  return text.substr(0, at);
}

Value cut_value(const CellMapping& mapping, const Value& value) {
  if (!mapping.cut) return value;
  if (mapping.base.kind == CellKind::kString) {
    return Value::of_text(cut_text(value.text(), *mapping.cut));
  }
  if (mapping.base.kind == CellKind::kBytes) {
    return Value::of_text(value.text().substr(0, *mapping.cut));
  }
  return value;
}

char* write_hash(char* out, const CellMapping& mapping, const Value& value) {
  *out++ = '"';
  char* end = mapping.hash->write(out, value.text());
  if (mapping.cut) end = out + std::min<std::ptrdiff_t>(end - out, *mapping.cut);
  *end++ = '"';
  return end;
}

// Every other form that is text is ASCII between quotes: what is too long is cut off behind.
char* write_mapped(char* out, const CellMapping& mapping, const Value& value) {
  if (mapping.hash) return write_hash(out, mapping, value);
  char* end = write_cell(out, mapping.base, cut_value(mapping, value));
  const bool cut_before =
      mapping.base.kind == CellKind::kString || mapping.base.kind == CellKind::kBytes;
  if (cut_before || *out != '"') return end;
  const std::ptrdiff_t size = end - out - 2;
  if (size <= static_cast<std::ptrdiff_t>(*mapping.cut)) return end;
  end = out + 1 + *mapping.cut;
  *end++ = '"';
  return end;
}

bool above_zero(const CellFormat& format, const Value& value) {
  // Signed cells and bits: BIT(1) has no sign to mistake.
  return format.bytes != 0 ? value.u64 != 0 : value.i64 > 0;
}

}  // namespace

bool fits(const CellFormat& format, const Value& value) {
  switch (format.kind) {
    case CellKind::kTimeConnect:
    case CellKind::kTimeIso:
      return value.i64 >= 0 && value.i64 <= kDayUs;
    case CellKind::kDatetimeNs:
      return !is_calendar_date(value.civil) || fits_nanoseconds(epoch_us(format, value));
    case CellKind::kMapped:
      return fits(format.mapping->base, value);
    default:
      return true;
  }
}

bool may_misfit(const CellFormat& format) {
  switch (format.kind) {
    case CellKind::kTimeConnect:
    case CellKind::kTimeIso:
    case CellKind::kDatetimeNs:
      return true;
    case CellKind::kMapped:
      return may_misfit(format.mapping->base);
    default:
      return false;
  }
}

bool has_rare_value(const CellFormat& format, const Value& value) {
  if (format.kind == CellKind::kConstant) return false;
  if (format.kind == CellKind::kMapped) return has_value(format.mapping->base, value);
  if (format.kind == CellKind::kTimestampTrimmed) return value.i64 != 0;
  if (is_date(format.kind) && !is_calendar_date(value.civil)) return false;
  return fits(format, value);
}

char* write_rare_cell(char* out, const CellFormat& format, const Value& value) {
  char room[kDecimalFormSizeMax];
  switch (format.kind) {
    case CellKind::kGeometry:
      return write_geometry(out, value.text());
    case CellKind::kPoint:
      return write_point(out, value.text());
    case CellKind::kVector:
      return write_vector(out, value.text());
    case CellKind::kUnsignedDecimal:
      return write_unsigned_decimal(out, value.u64);
    case CellKind::kUnsignedNumber:
      return write_uint(out, value.u64);
    case CellKind::kNarrowDouble:
      return write_java_float(out, static_cast<float>(value.f64));
    case CellKind::kDecimal64Double:
    case CellKind::kDecimalTextDouble:
      return write_java_double(out, nearest_double(plain_text(format, value, room)));
    case CellKind::kDecimal64Plain:
    case CellKind::kDecimalTextPlain:
      return write_quoted(out, plain_text(format, value, room));
    case CellKind::kDecimal64Number:
    case CellKind::kDecimalTextNumber:
      return write_decimal_number(out, plain_text(format, value, room));
    case CellKind::kBytesBase64:
    case CellKind::kBytesBase64Url:
      return write_base64_text(out, value.text(), format.kind == CellKind::kBytesBase64Url);
    case CellKind::kBytesHex:
      return write_hex_text(out, value.text());
    case CellKind::kDateConnect:
      return write_int(out, epoch_day(civil_of(format, value)));
    case CellKind::kDateIso:
      return write_iso_date(out, civil_of(format, value));
    case CellKind::kTimeConnect:
      return write_int(out, value.i64 / 1000);
    case CellKind::kTimeIso:
      return write_iso_time(out, value.i64);
    case CellKind::kTimeNs:
      return write_int(out, value.i64 * kNsPerUs);
    case CellKind::kDatetimeConnect:
      return write_int(out, epoch_second(civil_of(format, value)) * 1000 + value.micros / 1000);
    case CellKind::kDatetimeIso:
      return write_iso_timestamp(out, civil_of(format, value), value.micros);
    case CellKind::kDatetimeNs:
      return write_int(out, epoch_us(format, value) * kNsPerUs);
    case CellKind::kTimestampTrimmed:
      return write_trimmed_timestamp(out, value.i64);
    case CellKind::kFlag:
      return above_zero(format, value) ? write_literal(out, "true") : write_literal(out, "false");
    case CellKind::kFlagNumber:
      *out++ = above_zero(format, value) ? '1' : '0';
      return out;
    case CellKind::kIntegerText:
      *out++ = '"';
      out = write_int(out, value.i64);
      *out++ = '"';
      return out;
    case CellKind::kUnsignedText:
      *out++ = '"';
      out = write_uint(out, value.u64);
      *out++ = '"';
      return out;
    case CellKind::kBinaryText:
      return write_string(out, value.text());
    case CellKind::kMapped:
      return write_mapped(out, *format.mapping, value);
    default:
      ASSERT(false, "a form without writer");
      return out;
  }
}

std::size_t rare_size_max(const CellFormat& format, const Value& value) {
  switch (format.kind) {
    case CellKind::kGeometry:
    case CellKind::kPoint:
      return spatial_size_max(value.size);
    case CellKind::kVector:
      return vector_size_max(value.size);
    case CellKind::kBytesBase64:
    case CellKind::kBytesBase64Url:
      return base64_size(value.size) + 2;
    case CellKind::kBytesHex:
      return 2 * std::size_t{value.size} + 2;
    case CellKind::kBinaryText:
      return string_size_max(value.text());
    case CellKind::kMapped: {
      if (!size_depends(format.mapping->base) || format.mapping->hash) return 0;
      return value_size_max(format.mapping->base, cut_value(*format.mapping, value));
    }
    default:
      return 0;
  }
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/cell_decoder.h"

#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "mysql/binlog/maria_compression.h"
#include "mysql/value/charset.h"
#include "mysql/value/enum_set.h"
#include "mysql/value/geometry.h"
#include "mysql/value/inet.h"
#include "mysql/value/json.h"
#include "mysql/value/temporal.h"
#include "mysql/value/uuid.h"
#include "mysql/value/vector.h"

namespace tidemark {
namespace {

std::uint64_t load_number(const std::uint8_t* p, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, p, size);
  return value;
}

bool decimal_text(const ColumnStep& step, const std::uint8_t* p, Arena& arena, Value* out) {
  char* const text = arena.allocate(kDecimalTextMax);
  std::size_t size = 0;
  if (!decode_decimal_text(p, step.decimal, text, &size)) return false;
  arena.shrink_last(kDecimalTextMax - size);
  *out = Value::of_text({text, size});
  return true;
}

// Values whose bits may be impossible. False: they are.
bool decode_checked(const ColumnStep& step, const std::uint8_t* p, Arena& arena, Value* out) {
  Civil civil;
  std::uint32_t micros = 0;
  std::int64_t number = 0;
  std::string_view text;
  bool valid = false;
  switch (step.decode) {
    case Decode::kDecimal64:
      valid = decode_decimal64(p, step.decimal, &number);
      *out = Value::of_int(number);
      return valid;
    case Decode::kDecimalText:
      return decimal_text(step, p, arena, out);
    case Decode::kDate:
      valid = decode_date(p, &civil);
      *out = Value::of_civil(civil, 0);
      return valid;
    case Decode::kDatetime2:
      valid = decode_datetime2(p, step.fraction_digits, &civil, &micros);
      *out = Value::of_civil(civil, micros);
      return valid;
    case Decode::kOldDatetime:
      valid = decode_old_datetime(p, &civil);
      *out = Value::of_civil(civil, 0);
      return valid;
    case Decode::kTime2:
      valid = decode_time2(p, step.fraction_digits, &number);
      *out = Value::of_int(number);
      return valid;
    case Decode::kOldTime:
      valid = decode_old_time(p, &number);
      *out = Value::of_int(number);
      return valid;
    case Decode::kHiresTime:
      valid = decode_hires_time(p, step.fraction_digits, &number);
      *out = Value::of_int(number);
      return valid;
    case Decode::kHiresDatetime:
      valid = decode_hires_datetime(p, step.fraction_digits, &civil, &micros);
      *out = Value::of_civil(civil, micros);
      return valid;
    case Decode::kHiresTimestamp:
      valid = decode_hires_timestamp(p, step.fraction_digits, &number);
      *out = Value::of_int(number);
      return valid;
    case Decode::kTimestamp2:
      valid = decode_timestamp2(p, step.fraction_digits, &number);
      *out = Value::of_int(number);
      return valid;
    case Decode::kEnum:
      valid = enum_text(step.members, load_number(p, step.width), &text);
      *out = Value::of_text(text);
      return valid;
    case Decode::kSet:
      valid = set_text(step.members, load_number(p, step.width), arena, &text);
      *out = Value::of_text(text);
      return valid;
    default:
      return false;
  }
}

CellOutcome decode_fixed(const ColumnStep& step, const std::uint8_t* p, Arena& arena, Value* out) {
  switch (step.decode) {
    case Decode::kInt8:
      *out = Value::of_int(load_le<std::int8_t>(p));
      break;
    case Decode::kUint8:
      *out = Value::of_uint(*p);
      break;
    case Decode::kInt16:
      *out = Value::of_int(load_le<std::int16_t>(p));
      break;
    case Decode::kUint16:
      *out = Value::of_uint(load_le<std::uint16_t>(p));
      break;
    case Decode::kInt24:
      *out = Value::of_int(static_cast<std::int32_t>(load_le24(p) << 8) >> 8);
      break;
    case Decode::kUint24:
      *out = Value::of_uint(load_le24(p));
      break;
    case Decode::kInt32:
      *out = Value::of_int(load_le<std::int32_t>(p));
      break;
    case Decode::kUint32:
      *out = Value::of_uint(load_le<std::uint32_t>(p));
      break;
    case Decode::kInt64:
      *out = Value::of_int(load_le<std::int64_t>(p));
      break;
    case Decode::kUint64:
      *out = Value::of_uint(load_le<std::uint64_t>(p));
      break;
    case Decode::kFloat:
      *out = Value::of_float(std::bit_cast<float>(load_le<std::uint32_t>(p)));
      break;
    case Decode::kDouble:
      *out = Value::of_double(std::bit_cast<double>(load_le<std::uint64_t>(p)));
      break;
    case Decode::kYear:
      *out = Value::of_int(*p == 0 ? 0 : 1900 + *p);
      break;
    case Decode::kOldTimestamp:
      *out = Value::of_int(decode_old_timestamp(p));
      break;
    case Decode::kBit:
      *out = Value::of_uint(load_be(p, step.width));
      break;
    case Decode::kNumber:
      *out = Value::of_uint(load_number(p, step.width));
      break;
    case Decode::kSkipFixed:
      *out = Value::of_null();
      break;
    default:
      if (!decode_checked(step, p, arena, out)) return CellOutcome::kImpossible;
      if (step.members_guessed && out->text().find('?') != std::string_view::npos)
        return CellOutcome::kGuessed;
      break;
  }
  return CellOutcome::kOk;
}

std::string_view padded(std::string_view bytes, std::size_t width, Arena& arena) {
  if (bytes.size() == width) return bytes;
  char* const out = arena.allocate(width);
  std::memcpy(out, bytes.data(), bytes.size());
  std::memset(out + bytes.size(), 0, width - bytes.size());
  return {out, width};
}

// Values that are checked or spelled out. False: they are none of their type.
bool decode_rare(const ColumnStep& step, std::string_view raw, Arena& arena, Value* out) {
  *out = Value::of_text(raw);
  switch (step.decode) {
    case Decode::kGeometry:
      return is_geometry(raw);
    case Decode::kPoint:
      return is_point(raw);
    case Decode::kVector:
      return is_vector(raw);
    default:
      break;
  }
  if (raw.size() > step.width) return false;
  const std::string_view bytes = padded(raw, step.width, arena);
  *out = Value::of_text(step.decode == Decode::kUuid ? uuid_text(bytes, arena)
                                                     : inet_text(bytes, arena));
  return true;
}

CellOutcome decode_sized(const ColumnStep& step, std::string_view raw, Arena& arena, Value* out) {
  switch (step.decode) {
    case Decode::kBytes:
      *out = Value::of_text(raw);
      break;
    case Decode::kPadded:
      if (raw.size() > step.width) return CellOutcome::kImpossible;
      *out = Value::of_text(padded(raw, step.width, arena));
      break;
    case Decode::kText:
      *out = Value::of_text(to_utf8(step.charset, raw, arena));
      break;
    case Decode::kJson: {
      std::string& text = arena.builder();
      if (!append_json_text(text, as_bytes(raw))) return CellOutcome::kImpossible;
      *out = Value::of_text(arena.copy(text));
      break;
    }
    case Decode::kGeometry:
    case Decode::kPoint:
    case Decode::kVector:
    case Decode::kUuid:
    case Decode::kInet:
      return decode_rare(step, raw, arena, out) ? CellOutcome::kOk : CellOutcome::kImpossible;
    case Decode::kPacked: {
      ColumnStep inner = step;
      inner.decode = step.inner;
      if (!unpack_maria_cell(as_bytes(raw), arena, &raw)) return CellOutcome::kImpossible;
      return decode_sized(inner, raw, arena, out);
    }
    default:
      *out = Value::of_null();
      break;
  }
  return CellOutcome::kOk;
}

}  // namespace

CellOutcome decode_cell(const ColumnStep& step, const std::uint8_t** p, const std::uint8_t* end,
                        Arena& arena, Value* out) {
  const std::uint8_t* const at = *p;
  const auto left = static_cast<std::size_t>(end - at);
  if (step.decode < Decode::kBytes) {
    if (left < step.width) return CellOutcome::kEndsEarly;
    *p = at + step.width;
    return decode_fixed(step, at, arena, out);
  }
  if (left < step.length_bytes) return CellOutcome::kEndsEarly;
  const std::size_t size = step.length_bytes == 1 ? *at : load_number(at, step.length_bytes);
  if (left - step.length_bytes < size) return CellOutcome::kEndsEarly;
  *p = at + step.length_bytes + size;
  return decode_sized(step, as_text(Bytes(at + step.length_bytes, size)), arena, out);
}

}  // namespace tidemark

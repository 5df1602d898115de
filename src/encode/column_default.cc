// SPDX-License-Identifier: Apache-2.0
#include "encode/column_default.h"

#include <charconv>
#include <string_view>

#include "base/ascii.h"
#include "base/hex.h"
#include "encode/json_text.h"

namespace tidemark {
namespace {

// A parsed default. `storage` owns the text a value points to.
struct Parsed {
  Value value;
  std::string storage;
};

template <class T>
std::optional<T> number(std::string_view text) {
  T out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

bool is_temporal(ColumnKind kind) {
  return kind == ColumnKind::kDate || kind == ColumnKind::kDatetime ||
         kind == ColumnKind::kTimestamp;
}

// The server's text for DEFAULT CURRENT_TIMESTAMP[(n)] and its synonyms; DEFAULT (now()), an
// expression like any other, keeps its own.
bool is_current_time(std::string_view text) {
  constexpr std::string_view kName = "current_timestamp";
  return same_letters(text.substr(0, kName.size()), kName);
}

// Takes a number and the separator in front of it (0: none) off the text.
bool take(std::string_view& text, char separator, unsigned digits_max, unsigned& out) {
  if (separator != 0) {
    if (text.empty() || text.front() != separator) return false;
    text.remove_prefix(1);
  }
  std::size_t size = 0;
  out = 0;
  for (; size < text.size() && size < digits_max && text[size] >= '0' && text[size] <= '9';
       ++size) {
    out = out * 10 + static_cast<unsigned>(text[size] - '0');
  }
  text.remove_prefix(size);
  return size > 0;
}

// "[.ffffff]" up to the end; microseconds.
std::optional<unsigned> take_fraction(std::string_view text) {
  if (text.empty()) return 0U;
  if (text.front() != '.' || text.size() > 7) return std::nullopt;
  text.remove_prefix(1);
  unsigned micros = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    micros = micros * 10 + static_cast<unsigned>(c - '0');
  }
  return micros;
}

}  // namespace

std::optional<Value> parse_civil(std::string_view text) {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take(text, 0, 4, year) || !take(text, '-', 2, month) || !take(text, '-', 2, day)) {
    return std::nullopt;
  }
  std::optional<unsigned> micros = 0U;
  if (!text.empty()) {
    if (!take(text, ' ', 2, hour) || !take(text, ':', 2, minute) || !take(text, ':', 2, second)) {
      return std::nullopt;
    }
    micros = take_fraction(text);
  }
  if (!micros || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const Civil civil{.year = static_cast<std::int16_t>(year),
                    .month = static_cast<std::uint8_t>(month),
                    .day = static_cast<std::uint8_t>(day),
                    .hour = static_cast<std::uint8_t>(hour),
                    .minute = static_cast<std::uint8_t>(minute),
                    .second = static_cast<std::uint8_t>(second)};
  return Value::of_civil(civil, *micros);
}

namespace {

// "[-]hhh:mm:ss[.ffffff]" in microseconds.
std::optional<Value> parse_time(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  unsigned hour = 0, minute = 0, second = 0;
  if (!take(text, 0, 3, hour) || !take(text, ':', 2, minute) || !take(text, ':', 2, second)) {
    return std::nullopt;
  }
  const std::optional<unsigned> micros = take_fraction(text);
  if (!micros) return std::nullopt;
  const std::int64_t seconds = std::int64_t{hour} * 3600 + minute * 60 + second;
  const std::int64_t total = seconds * 1'000'000 + *micros;
  return Value::of_int(negative ? -total : total);
}

// The instant of a session in UTC; 0 for a zero or impossible date.
std::optional<Value> parse_timestamp(std::string_view text) {
  const std::optional<Value> civil = parse_civil(text);
  if (!civil) return std::nullopt;
  if (!is_calendar_date(civil->civil)) return Value::of_int(0);
  return Value::of_int(epoch_second(civil->civil) * 1'000'000 + civil->micros);
}

// b'101'.
std::optional<Value> parse_bits(std::string_view text) {
  if (!text.starts_with("b'") || !text.ends_with('\'') || text.size() < 3) return std::nullopt;
  std::uint64_t bits = 0;
  for (const char c : text.substr(2, text.size() - 3)) {
    if (c != '0' && c != '1') return std::nullopt;
    bits = (bits << 1U) | static_cast<std::uint64_t>(c - '0');
  }
  return Value::of_uint(bits);
}

// Plain notation with exactly `scale` fraction digits, with or without the point; beyond them the
// server has rounded already.
std::optional<std::string> fixed_point(std::string_view text, std::uint32_t scale, bool point) {
  std::string out;
  std::optional<std::uint32_t> fraction;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !fraction) {
      fraction = 0;
      if (point && scale > 0) out += c;
    } else if (c >= '0' && c <= '9') {
      if (fraction && (*fraction)++ >= scale) return std::nullopt;
      out += c;
    } else if (c != '-' || i != 0) {
      return std::nullopt;
    } else {
      out += c;
    }
  }
  if (point && scale > 0 && !fraction) out += '.';
  out.append(scale - fraction.value_or(0), '0');
  return out;
}

std::optional<Parsed> parse_decimal(const ColumnDef& column, std::string_view text) {
  const bool wide = column.kind == ColumnKind::kDecimalText;
  std::optional<std::string> digits = fixed_point(text, column.scale, wide);
  if (!digits) return std::nullopt;
  if (wide) return Parsed{{}, std::move(*digits)};
  const auto unscaled = number<std::int64_t>(*digits);
  if (!unscaled) return std::nullopt;
  return Parsed{Value::of_int(*unscaled), {}};
}

// Defaults of BINARY and VARBINARY are 0x6162 (schema_reader); other text is taken as the bytes themselves.
std::string binary_bytes(const ColumnDef& column, std::string_view text) {
  std::string bytes(text);
  if (text.starts_with("0x")) bytes = from_hex(text.substr(2)).value_or(bytes);
  if (column.data_type == "binary" && bytes.size() < column.length) bytes.resize(column.length);
  return bytes;
}

template <class T>
std::optional<Parsed> with(std::optional<T> parsed, Value (*make)(T)) {
  if (!parsed) return std::nullopt;
  return Parsed{make(*parsed), {}};
}
std::optional<Parsed> with(std::optional<Value> value) {
  if (!value) return std::nullopt;
  return Parsed{*value, {}};
}

std::optional<Parsed> parse_default(const ColumnDef& column, std::string_view text) {
  switch (column.kind) {
    case ColumnKind::kUnsupported:
      return std::nullopt;
    case ColumnKind::kInt:
    case ColumnKind::kYear:
      return with(number<std::int64_t>(text), Value::of_int);
    case ColumnKind::kUint:
      return with(number<std::uint64_t>(text), Value::of_uint);
    case ColumnKind::kTime:
      return with(parse_time(text));
    case ColumnKind::kFloat:
      return with(number<float>(text), Value::of_float);
    case ColumnKind::kDouble:
      return with(number<double>(text), Value::of_double);
    case ColumnKind::kDecimal64:
    case ColumnKind::kDecimalText:
      return parse_decimal(column, text);
    case ColumnKind::kString:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
    case ColumnKind::kJson:
    case ColumnKind::kUuid:
    case ColumnKind::kInet:
      return Parsed{{}, std::string(text)};
    case ColumnKind::kBinary:
      return Parsed{{}, binary_bytes(column, text)};
    case ColumnKind::kDate:
    case ColumnKind::kDatetime:
      return with(parse_civil(text));
    case ColumnKind::kTimestamp:
      return with(parse_timestamp(text));
    case ColumnKind::kBit:
      return with(parse_bits(text));
    case ColumnKind::kGeometry:  // expressions only
    case ColumnKind::kPoint:
    case ColumnKind::kVector:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_text(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kString:
    case ColumnKind::kEnum:
    case ColumnKind::kSet:
    case ColumnKind::kJson:
    case ColumnKind::kUuid:
    case ColumnKind::kInet:
    case ColumnKind::kBinary:
    case ColumnKind::kDecimalText:
      return true;
    default:
      return false;
  }
}

// The epoch in the form of a date, time or timestamp.
std::string epoch_json(CellKind kind) {
  switch (kind) {
    case CellKind::kTimestamp:
    case CellKind::kTimestampTrimmed:
    case CellKind::kDatetimeIso:
      return R"("1970-01-01T00:00:00Z")";
    case CellKind::kDateIso:
      return R"("1970-01-01Z")";
    case CellKind::kTimeIso:
      return R"("00:00:00Z")";
    default:
      return "0";
  }
}

// DEFAULT CURRENT_TIMESTAMP: the original shows the epoch, but not for a nullable TIMESTAMP.
std::optional<std::string> current_time_json(const ColumnDef& column, CellKind kind) {
  if (column.kind == ColumnKind::kTimestamp && column.nullable) return std::nullopt;
  return epoch_json(kind);
}

}  // namespace

std::string cell_json(const CellFormat& format, const Value& value) {
  std::size_t size = cell_size_max(format) + kWriteSlack;
  if (size_depends(format)) size += value_size_max(format, value);
  std::string out(size, '\0');
  const char* const end = write_cell(out.data(), format, value);
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

std::optional<std::string> default_json(const ColumnDef& column, const CellFormat& format) {
  if (!column.default_text || column.auto_increment || column.generated) return std::nullopt;
  const std::string_view text = *column.default_text;
  if (is_temporal(column.kind) && is_current_time(text)) {
    return current_time_json(column, format.kind);
  }
  if (column.default_is_expression) return std::nullopt;
  std::optional<Parsed> parsed = parse_default(column, text);
  if (!parsed) return std::nullopt;
  if (is_text(column.kind)) parsed->value = Value::of_text(parsed->storage);
  if (has_value(format, parsed->value)) return cell_json(format, parsed->value);
  if (column.nullable || !fits(format, parsed->value)) return std::nullopt;
  return epoch_json(format.kind);
}

std::string fallback_json(const ColumnDef& column, const CellFormat& format) {
  if (column.kind == ColumnKind::kJson) return R"("{}")";
  switch (format.kind) {
    case CellKind::kFloat:
    case CellKind::kWideFloat:
    case CellKind::kDouble:
    case CellKind::kNarrowDouble:
    case CellKind::kDecimal64Double:
    case CellKind::kDecimalTextDouble:
      return "0.0";
    case CellKind::kDecimal64:
    case CellKind::kDecimalText:
    case CellKind::kUnsignedDecimal:
      return R"("AA==")";
    case CellKind::kString:
    case CellKind::kBytes:
    case CellKind::kBytesBase64:
    case CellKind::kBytesBase64Url:
    case CellKind::kBytesHex:
    case CellKind::kBinaryText:
    case CellKind::kIntegerText:
    case CellKind::kUnsignedText:
    case CellKind::kBits:
      return R"("")";
    case CellKind::kDecimal64Plain:
    case CellKind::kDecimalTextPlain:
      return R"("0")";
    case CellKind::kBoolean:
    case CellKind::kFlag:
      return "false";
    case CellKind::kGeometry:  // an empty collection
      return R"({"wkb":"AQcAAAAAAAAA","srid":null})";
    case CellKind::kPoint:
      return R"({"x":0.0,"y":0.0,"wkb":"AQEAAAAAAAAAAAAAAAAAAAAAAAAA","srid":null})";
    case CellKind::kVector:
      return "[]";
    default:
      return epoch_json(format.kind);
  }
}

}  // namespace tidemark

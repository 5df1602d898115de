// SPDX-License-Identifier: Apache-2.0
#include "encode/converter.h"

#include <fmt/format.h>

#include "encode/column_default.h"
#include "encode/column_type.h"
#include "encode/temporal_text.h"

namespace tidemark {
namespace {

using MaybeConversion = Result<std::optional<Conversion>>;

Conversion of_kind(CellKind kind) {
  Conversion out;
  out.format.kind = kind;
  return out;
}

std::unexpected<Error> cannot(const ColumnConverter& converter, const ColumnDef& column,
                              std::string_view what, std::string_view option) {
  return fail(ErrorKind::kRejected,
              fmt::format("converter {} cannot make {} of type {}", converter.name, what,
                          column.column_type),
              fmt::format("leave the column out of {}.{}", converter.name, option));
}

Result<bool> selects(const std::optional<RegexList>& selector, bool otherwise,
                     const std::string& name) {
  return selector ? selector->matches(name) : Result<bool>(otherwise);
}

// -- TinyIntOneToBooleanConverter ----------------------------------------------------------------------

MaybeConversion tiny_int(const ColumnConverter& converter, const std::string& name,
                         const ColumnDef& column) {
  const std::string type = source_type_name(column);
  if (type != "TINYINT" && type != "TINYINT UNSIGNED") return std::nullopt;
  if (converter.length_checker && source_length(column) != 1U) return std::nullopt;
  if (!TRY(selects(converter.selector, true, name))) return std::nullopt;
  return of_kind(CellKind::kFlag);
}

// -- JdbcSinkDataTypesConverter ------------------------------------------------------------------------

MaybeConversion flag_number(const ColumnConverter& converter, const ColumnDef& column) {
  Conversion out = of_kind(CellKind::kFlagNumber);
  const bool bit = column.kind == ColumnKind::kBit && column.length <= 1;
  if (bit) out.format.bytes = 1;
  if (!bit && column.kind != ColumnKind::kInt && column.kind != ColumnKind::kUint) {
    return cannot(converter, column, "a number of 0 and 1", "selector.boolean");
  }
  return out;
}

MaybeConversion real(const ColumnConverter& converter, const ColumnDef& column) {
  Conversion out;
  switch (column.kind) {
    case ColumnKind::kFloat:
      out = of_kind(converter.real_as_double ? CellKind::kWideFloat : CellKind::kFloat);
      return out;
    case ColumnKind::kDouble:
      out = of_kind(converter.real_as_double ? CellKind::kDouble : CellKind::kNarrowDouble);
      return out;
    default:
      return cannot(converter, column, "a floating point number", "selector.real");
  }
}

MaybeConversion text(const ColumnConverter& converter, const ColumnDef& column) {
  Conversion out;
  switch (column.kind) {
    case ColumnKind::kString:
      out = of_kind(CellKind::kString);
      break;
    case ColumnKind::kBinary:
      out = of_kind(CellKind::kBinaryText);
      break;
    case ColumnKind::kInt:
      out = of_kind(CellKind::kIntegerText);
      break;
    case ColumnKind::kUint:
      out = of_kind(CellKind::kUnsignedText);
      break;
    default:
      return cannot(converter, column, "text", "selector.string");
  }
  if (!column.charset_name.empty()) {
    out.parameters.emplace_back("__debezium.source.column.character_set", column.charset_name);
  }
  return out;
}

MaybeConversion jdbc_sink(const ColumnConverter& converter, const std::string& name,
                          const ColumnDef& column) {
  if (TRY(selects(converter.selector, false, name))) return flag_number(converter, column);
  if (TRY(selects(converter.selector_real, false, name))) return real(converter, column);
  if (TRY(selects(converter.selector_string, false, name))) return text(converter, column);
  return std::nullopt;
}

// -- ZeroDateFallbackConverter -------------------------------------------------------------------------

struct ZeroDateTarget {
  CellKind kind;
  const std::string* fallback;
};

std::optional<ZeroDateTarget> target_of(const ColumnConverter& converter, const ColumnDef& column) {
  switch (column.kind) {
    case ColumnKind::kDate:
      if (!converter.dates) return std::nullopt;
      return ZeroDateTarget{CellKind::kDate, &converter.fallback_date};
    case ColumnKind::kDatetime:
      if (!converter.datetimes) return std::nullopt;
      return ZeroDateTarget{CellKind::kDatetimeMs, &converter.fallback_datetime};
    case ColumnKind::kTimestamp:
      if (!converter.timestamps) return std::nullopt;
      return ZeroDateTarget{CellKind::kTimestampTrimmed, &converter.fallback_timestamp};
    default:
      return std::nullopt;
  }
}

// "2024-02-29T01:02:03Z" or with an offset, as microseconds since the epoch.
std::optional<std::int64_t> parse_instant(std::string text) {
  std::int64_t offset_s = 0;
  if (text.ends_with('Z')) {
    text.pop_back();
  } else {
    if (text.size() < 6) return std::nullopt;
    const std::string zone = text.substr(text.size() - 6);
    const auto digits = [&](std::size_t at) -> std::int64_t {
      return (zone[at] - '0') * 10 + (zone[at + 1] - '0');
    };
    if ((zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
    for (const std::size_t at : {1U, 2U, 4U, 5U}) {
      if (zone[at] < '0' || zone[at] > '9') return std::nullopt;
    }
    offset_s = (zone[0] == '-' ? -1 : 1) * (digits(1) * 3600 + digits(4) * 60);
    text.resize(text.size() - 6);
  }
  if (text.size() < 11 || text[10] != 'T') return std::nullopt;
  text[10] = ' ';
  const auto civil = parse_civil(text);
  if (!civil || !is_calendar_date(civil->civil)) return std::nullopt;
  return (epoch_second(civil->civil) - offset_s) * 1'000'000 + civil->micros;
}

std::optional<std::string> fallback_of(CellKind kind, const CellFormat& format,
                                       const std::string& text) {
  if (kind == CellKind::kTimestampTrimmed) {
    const auto instant = parse_instant(text);
    if (!instant) return std::nullopt;
    return cell_json(format, Value::of_int(*instant));
  }
  const auto civil = parse_civil(text);
  const bool clock = text.find(' ') != std::string::npos;
  if (!civil || !is_calendar_date(civil->civil) || clock != (kind != CellKind::kDate)) {
    return std::nullopt;
  }
  return cell_json(format, *civil);
}

MaybeConversion zero_date(const ColumnConverter& converter, const std::string& name,
                          const ColumnDef& column) {
  const auto target = target_of(converter, column);
  if (!target || !TRY(selects(converter.selector, true, name))) return std::nullopt;
  const auto own = converter.column_fallbacks.find(name);
  const std::string& text =
      own == converter.column_fallbacks.end() ? *target->fallback : own->second;
  Conversion out = of_kind(target->kind);
  out.replaces_null = true;
  if (text.empty()) {
    out.optional = true;
    out.null_json = "null";
    return out;
  }
  const auto json = fallback_of(target->kind, out.format, text);
  if (!json) {
    return fail(ErrorKind::kRejected,
                fmt::format("converter {} has the fallback '{}', which is no {}", converter.name,
                            text, column.data_type),
                "2024-02-29 for DATE, 2024-02-29 01:02:03 for DATETIME, 2024-02-29T01:02:03Z for "
                "TIMESTAMP, or NULL");
  }
  out.null_json = *json;
  // The original's model says of a nullable column without DEFAULT that it has one.
  if (column.nullable || column.default_text) out.default_json = *json;
  return out;
}

}  // namespace

Result<std::optional<Conversion>> convert(std::span<const ColumnConverter> converters,
                                          const TableId& table, const ColumnDef& column) {
  const std::string name = table.text() + "." + column.name;
  for (const ColumnConverter& converter : converters) {
    MaybeConversion made = std::nullopt;
    switch (converter.type) {
      case ColumnConverter::Type::kTinyIntOneToBoolean:
        made = tiny_int(converter, name, column);
        break;
      case ColumnConverter::Type::kJdbcSinkDataTypes:
        made = jdbc_sink(converter, name, column);
        break;
      case ColumnConverter::Type::kZeroDateFallback:
        made = zero_date(converter, name, column);
        break;
    }
    if (!made || *made) return made;
  }
  return std::nullopt;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The pivot between producers (binlog events, snapshot selects) and encoders: one cell, one row.
// Binlog and snapshot yield the same Value for the same stored cell; an encoder cannot tell which one
// fed it. What each column type becomes is listed at ColumnKind.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tidemark {

// Date and clock parts as stored, zero and impossible dates included.
struct Civil {
  std::int16_t year = 0;
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;
  bool operator==(const Civil&) const = default;
};
static_assert(sizeof(Civil) == 8);

// What a column holds and which member of Value carries it. Decided once per table version.
enum class ColumnKind : std::uint8_t {
  kUnsupported,  // type not decoded yet: the table can be mapped, the column not captured
  kInt,  // i64: TINYINT .. BIGINT signed
  kUint,  // u64: the same, unsigned
  kFloat,  // f32
  kDouble,  // f64
  kDecimal64,  // i64: unscaled value of DECIMAL(p <= 18, s)
  kDecimalText,  // text: DECIMAL(p > 18, s), plain notation with all s digits, e.g. "-0.50"
  kString,  // text: UTF-8 of CHAR, VARCHAR, *TEXT; CHAR without trailing blanks
  kBinary,  // text: bytes of BINARY (padded with 0x00 to its length), VARBINARY, *BLOB
  kDate,  // civil (date part)
  kTime,  // i64: signed microseconds
  kDatetime,  // civil + micros
  kTimestamp,  // i64: microseconds since the epoch, UTC; 0 is the zero date
  kYear,  // i64: the year, 0 for 0000
  kBit,  // u64: the bits, most significant first
  kEnum,  // text: the member's text in UTF-8; "" for the invalid index 0
  kSet,  // text: members joined by ','
  kJson,  // text: as the server prints it
  kGeometry,  // text: SRID (4 bytes, little-endian) and WKB, as stored
  kPoint,  // text: the same, of exactly one point
  kVector,  // text: floats, little-endian
  kUuid,  // text: lower case, 8-4-4-4-12
  kInet,  // text: INET4, INET6 as the server prints them
};

// A cell. Trivially copyable view: text points into the event, the result set or the producer's arena
// and lives as long as the row.
struct Value {
  union {
    std::int64_t i64;
    std::uint64_t u64;
    double f64;
    float f32;
    Civil civil;
    const char* data;  // with size: text
  };
  std::uint32_t size = 0;  // bytes of text
  std::uint32_t micros = 0;  // kDatetime: 0 .. 999999
  bool null = true;

  Value() : i64(0) {}
  std::string_view text() const { return {data, size}; }
  // Null because the row image does not carry the column. Of a null, `size` says it and is 0 elsewhere.
  bool absent() const { return null && size != 0; }

  static Value of_null() { return {}; }
  static Value of_absent() {
    Value out;
    out.size = 1;
    return out;
  }
  static Value of_int(std::int64_t v) {
    Value out;
    out.i64 = v;
    out.null = false;
    return out;
  }
  static Value of_uint(std::uint64_t v) {
    Value out;
    out.u64 = v;
    out.null = false;
    return out;
  }
  static Value of_float(float v) {
    Value out;
    out.f32 = v;
    out.null = false;
    return out;
  }
  static Value of_double(double v) {
    Value out;
    out.f64 = v;
    out.null = false;
    return out;
  }
  static Value of_text(std::string_view v) {
    Value out;
    out.data = v.data();
    out.size = static_cast<std::uint32_t>(v.size());
    out.null = false;
    return out;
  }
  static Value of_civil(Civil v, std::uint32_t micros) {
    Value out;
    out.civil = v;
    out.micros = micros;
    out.null = false;
    return out;
  }
};
static_assert(sizeof(Value) <= 24);

// Cells of one row in table order, every column of the table present.
using RowView = std::span<const Value>;

}  // namespace tidemark

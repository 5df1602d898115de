// SPDX-License-Identifier: Apache-2.0
// How records are written. Filled by the configuration, read by encode/; defaults are Debezium's.
// Value types.
#pragma once

#include <cstdint>
#include <string>

namespace tidemark {

enum class DecimalMode : std::uint8_t { kPrecise, kDouble, kString };  // decimal.handling.mode
enum class BigintMode : std::uint8_t { kLong, kPrecise };  // bigint.unsigned.handling.mode
enum class BinaryMode : std::uint8_t { kBytes, kBase64, kBase64UrlSafe, kHex };
enum class TimeMode : std::uint8_t {  // time.precision.mode
  kAdaptiveMicroseconds,
  kConnect,
  kIsoString,
  kMicroseconds,
  kNanoseconds,
};
// How names are made fit for Avro: schema.name.adjustment.mode, field.name.adjustment.mode.
enum class NameAdjustment : std::uint8_t { kNone, kAvro, kAvroUnicode };
// event.converting.failure.handling.mode: a value outside what its form can say.
enum class MisfitMode : std::uint8_t { kWarn, kFail, kSkip };

// Which form the cells of a key or of a row take.
struct CellModes {
  DecimalMode decimal = DecimalMode::kPrecise;
  bool decimal_numbers = false;  // converter option decimal.format=NUMERIC
  BigintMode bigint_unsigned = BigintMode::kLong;
  BinaryMode binary = BinaryMode::kBytes;
  TimeMode time = TimeMode::kAdaptiveMicroseconds;
  bool adjust_years = true;  // enable.time.adjuster: years 0..69 and 70..99

  bool operator==(const CellModes&) const = default;
};

struct EncodeSettings {
  // {"schema":..,"payload":..} around keys, values and header values (key.converter.schemas.enable,
  // value.converter.schemas.enable, header.converter.schemas.enable; debezium.format.schemas.enable
  // sets all three).
  bool schemas_enable_key = true;
  bool schemas_enable_value = true;
  bool schemas_enable_headers = true;
  bool tombstones = true;  // tombstones.on.delete
  bool extended_headers = true;  // extended.headers.enabled
  bool replace_null_with_default = true;  // value.converter.replace.null.with.default
  bool replace_null_with_default_in_key = true;  // key.converter.replace.null.with.default
  CellModes cells = {};
  bool decimal_numbers_in_key = false;  // key.converter.decimal.format; else as `cells` says
  MisfitMode misfits = MisfitMode::kWarn;
  NameAdjustment schema_names = NameAdjustment::kNone;
  NameAdjustment field_names = NameAdjustment::kNone;
  // unavailable.value.placeholder, as bytes: stands for a value that the row image does not carry.
  std::string unavailable_value = "__debezium_unavailable_value";

  // Records point to a Topic that holds their schemas: transforms are configured, and their chain does the
  // wrapping that the first three ask for.
  bool carry_schemas = false;

  bool operator==(const EncodeSettings&) const = default;
};

}  // namespace tidemark

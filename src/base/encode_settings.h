// SPDX-License-Identifier: Apache-2.0
// How records are written. Filled by the configuration, read by encode/; defaults are Debezium's.
// Value type.
#pragma once

#include <string>

namespace tidemark {

struct EncodeSettings {
  // {"schema":..,"payload":..} around keys, values and header values (key.converter.schemas.enable,
  // value.converter.schemas.enable, header.converter.schemas.enable; debezium.format.schemas.enable
  // sets all three).
  bool schemas_enable_key = true;
  bool schemas_enable_value = true;
  bool schemas_enable_headers = true;
  bool tombstones = true;  // tombstones.on.delete
  bool extended_headers = true;  // extended.headers.enabled
  bool replace_null_with_default = true;  // converter option replace.null.with.default
  bool time_adjuster = true;  // enable.time.adjuster: years 0..69 and 70..99
  // unavailable.value.placeholder, as bytes: stands for a value that the row image does not carry.
  std::string unavailable_value = "__debezium_unavailable_value";

  // Records point to a Topic that holds their schemas: transforms are configured, and their chain does the
  // wrapping that the first three ask for.
  bool carry_schemas = false;

  bool operator==(const EncodeSettings&) const = default;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What the encoder may be told. Lies in base because the encode room cannot see config.
// Value type.
#pragma once

namespace tidemark {

struct EncodeSettings {
  bool schemas_enable_key = true;    // {"schema":..,"payload":..} around keys
  bool schemas_enable_value = true;  // and around values
  bool tombstones = true;            // key and null after a delete
  bool extended_headers = true;      // __debezium.context.*
  bool replace_null_with_default =
      true;  // NULL in a column with a default is written as the default
  bool time_adjuster = true;         // years 0-69 and 70-99 become 20xx and 19xx
};

}  // namespace tidemark

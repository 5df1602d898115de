// SPDX-License-Identifier: Apache-2.0
// What an incremental snapshot that no signal asked for has in place of a signal's id: a first load in chunks, and
// what is left of an initial snapshot that was cut off.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "change/gtid_set.h"

namespace tidemark {

inline constexpr std::string_view kFirstLoadPrefix = "first-load-";

inline std::string new_first_load_id() {
  return std::string(kFirstLoadPrefix) + Uuid::random().text().substr(0, 8);
}
inline bool is_first_load(std::string_view signal_id) {
  return signal_id.starts_with(kFirstLoadPrefix);
}

}  // namespace tidemark

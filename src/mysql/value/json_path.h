// SPDX-License-Identifier: Apache-2.0
// Paths into JSON documents as the server writes them into differences: `$.a."b c"[3]`. Internal to this
// room. Wildcards and ranges never stand there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tidemark {

struct JsonPathLeg {
  bool is_member = false;
  bool from_end = false;  // [last-2]: `index` counts back from the last element
  std::string key;  // is_member: without quotes and escapes
  std::uint64_t index = 0;
};
using JsonPath = std::vector<JsonPathLeg>;

// Errors: kCorrupt where it is no such path, or has more legs than documents have levels.
Result<JsonPath> parse_json_path(std::string_view text);

}  // namespace tidemark

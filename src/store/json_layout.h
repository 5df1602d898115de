// SPDX-License-Identifier: Apache-2.0
// JSON text with other blanks between its tokens. The text is JSON; texts within it stay as they are.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// Without any.
std::string compact_json(std::string_view json);
// As Jackson's default pretty printer: members on lines of their own, two blanks deep, ` : ` behind names,
// arrays on one line.
std::string pretty_json(std::string_view json);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// MariaDB's UUID cells.
#pragma once

#include <string_view>

#include "mysql/value/arena.h"

namespace tidemark {

// The 16 bytes as the server prints them: lower case, 8-4-4-4-12.
std::string_view uuid_text(std::string_view bytes, Arena& arena);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Column text to UTF-8, as the server's own CONVERT(... USING utf8mb4) gives it.
// Source:  tried byte by byte on MySQL 9.7; latin1 is Windows-1252 with its five gaps as U+0081 etc.
#pragma once

#include <string_view>

#include "mysql/value/arena.h"

namespace tidemark {

bool is_ascii(std::string_view text);
// Text without a byte above 0x7F is returned as it is, uncopied.
std::string_view latin1_to_utf8(std::string_view text, Arena& arena);
// Bytes above 0x7F, which the server lets nobody store, become '?'.
std::string_view ascii_to_utf8(std::string_view text, Arena& arena);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Column text to UTF-8, as the server's own CONVERT(... USING utf8mb4) gives it.
// Source:   tables that tools/charset_tables.py made of what MySQL 9.7 and MariaDB 10.11 convert (they agree
//           about every sequence); latin1 is Windows-1252 with its five gaps as U+0081 etc.
// Invalid:  a sequence without a character reads '?', as on the server. Malformed text, which the server
//           lets nobody store, too: one '?' for each byte, or unit of a wide charset, that fits nowhere.
//           A surrogate in ucs2 becomes the three bytes that the server makes of it, which are no UTF-8.
#pragma once

#include <cstdint>
#include <string_view>

#include "mysql/value/arena.h"
#include "schema/charset.h"

namespace tidemark {

bool is_ascii(std::string_view text);

// The text as UTF-8. Text that is UTF-8 already (kUtf8, ASCII bytes of most charsets) and text of no
// charset (kBinary, kNone, kOther) is returned as it is, uncopied.
std::string_view to_utf8(Charset charset, std::string_view text, Arena& arena);

// The charset of a collation id of either server; kOther for one that neither has.
// Source:  information_schema.COLLATIONS; MariaDB's COLLATION_CHARACTER_SET_APPLICABILITY
Charset charset_of_collation(std::uint32_t collation);

}  // namespace tidemark

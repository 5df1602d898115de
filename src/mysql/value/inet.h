// SPDX-License-Identifier: Apache-2.0
// MariaDB's INET4 and INET6 cells.
#pragma once

#include <string_view>

#include "mysql/value/arena.h"

namespace tidemark {

// 4 or 16 bytes as the server prints them: 192.0.2.1; 2001:db8::1 with the longest run of zero words cut,
// even of one; ::192.0.2.1 and ::ffff:192.0.2.1 for addresses that embed IPv4.
std::string_view inet_text(std::string_view bytes, Arena& arena);

}  // namespace tidemark

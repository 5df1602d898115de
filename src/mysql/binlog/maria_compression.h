// SPDX-License-Identifier: Apache-2.0
// What MariaDB compresses inside an event: statements and rows (log_bin_compress), and cells of
// COMPRESSED columns.
// Layout:  docs/formats/mariadb_events.md (MariaDB 10.11: sql/log_event.cc, binlog_buf_uncompress;
//          sql/field_comp.cc)
// Errors:  false where the bytes are not what a server writes; what was put out then means nothing
// Limits:  the size that is promised is believed only as far as the zlib stream could hold it
// Cost:    allocates the state of a zlib stream for each call
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "mysql/value/arena.h"

namespace tidemark {

// Replaces `out`.
[[nodiscard]] bool unpack_maria(Bytes packed, std::string& out);

// One cell. `out` is a view of `packed` where the cell is not compressed, else of the arena.
[[nodiscard]] bool unpack_maria_cell(Bytes packed, Arena& arena, std::string_view* out);

}  // namespace tidemark

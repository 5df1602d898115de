// SPDX-License-Identifier: Apache-2.0
// The differences by which PARTIAL_UPDATE_ROWS logs a changed JSON column.
// Layout:  docs/formats/json_diff.md (server 9.7: sql-common/json_diff.cc, sql-common/json_path.cc)
// Cost:    containers on the way to a change are taken apart, all else stays as it is; allocates
// Errors:  kCorrupt with what is wrong, never with content: a path that leads nowhere means that the
//          document is not the one the differences were made for
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark {

// Appends the text of `document` (binary JSON) with `diffs` applied, as the server prints it.
Status append_patched_json_text(std::string& out, Bytes document, Bytes diffs);

}  // namespace tidemark

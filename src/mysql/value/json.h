// SPDX-License-Identifier: Apache-2.0
// The server's binary JSON, printed as the server prints it for SELECT.
// Layout:  docs/formats/json_binary.md (server: sql-common/json_binary.cc)
// Text:    sql-common/json_dom.cc; ", " and ": " between, doubles by my_gcvt, opaque values by type
// Limits:  depth kJsonDepthMax (the server's own); every value of a document is visited at most once,
//          so documents whose offsets alias cannot make more output than their size warrants
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark {

inline constexpr unsigned kJsonDepthMax = 100;

// Appends the text of one JSON cell to `out`. An empty cell is JSON null (a NULL that ALTER stored in a
// NOT NULL column).
// Errors: kCorrupt with what is wrong, never with content; `out` then holds a part
Status append_json_text(std::string& out, Bytes document);

// A finite double as the server prints it inside JSON: 0.1, 100.0, 1e20, 0.00001.
void append_json_double(std::string& out, double value);

}  // namespace tidemark

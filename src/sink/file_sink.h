// SPDX-License-Identifier: Apache-2.0
// Writes one JSON object a line into numbered segments, exactly once.
//
// Path:     a stem, segments are <stem>-000001.jsonl and so on (a trailing ".jsonl" of the stem is
//           dropped). A path that is an existing folder or ends in '/' stands for <path>/changes.
// Rotation: a line that would make a segment longer than rotate_bytes starts the next one, so a
//           segment holds whole lines; one line longer than that has a segment of its own
// Position: {"segment": number, "length": bytes}. open() with it cuts that segment to the length and
//           removes later ones: what was written after the stored offset is written again. Segments
//           before it are never touched and may be moved away at any time.
// Start:    without a position there must be no segment with content: it would be output that no
//           offset speaks of
// Errors:   kStorage, naming path, bytes and remedy, with the file cut back to its last whole line; the
//           sink then refuses everything until it is opened again. kRejected for output that does not
//           belong to the position, kConflict when another process writes it, kCorrupt when it is
//           shorter than the position says.
// Cost:     one copy of each record; flush() is one fdatasync
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sink/sink.h"

namespace tidemark {

// As declared in `path` above; needs the file system to tell a folder from a stem.
std::string file_sink_stem(const std::string& path);

std::unique_ptr<Sink> make_file_sink(const std::string& path, std::uint64_t rotate_bytes);

}  // namespace tidemark

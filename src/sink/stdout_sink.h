// SPDX-License-Identifier: Apache-2.0
// One JSON object a line on standard output, nothing else goes there. Delivers at least once: a pipe
// cannot be cut back. A reader that goes away is kStorage. open() makes SIGPIPE ignored for the process.
// A reader that takes nothing is waited for, after stop_waiting() for half a second in all; the last line
// may then be cut short.
#pragma once

#include <memory>

#include "sink/sink.h"

namespace tidemark {

// `fd` is borrowed and never closed.
std::unique_ptr<Sink> make_stdout_sink(int fd = 1);

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Deliberate breakages of the window logic: proof that model test and oracle can fail. The engine never
// asks for one: only a build with TIDEMARK_FAULTS reads TIDEMARK_WINDOW_FAULT.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemark {

enum class WindowFault : std::uint8_t {
  kNone,
  kIgnoreNoted,  // "ignore_noted": emit rows that events of the window touched
  kCloseEarly,  // "close_early": emit when the rows are handed over, not at the high watermark
  kCursorAhead,  // "cursor_ahead": store the cursor when a chunk is read, not when it is emitted
  kNoBarrier,  // "no_barrier": read-only; SELECT though the server may not show yet what the stream has
  kExecutedMark,  // the model's alone: read-only; the high watermark is what was executed, not the log's end
};

inline std::optional<WindowFault> parse_window_fault(std::string_view name) {
  if (name.empty() || name == "none") return WindowFault::kNone;
  if (name == "ignore_noted") return WindowFault::kIgnoreNoted;
  if (name == "close_early") return WindowFault::kCloseEarly;
  if (name == "cursor_ahead") return WindowFault::kCursorAhead;
  if (name == "no_barrier") return WindowFault::kNoBarrier;
  return std::nullopt;
}

}  // namespace tidemark

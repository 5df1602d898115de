// SPDX-License-Identifier: Apache-2.0
// Log lines on standard error: `2026-01-02T03:04:05.678Z info event=snapshot.chunk_closed table=a.b
// rows=1024`. The event name is stable: dashboards and tests may match it. Values are quoted when they
// hold blanks, quotes, '=' or control characters. Never row contents, never secrets.
// Thread:   any
// Cost:     one formatted line and one write; not for use per row
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemark::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError };

// One key=value pair. Copies its value, so temporaries are fine.
struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  template <std::integral T>
  Field(std::string_view k, T v) : key(k), value(std::to_string(v)) {}
  Field(std::string_view k, double v);

  std::string_view key;  // a literal
  std::string value;
};
using Fields = std::initializer_list<Field>;

// Lines below `level` are dropped. The default is kInfo.
void set_level(Level level);
Result<Level> parse_level(std::string_view name);

void write(Level level, std::string_view event, Fields fields);
inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::kDebug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) { write(Level::kInfo, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::kWarn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::kError, event, fields);
}
// event, kind, error, at and do from the Error.
void failure(Level level, std::string_view event, const Error& error);

// A line at the foot of a terminal that is redrawn in place (a progress bar); no effect where standard
// error is not a terminal. An empty text removes it.
void set_footer(std::string text);

}  // namespace tidemark::log

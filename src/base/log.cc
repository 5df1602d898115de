// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace tidemark::log {
namespace {

std::atomic<Level> g_level{Level::kInfo};
std::mutex g_mutex;    // guards g_footer and the order of writes
std::string g_footer;  // NOLINT: what the terminal shows below the log

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "info";
}

bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F)
      return true;
  }
  return false;
}

void append_value(std::string& out, std::string_view value) {
  if (!needs_quotes(value)) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// The library formats time and level and writes the line; what is ours is the key=value body.
spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("tidemark", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    made.set_level(spdlog::level::debug);
    return made;
  }();
  return instance;
}

spdlog::level::level_enum library_level(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

void draw(std::string_view text) { fmt::print(stderr, "\r\x1b[K{}", text); }

bool is_terminal() {
  static const bool terminal = ::isatty(STDERR_FILENO) == 1;
  return terminal;
}

}  // namespace

Field::Field(std::string_view k, double v) : key(k), value(fmt::format("{:.1f}", v)) {}

void set_level(Level level) { g_level.store(level, std::memory_order_relaxed); }

Result<Level> parse_level(std::string_view name) {
  if (name == "debug" || name == "DEBUG") return Level::kDebug;
  if (name == "info" || name == "INFO") return Level::kInfo;
  if (name == "warn" || name == "WARN") return Level::kWarn;
  if (name == "error" || name == "ERROR") return Level::kError;
  return fail(ErrorKind::kRejected, fmt::format("unknown log level '{}'", name),
              "use debug, info, warn or error");
}

void write(Level level, std::string_view event, Fields fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  std::string line = fmt::format("{} event={}", name_of(level), event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  const std::lock_guard lock(g_mutex);
  if (!g_footer.empty()) draw("");
  logger().log(library_level(level), line);
  if (!g_footer.empty()) draw(g_footer);
}

void failure(Level level, std::string_view event, const Error& error) {
  std::string trail;
  for (const std::string& place : error.trail()) {
    if (!trail.empty()) trail += ", ";
    trail += place;
  }
  write(level, event,
        {{"kind", to_string(error.kind())},
         {"error", error.message()},
         {"at", trail},
         {"do", error.remedy()}});
}

void set_footer(std::string text) {
  if (!is_terminal()) return;
  const std::lock_guard lock(g_mutex);
  g_footer = std::move(text);
  draw(g_footer);
}

}  // namespace tidemark::log

// SPDX-License-Identifier: Apache-2.0
#include "connector/window_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace tidemark {
namespace {

// A window older than this is reported with its cause, and again as often.
constexpr std::chrono::seconds kWindowAgeMax{15};
constexpr std::chrono::seconds kLookEvery{1};
constexpr std::string_view kMarksLost =
    "the watermark rows written to the signal table do not come back through the binlog: see "
    "sql_log_bin in init_connect, binlog_do_db and binlog_ignore_db, log_replica_updates on a "
    "replica, and that the signal table is on the server that is streamed";

}  // namespace

bool has_passed(const Offset& offset, bool moved, const LogEnd& end) {
  if (moved && offset.position >= end.position) return true;
  if (offset.maria_gtids && end.maria_gtids) return offset.maria_gtids->reaches(*end.maria_gtids);
  return offset.gtid_mode && !end.gtids.empty() && offset.gtids.contains(end.gtids);
}

void WindowWatch::look(SteadyTime now, const Offset& offset, bool moved,
                       std::span<const WindowId> asked) {
  if (parts_.windows.size() == 0 || now - looked_ < kLookEvery) return;
  looked_ = now;
  const std::vector<const Window*> old = parts_.windows.older_than(now - kWindowAgeMax);
  if (old.empty()) return log_ends_.clear();
  const bool warns = now - warned_ >= kWindowAgeMax;
  if (warns) warned_ = now;
  std::vector<TableId> lost;
  for (const Window* const window : old) {
    const Delay delay = parts_.read_only
                            ? Delay{.cause = delay_of_read_only(*window, offset, asked)}
                            : delay_of(*window, offset, moved);
    if (delay.for_ever) lost.push_back(window->spec().table);
    if (!warns && !delay.for_ever) continue;
    log::warn("snapshot.window_open_long",
              {{"table", window->spec().table.text()},
               {"window", window->spec().id},
               {"low_mark_seen", window->state() != Window::State::kIdle},
               {"cause", delay.cause}});
  }
  for (const TableId& table : lost) parts_.director.fail_table(table, std::string(kMarksLost));
}

// Rows are here only when the low watermark was written before them: so once the stream has passed what was the
// end of the log later on, a low watermark that it has not met is not in the log.
WindowWatch::Delay WindowWatch::delay_of(const Window& window, const Offset& offset, bool moved) {
  if (window.state() != Window::State::kIdle) {
    return {.cause = window.has_rows()
                         ? "its high watermark has not come: the row is not written yet, "
                           "or not logged"
                         : "its chunk is still being read"};
  }
  if (!window.has_rows()) {
    return {.cause = "its low watermark row is not written yet, or its chunk is still being read"};
  }
  auto end = log_ends_.find(window.spec().id);
  if (end == log_ends_.end()) {
    const auto read =
        parts_.desk.ask([](Connection& connection) { return read_log_end(connection); });
    if (!read) return {.cause = "the server does not answer: " + read.error().text()};
    end = log_ends_.emplace(window.spec().id, *read).first;
  }
  if (has_passed(offset, moved, end->second))
    return {.cause = std::string(kMarksLost), .for_ever = true};
  return {.cause = fmt::format("the stream is behind: at {}, of a log that reached {}",
                               offset.position.text(), end->second.position.text())};
}

std::string WindowWatch::delay_of_read_only(const Window& window, const Offset& offset,
                                            std::span<const WindowId> asked) {
  if (window.has_rows()) {
    return fmt::format("the stream is behind: at {}, and the chunk's rows may leave at {}",
                       offset.position.text(), window.rows().close_at.text());
  }
  if (std::ranges::find(asked, window.spec().id) != asked.end()) {
    return "the transaction in which a link was lost has not come again yet";
  }
  return "the server does not show yet what it has sent (a commit that waits for a "
         "semi-synchronous replica, for one), or the chunk is still being read";
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "base/log.h"
#include "cli/commands.h"
#include "mysql/binlog/printer.h"
#include "mysql/client/binlog_file.h"

namespace tidemark {
namespace {

constexpr std::size_t kFlushBytes = 64U << 10U;

Status print_file(const std::string& path) {
  auto file = TRY(BinlogFile::open(path));
  EventParser parser(true);
  PrintState state;
  std::string out;
  bool wanted = true;  // the reader has not had enough
  const auto flush = [&wanted](std::string& text) {
    wanted = wanted && std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    text.clear();
  };
  state.relieve = [&flush](std::string& text) {
    if (text.size() >= kFlushBytes) flush(text);
  };
  while (const auto raw = TRY(file->next())) {
    const Event event = TRY_AT(parser.parse(*raw), fmt::format("{}:{}", path, file->event_start()));
    TRY_AT(print_event(event, parser.format(), state, out),
           fmt::format("{}:{}", path, file->event_start()));
    state.relieve(out);
    if (!wanted) return {};
  }
  flush(out);
  return {};
}

}  // namespace

ExitCode binlog_command(const std::string& path) {
  const auto done = print_file(path);
  std::fflush(stdout);
  if (done) return ExitCode::kOk;
  log::failure(log::Level::kError, "binlog.failed", done.error());
  return exit_code_of(done.error().kind());
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>

#include "base/file.h"
#include "base/log.h"
#include "cli/commands.h"
#include "config/settings.h"
#include "store/offset_format.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kOffsetFileMax = 256U << 20U;

}  // namespace

ExitCode offsets_show_command(const ConfigArguments& arguments) {
  const auto config = load_or_explain(arguments);
  if (!config) return ExitCode::kUsage;
  const Settings settings = settings_of(*config);
  auto text = read_file(settings.offset.path, kOffsetFileMax);
  if (!text) {
    log::failure(log::Level::kError, "offsets.failed", text.error());
    return exit_code_of(text.error().kind());
  }
  if (!*text) {
    fmt::print("no offset is stored in {}\n", settings.offset.path);
    return ExitCode::kOk;
  }
  // Shown as it is stored, once it is known to be whole.
  if (auto stored = decode_offset(**text); !stored) {
    log::failure(log::Level::kError, "offsets.failed", stored.error());
    return exit_code_of(stored.error().kind());
  }
  fmt::print("{}", **text);
  return ExitCode::kOk;
}

}  // namespace tidemark

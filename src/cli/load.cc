// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/log.h"
#include "cli/commands.h"

namespace tidemark {

std::optional<Config> load_or_explain(const ConfigArguments& arguments) {
  Overrides overrides;
  overrides.worker_path = arguments.worker;
  for (const std::string& define : arguments.defines) {
    const std::size_t equals = define.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::fprintf(stderr, "tidemark: -D %s has no form name=value\n", define.c_str());
      return std::nullopt;
    }
    overrides.defines.emplace_back(define.substr(0, equals), define.substr(equals + 1));
  }
  overrides.getenv = [](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    overrides.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  auto config = load_config(arguments.path, overrides);
  if (config) {
    for (const std::string& warning : config->warnings())
      log::warn("config.warning", {{"text", warning}});
    return std::move(*config);
  }
  for (const Error& error : config.error()) log::failure(log::Level::kError, "config.error", error);
  std::fprintf(stderr, "tidemark: %zu error(s) in the configuration %s\n", config.error().size(),
               arguments.path.c_str());
  return std::nullopt;
}

}  // namespace tidemark

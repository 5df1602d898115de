// SPDX-License-Identifier: Apache-2.0
// The configuration file as written: which form it has and what it says, nothing checked or resolved.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace tidemark {

// Where a value comes from; a later one wins.
enum class ConfigLayer : std::uint8_t { kWorker, kFile, kEnvironment, kDefine };

struct ConfigEntry {
  std::string name;  // as written
  std::string value;
  std::string from;
  ConfigLayer layer = ConfigLayer::kFile;
};

struct ConfigFile {
  ConfigForm form = ConfigForm::kPlain;
  std::vector<ConfigEntry> entries;  // file order
};

// `path` names the file in `from` and in errors.
std::expected<ConfigFile, std::vector<Error>> parse_config_file(std::string_view text,
                                                                const std::string& path);

// A worker's properties, which have no other form.
std::expected<std::vector<ConfigEntry>, Error> parse_worker_file(std::string_view text,
                                                                 const std::string& path);

// The text of a whole file of at most 4 MiB. Errors: kRejected with the reason of the system.
Result<std::string> read_text_file(const std::string& path);

}  // namespace tidemark

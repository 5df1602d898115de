// SPDX-License-Identifier: Apache-2.0
// For tests: configurations out of files that go with the test.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <expected>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"

namespace tidemark {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using LoadedConfig = std::expected<Config, std::vector<Error>>;

class TempFile {
 public:
  explicit TempFile(std::string_view text)
      : path_(fmt::format("{}/config_{}_{}", testing::TempDir(), ::getpid(), ++counter_)) {
    std::ofstream(path_) << text;
  }
  ~TempFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  static inline int counter_ = 0;
  std::string path_;
};

// Empty where loading succeeded.
inline std::vector<std::string> error_texts(const LoadedConfig& config) {
  std::vector<std::string> out;
  if (config) return out;
  for (const Error& error : config.error()) out.push_back(error.text());
  return out;
}
// The test has failed where loading did.
inline Config config_or_failure(const LoadedConfig& config) {
  EXPECT_TRUE(config) << testing::PrintToString(error_texts(config));
  return config ? *config : Config(ConfigForm::kPlain, {}, {});
}

}  // namespace tidemark

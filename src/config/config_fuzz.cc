// SPDX-License-Identifier: Apache-2.0
// A configuration file as anybody may write it: it is loaded, or all that is wrong with it is said.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "config/config.h"
#include "config/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("config", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // It would read what lies on this machine, or wait for it.
  if (input.find("file:") != std::string_view::npos ||
      input.find("store") != std::string_view::npos)
    return 0;
  const bool written = file >= 0 && ::ftruncate(file, 0) == 0 &&
                       ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size);
  ASSERT(written, "a file in memory");
  const auto config = tidemark::load_config(path, {});
  if (config) {
    (void)tidemark::settings_of(*config);
    (void)config->describe();
    return 0;
  }
  ASSERT(!config.error().empty(), "what is refused says why");
  for (const auto& error : config.error()) ASSERT(!error.message().empty(), "and says it in words");
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/process.h"

#include <unistd.h>

#include <array>
#include <optional>

#include "base/file.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kNameBytesMax = 256;

// Absent: there is no such process.
std::optional<std::string> program_of(std::int64_t pid) {
  auto name = read_file("/proc/" + std::to_string(pid) + "/comm", kNameBytesMax);
  return name ? *std::move(name) : std::nullopt;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::int64_t process_id() { return ::getpid(); }

bool is_running_here(std::int64_t pid) {
  const std::optional<std::string> name = program_of(pid);
  return name && name == program_of(process_id());
}

}  // namespace tidemark

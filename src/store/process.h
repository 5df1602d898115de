// SPDX-License-Identifier: Apache-2.0
// Who we are among those that could hold an offset.
// Thread: any
#pragma once

#include <cstdint>
#include <string>

namespace tidemark {

std::string host_name();
std::int64_t process_id();
// A program of our name has this id on this host.
bool is_running_here(std::int64_t pid);

}  // namespace tidemark

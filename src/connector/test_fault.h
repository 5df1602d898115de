// SPDX-License-Identifier: Apache-2.0
// The deliberate breakage of window logic that a test build was asked for, by the environment variable
// TIDEMARK_WINDOW_FAULT. Always none in a build without TIDEMARK_FAULTS.
#pragma once

#include <cstdlib>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "snapshot/window_fault.h"

namespace tidemark {

inline Result<WindowFault> test_fault() {
#ifdef TIDEMARK_FAULTS
  const char* const name = std::getenv("TIDEMARK_WINDOW_FAULT");
  if (name == nullptr) return WindowFault::kNone;
  const auto fault = parse_window_fault(name);
  if (!fault) return fail(ErrorKind::kRejected, std::string("no such fault: ") + name);
  if (*fault != WindowFault::kNone) log::warn("test.window_fault", {{"fault", name}});
  return *fault;
#else
  return WindowFault::kNone;
#endif
}

}  // namespace tidemark

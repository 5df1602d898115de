// SPDX-License-Identifier: Apache-2.0
// guardrail.collections.*: a limit on the number of captured tables.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "config/settings.h"

namespace tidemark {

// `tables`: how many are captured, the signal table not counted. More than allowed: kRejected, or a warning
// where that is what the settings ask for.
Status check_guardrail(const CaptureSettings& settings, std::size_t tables);

}  // namespace tidemark

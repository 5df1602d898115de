// SPDX-License-Identifier: Apache-2.0
// The `data` of a signal row, for whoever writes one: the twin of signal.h.
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "control/signal.h"

namespace tidemark {

// {"message": ".."}
std::string log_signal_data(std::string_view message);
// {"data-collections": [..], "type": "INCREMENTAL" or "BLOCKING", "additional-conditions": [..], "surrogate-key": ".."},
// whatever of it the signal's type takes. Errors: kRejected for what it does not take.
Result<std::string> snapshot_signal_data(std::string_view type,
                                         std::span<const std::string> collections,
                                         std::span<const AdditionalCondition> conditions,
                                         std::string_view surrogate = {},
                                         SnapshotKind kind = SnapshotKind::kIncremental);

}  // namespace tidemark

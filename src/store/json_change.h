// SPDX-License-Identifier: Apache-2.0
// Verdicts and outcomes as JSON: the offset file and the status file hold the same lists.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "change/offset.h"

namespace tidemark {

void write_verdicts(JsonWriter& out, std::span<const Verdict> verdicts);
void write_outcomes(JsonWriter& out, std::span<const SnapshotOutcome> outcomes);
// From the members "verdicts" and "outcomes"; absent means none.
std::vector<Verdict> read_verdicts(const JsonReader& in);
std::vector<SnapshotOutcome> read_outcomes(const JsonReader& in);

}  // namespace tidemark

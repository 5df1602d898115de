// SPDX-License-Identifier: Apache-2.0
// What a life takes over from those before it, ours or Debezium's: whether it goes on at the stored offset, the
// structures that rows from there on were written with, and a snapshot that was under way.
// Thread: the source thread
// Errors: kPositionLost, kCorrupt, kRejected with what to do; kRetryable when the server cannot be asked
#pragma once

#include "base/result.h"
#include "connector/connector_parts.h"
#include "connector/snapshot_decision.h"

namespace tidemark {

// Sets `parts.decision`, by what this process knows (`facts`: taken, renew), what is stored and what the server has.
Status decide(ConnectorParts& parts, SnapshotFacts facts);

// Fills the tables and, for a first load in chunks, sets the stream's start, which comes before structures are read.
Status adopt_structures(ConnectorParts& parts);

// What was stored may be Debezium's, whose snapshot of tables our director is to go on with.
Status adopt_snapshot(ConnectorParts& parts);

}  // namespace tidemark

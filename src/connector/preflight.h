// SPDX-License-Identifier: Apache-2.0
// What is looked at before anything is read or streamed: the server, the account's rights, what is captured, the
// signal table. Nothing is changed, on the server or in the parts.
// Thread: the source thread
// Errors: kServer or kRejected naming what is wrong and what to set, the first of all that were found and logged;
//         kRetryable when the server cannot be asked
#pragma once

#include "base/result.h"
#include "connector/connector_parts.h"

namespace tidemark {

Result<ServerInfo> read_server(ServerDesk& desk);

// Is it the kind of server that is configured, and set up to be streamed? `parts.server` has been read.
Status check_server(ConnectorParts& parts);

// What the account may do, and that no other replica has our server id. After the decision, which says whether
// tables are locked.
Status check_access(ConnectorParts& parts);

// How many of the listed tables are captured, and whose.
Status check_limits(ConnectorParts& parts);

// Would rows of the signal table be left out for the server they are written on?
Status check_gtid_sources(ConnectorParts& parts);

Status check_signals(ConnectorParts& parts);

// Where reading without writing began without GTIDs it cannot go on.
Status check_read_only_start(const Offset& start, const ServerInfo& server);

void warn_if_nothing_captured(Tables& tables);
// Columns that the server leaves out of updates and deletes.
void warn_of_generated_columns(const Tables& tables, const ServerInfo& server);

}  // namespace tidemark

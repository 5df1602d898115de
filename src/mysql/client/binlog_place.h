// SPDX-License-Identifier: Apache-2.0
// Looks at a place of the server's binlogs: may a stream begin there, and what was executed before it?
// Source: SHOW BINLOG EVENTS of MySQL 9.7 and MariaDB 10.11 (needs REPLICATION SLAVE)
#pragma once

#include <string>

#include "base/result.h"
#include "change/gtid_set.h"
#include "change/position.h"
#include "mysql/client/connection.h"

namespace tidemark {

// May follow a place between two transactions; else the place lies inside one. `type` as the server
// prints it, "Gtid" or "Write_rows". Pure.
bool begins_between_transactions(std::string_view type);

// Errors: kRejected where the file is not there, ends before, has no event at the place, or the place
// lies inside a transaction; each says what would be accepted.
Status check_stream_can_begin(Connection& connection, const Position& at);

// What was executed before a place that check_stream_can_begin() took. Reads the file's events up to
// there, which breaks the connection off where more follow.
Result<GtidSet> executed_before(Connection& connection, const Position& at);

// The beginning of the newest file that holds everything behind `done`. Errors: kRejected where it is purged.
Result<Position> place_behind(Connection& connection, const GtidSet& done);

}  // namespace tidemark

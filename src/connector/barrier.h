// SPDX-License-Identifier: Apache-2.0
// Holds a reader back until its server shows everything that the stream has begun to see: the log, and so the
// stream, is ahead of what a SELECT sees, by seconds where semi-synchronous replication waits for a replica.
//
// MySQL     by GTIDs: what is in gtid_executed is visible. Without GTIDs nothing is waited for: a caller whose windows
//           rest on the barrier does not begin without them.
// MariaDB   begins a consistent snapshot whose place in the log, which the server tells exactly, is not before the
//           stream's; the chunk is to be read in it. Where no view is asked for nothing is waited for.
// Thread: the reader's. Errors: the connection's; kRetryable where it leads to another server than the stream's
#pragma once

#include <stop_token>

#include "base/result.h"
#include "connector/mailbox.h"
#include "mysql/client/connection.h"
#include "snapshot/director.h"
#include "snapshot/window.h"

namespace tidemark {

class Barrier {
 public:
  Barrier(Mailbox& mailbox, Director& director) : mailbox_(mailbox), director_(director) {}

  // For a window that has been posted with SeenAsked. False: it became void meanwhile.
  Result<bool> pass(Connection& connection, const WindowId& window, const std::stop_token& stop);
  // The same, and on MariaDB the connection is in a transaction behind it.
  Result<bool> pass_into_view(Connection& connection, const WindowId& window,
                              const std::stop_token& stop);

 private:
  Result<bool> executed(Connection& connection, const WindowId& window, const Seen& seen,
                        std::uint32_t server_id);
  Result<bool> in_view(Connection& connection, const WindowId& window, const Seen& seen,
                       const std::stop_token& stop);

  Mailbox& mailbox_;
  Director& director_;
};

}  // namespace tidemark

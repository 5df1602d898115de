// SPDX-License-Identifier: Apache-2.0
#include "connector/read_only_marks.h"

#include <utility>

#include "mysql/client/server_info.h"

namespace tidemark {

Result<bool> ReadOnlyMarks::open(Connection& connection, const ChunkTask& task, WindowSpec spec,
                                 const std::stop_token& stop) {
  mailbox_.post(std::move(spec));
  mailbox_.post(SeenAsked{task.window});
  if (fault_ == WindowFault::kNoBarrier) {
    return mailbox_.await_seen(task.window, stop).has_value();
  }
  return barrier_.pass_into_view(connection, task.window, stop);
}

Result<Position> ReadOnlyMarks::selected(Connection& connection) {
  if (connection.is_mariadb()) TRY(connection.execute("COMMIT"));
  return read_log_position(connection);
}

}  // namespace tidemark

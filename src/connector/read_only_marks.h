// SPDX-License-Identifier: Apache-2.0
// Windows of read.only=true: nothing is written to the server.
//
//   1. The window is registered: from then on the stream notes keys for it. Then it says what it has begun to see,
//      the transaction in progress included.
//   2. Barrier: until the server shows all of that to a SELECT (barrier.h).
//   3. SELECT; on MariaDB in the view that the barrier began.
//   4. High watermark: the log's end after the SELECT has returned. All that the SELECT can have seen lies before it,
//      whether it counts as executed yet or not. So do tables without transactions, whose rows no view holds.
//   5. The stream emits the rows once it stands there, between two transactions (WindowSet::reached).
#pragma once

#include <optional>

#include "connector/barrier.h"
#include "connector/mailbox.h"
#include "connector/window_marks.h"
#include "snapshot/window_fault.h"

namespace tidemark {

class ReadOnlyMarks final : public WindowMarks {
 public:
  // All outlive this object.
  ReadOnlyMarks(Mailbox& mailbox, Director& director, WindowFault fault)
      : mailbox_(mailbox), barrier_(mailbox, director), fault_(fault) {}

  Result<bool> open(Connection& connection, const ChunkTask& task, WindowSpec spec,
                    const std::stop_token& stop) override;
  Result<Position> selected(Connection& connection) override;
  Status withdraw(Connection&) override { return {}; }
  bool is_open() const override { return false; }
  Status close(Connection&) override { return {}; }
  std::optional<WindowId> abandon() override { return std::nullopt; }

 private:
  Mailbox& mailbox_;
  Barrier barrier_;
  const WindowFault fault_;
};

}  // namespace tidemark

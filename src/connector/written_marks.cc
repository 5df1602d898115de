// SPDX-License-Identifier: Apache-2.0
#include "connector/written_marks.h"

#include <utility>

namespace tidemark {

WindowRow WrittenMarks::row_of(const OpenWindow& window) const {
  return {.window = *Uuid::parse(window.id),
          .signal_id = window.signal_id,
          .collection = window.collection,
          .opened_ns = window.opened_ns,
          .closed_ns = parts_.clock.wall_ns()};
}

Result<bool> WrittenMarks::open(Connection& connection, const ChunkTask& task, WindowSpec spec,
                                const std::stop_token& stop) {
  parts_.mailbox.post(std::move(spec));
  if (const std::uint64_t link = parts_.mailbox.link(); link != link_) {
    parts_.mailbox.post(SeenAsked{task.window});
    if (!TRY(barrier_.pass(connection, task.window, stop))) return false;
    link_ = link;
  }
  OpenWindow opening{task.window, task.signal_id, task.table->id.text(), parts_.clock.wall_ns()};
  TRY(write(connection, opening));
  open_ = std::move(opening);
  return true;
}

Status WrittenMarks::write(Connection& connection, const OpenWindow& opening) {
  if (!open_) return connection.execute(parts_.watermarks.open(row_of(opening)));
  std::uint64_t deleted = 0;
  for (const std::string& statement :
       parts_.watermarks.close_and_open(row_of(*open_), row_of(opening))) {
    TRY(connection.execute(statement));
    if (statement.starts_with("DELETE")) deleted = connection.affected_rows();
  }
  if (parts_.strategy == WatermarkStrategy::kInsertDelete)
    parts_.mailbox.post(CloseConfirmed{.window = open_->id, .rows_deleted = deleted});
  return {};
}

// With insert_delete the open row is still ours to take away; a row that cannot be is harmless.
Status WrittenMarks::withdraw(Connection& connection) {
  const OpenWindow gone = *std::exchange(open_, std::nullopt);
  if (parts_.strategy == WatermarkStrategy::kInsertInsert) return {};
  return connection.execute(parts_.watermarks.close(row_of(gone)));
}

Status WrittenMarks::close(Connection& connection) {
  TRY(connection.execute(parts_.watermarks.close(row_of(*open_))));
  if (parts_.strategy == WatermarkStrategy::kInsertDelete) {
    parts_.mailbox.post(
        CloseConfirmed{.window = open_->id, .rows_deleted = connection.affected_rows()});
  }
  open_.reset();
  return {};
}

std::optional<WindowId> WrittenMarks::abandon() {
  const std::optional<OpenWindow> gone = std::exchange(open_, std::nullopt);
  return gone ? std::optional(gone->id) : std::nullopt;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// How a reader tells the stream where the window of a chunk opens and closes: by rows in the signal table
// (written_marks.h), or by places in the log, with nothing written (read_only_marks.h).
//
// Per chunk: open() -> SELECT -> selected() -> the rows are handed over. A window that is still open behind that is
// closed by the next open(), or by close() before its reader waits for anything.
// Thread: that of its reader
// Errors: of the connection, which is then good for nothing more: abandon()
#pragma once

#include <optional>
#include <stop_token>
#include <utility>

#include "base/result.h"
#include "change/position.h"
#include "mysql/client/connection.h"
#include "snapshot/director.h"
#include "snapshot/window.h"

namespace tidemark {

class WindowMarks {
 public:
  WindowMarks() = default;
  virtual ~WindowMarks() = default;
  WindowMarks(const WindowMarks&) = delete;
  WindowMarks& operator=(const WindowMarks&) = delete;

  // Registers the window; then its chunk may be read on this connection. False: it became void meanwhile.
  virtual Result<bool> open(Connection& connection, const ChunkTask& task, WindowSpec spec,
                            const std::stop_token& stop) = 0;
  // The chunk's SELECTs have returned: ChunkRows.close_at of its rows.
  virtual Result<Position> selected(Connection& connection) = 0;
  // The chunk is void, its rows are not handed over.
  virtual Status withdraw(Connection& connection) = 0;
  virtual bool is_open() const = 0;
  virtual Status close(Connection& connection) = 0;
  // The connection is lost: the window whose close is not known to be written is forgotten.
  virtual std::optional<WindowId> abandon() = 0;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// One reader of incremental snapshots: takes tasks from the director, has windows marked, SELECTs chunks
// and encodes their rows.
//
// Per chunk: open the window -> SELECT -> hand the rows over -> close the window. What opening and closing are is
// window_marks.h's affair. An open window is closed before anything is waited for.
// The stream may come from another server over a new link: so the connection is then a new one, too.
// Thread: run() is one reader thread
// Errors: reported to the director, which tries again or ends the table; run() itself cannot fail
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/server_settings.h"
#include "connector/mailbox.h"
#include "connector/row_reader.h"
#include "connector/status_board.h"
#include "connector/window_marks.h"
#include "mysql/client/connection.h"
#include "snapshot/chunk_fit.h"
#include "snapshot/director.h"

namespace tidemark {

class ChunkReader {
 public:
  struct Parts {  // all outlive the reader
    const ServerSettings& server;
    const EncoderContext& encoding;
    const Clock& clock;
    Director& director;
    Mailbox& mailbox;
    const StatusBoard& status;
    bool operations_skipped;  // some kinds of change are not emitted
  };
  ChunkReader(ReaderId id, Parts parts, std::unique_ptr<WindowMarks> marks)
      : id_(id), parts_(parts), marks_(std::move(marks)) {}

  void run(const std::stop_token& stop);

 private:
  Status connect(const std::stop_token& stop);
  void disconnect();
  void start(const ChunkTask& task);
  void check_split(const ChunkTask& task);
  void chunk(const ChunkTask& task, const std::stop_token& stop);
  // Where a chunk of a key whose values repeat has to end: its key, or nothing for the stripe's end.
  Result<std::optional<KeyTuple>> find_end(const ChunkTask& task);
  // False: the window became void meanwhile and is to be forgotten.
  Result<bool> read_rows(const ChunkTask& task);
  void give_up(const Error& error);
  Result<RowReader*> reader_of(const TablePtr& table, const ChunkKey& key);
  bool weights_needed(const ChunkKey& key) const;
  Error judge(Error error, const TablePtr& table);

  const ReaderId id_;
  const Parts parts_;
  const std::unique_ptr<WindowMarks> marks_;
  std::uint64_t link_ = 0;  // the stream's, under which the connection was opened
  std::mutex connection_mutex_;  // against interrupt() at stop; the pointer changes under it
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<RowReader> reader_;  // of the table at hand
  std::optional<ChunkFit> fit_;  // of the same

  // A SELECT failed because the table looks different now than the stream knows it. Until the stream has
  // passed this place, the DDL may still be on its way.
  struct LayoutDoubt {
    TablePtr table;
    Position until;
  };
  std::optional<LayoutDoubt> doubt_;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// One reader of incremental snapshots: takes tasks from the director, writes watermarks, SELECTs chunks
// and encodes their rows.
//
// Per chunk: register the window -> low watermark -> SELECT -> hand the rows over -> high watermark.
// Closing one chunk and opening the next is one transaction where the director has a next chunk at
// once; otherwise the open chunk is closed before anything is waited for.
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
#include "connector/incremental.h"
#include "connector/row_reader.h"
#include "control/watermark.h"
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
    Incremental& incremental;
    const WatermarkWriter& watermarks;
    const StatusBoard& status;
    WatermarkStrategy strategy;
    bool operations_skipped;  // some kinds of change are not emitted
  };
  ChunkReader(ReaderId id, Parts parts) : id_(id), parts_(parts) {}

  void run(const std::stop_token& stop);

 private:
  struct OpenWindow {  // its low watermark is written, its high one is not
    WindowId id;
    std::string signal_id;
    std::string collection;
    std::int64_t opened_ns = 0;
  };

  Status connect(const std::stop_token& stop);
  void disconnect();
  void start(const ChunkTask& task);
  void check_split(const ChunkTask& task);
  void chunk(const ChunkTask& task);
  Status open_window(const ChunkTask& task);
  // Where a chunk of a key whose values repeat has to end: its key, or nothing for the stripe's end.
  Result<std::optional<KeyTuple>> find_end(const ChunkTask& task);
  // False: the window became void meanwhile and is to be forgotten.
  Result<bool> read_rows(const ChunkTask& task);
  Status close_window();
  void give_up(const Error& error);
  Result<RowReader*> reader_of(const TablePtr& table, const ChunkKey& key);
  Result<std::optional<KeyTuple>> read_key(const ChunkTask& task, const std::string& sql);
  WindowRow row_of(const OpenWindow& window) const;
  bool weights_needed(const ChunkKey& key) const;
  Error judge(Error error, const TablePtr& table);

  const ReaderId id_;
  const Parts parts_;
  std::mutex connection_mutex_;  // against interrupt() at stop; the pointer changes under it
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<RowReader> reader_;  // of the table at hand
  std::optional<ChunkFit> fit_;  // of the same
  std::optional<OpenWindow> open_;

  // A SELECT failed because the table looks different now than the stream knows it. Until the stream has
  // passed this place, the DDL may still be on its way.
  struct LayoutDoubt {
    TablePtr table;
    Position until;
  };
  std::optional<LayoutDoubt> doubt_;
};

}  // namespace tidemark

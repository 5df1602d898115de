// SPDX-License-Identifier: Apache-2.0
#include "connector/chunk_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "base/log.h"
#include "mysql/client/errors.h"
#include "mysql/client/server_info.h"
#include "snapshot/chunk_query.h"

namespace tidemark {
namespace {

constexpr unsigned kErrBadField = 1054;
constexpr unsigned kErrTableChanged = 1412;

// A key cell as text, as the text protocol gives it.
Result<KeyCell> cell_of(KeyCell::Kind kind, std::string_view text) {
  KeyCell cell;
  cell.kind = kind;
  const char* const end = text.data() + text.size();
  std::from_chars_result parsed{end, std::errc()};
  switch (kind) {
    case KeyCell::Kind::kInt:
      parsed = std::from_chars(text.data(), end, cell.i64);
      break;
    case KeyCell::Kind::kUint:
      parsed = std::from_chars(text.data(), end, cell.u64);
      break;
    case KeyCell::Kind::kText:
    case KeyCell::Kind::kBinary:
      cell.text = text;
      break;
  }
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return fail(ErrorKind::kCorrupt, "a key cell of the server is not a number");
  }
  return cell;
}

}  // namespace

void ChunkReader::run(const std::stop_token& stop) {
  const std::stop_callback interrupt(stop, [this] {
    const std::lock_guard lock(connection_mutex_);
    if (connection_) connection_->interrupt();
  });
  while (auto task = parts_.director.wait_next(stop, id_)) {
    while (task && !stop.stop_requested()) {
      if (auto connected = connect(stop); !connected) {
        give_up(connected.error());
        if (task->kind == ChunkTask::Kind::kChunk)
          parts_.director.report_failed(task->window, connected.error());
        if (task->kind == ChunkTask::Kind::kStart)
          parts_.director.report_start_failed(task->ticket, connected.error());
        if (task->kind == ChunkTask::Kind::kSplitCheck)
          parts_.director.report_split(task->ticket, false);
        break;
      }
      switch (task->kind) {
        case ChunkTask::Kind::kStart:
          start(*task);
          break;
        case ChunkTask::Kind::kSplitCheck:
          check_split(*task);
          break;
        case ChunkTask::Kind::kChunk:
          chunk(*task);
          break;
      }
      task = parts_.director.next(id_);
      if (!task && open_) {
        if (auto closed = close_window(); !closed) give_up(closed.error());
        task = parts_.director.next(id_);
      }
    }
  }
  parts_.director.release(id_);
}

Status ChunkReader::connect(const std::stop_token& stop) {
  if (connection_) return {};
  auto opened = TRY(Connection::open(parts_.server, ConnectionUse::kLongRead, stop));
  const std::lock_guard lock(connection_mutex_);
  connection_ = std::move(opened);
  if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "stopped");
  return {};
}

void ChunkReader::give_up(const Error& error) {
  if (open_) parts_.director.report_failed(open_->id, error);
  open_.reset();
  // Whatever state the connection is in, a new one is in none.
  disconnect();
}

// Broken off rather than closed: a server that hangs would be waited for.
void ChunkReader::disconnect() {
  const std::lock_guard lock(connection_mutex_);
  if (connection_) connection_->interrupt();
  connection_.reset();
}

// -- the start of a table --------------------------------------------------------------------------------------------

void ChunkReader::start(const ChunkTask& task) {
  auto minimum = read_key(task, min_key_select(task.table->id, *task.key));
  auto maximum =
      minimum ? read_key(task, max_key_select(task.table->id, *task.key)) : std::move(minimum);
  if (!minimum || !maximum) {
    const Error& error = minimum ? maximum.error() : minimum.error();
    parts_.director.report_start_failed(task.ticket, error);
    if (error.kind() == ErrorKind::kRetryable) give_up(error);
    return;
  }
  if (!*minimum || !*maximum) return parts_.director.report_start(task.ticket, std::nullopt);
  parts_.director.report_start(task.ticket, KeyRange{std::move(**minimum), std::move(**maximum)});
}

Result<std::optional<KeyTuple>> ChunkReader::read_key(const ChunkTask& task,
                                                      const std::string& sql) {
  const ResultSet rows = TRY_AT(connection_->query(sql), task.table->id.text());
  if (rows.empty()) return std::nullopt;
  KeyTuple tuple;
  for (std::size_t i = 0; i < task.key->columns.size(); ++i) {
    tuple.push_back(TRY_AT(cell_of(task.key->columns[i].kind, rows.rows()[0][i].value_or("")),
                           task.table->id.text()));
  }
  return tuple;
}

void ChunkReader::check_split(const ChunkTask& task) {
  const auto answer =
      connection_->query(split_check_query(*task.key, task.lower, task.split, task.upper));
  parts_.director.report_split(task.ticket,
                               answer && !answer->empty() && answer->rows()[0][0] == "1");
  if (!answer && answer.error().kind() == ErrorKind::kRetryable) give_up(answer.error());
}

// -- chunks ----------------------------------------------------------------------------------------------------------

void ChunkReader::chunk(const ChunkTask& task) {
  auto opened = open_window(task);
  if (!opened) {
    // The window that was to be closed comes first.
    give_up(opened.error());
    return parts_.director.report_failed(task.window, opened.error());
  }
  auto read = read_rows(task);
  if (!read) return give_up(judge(std::move(read).error(), task.table));
  if (!*read) {
    // Void: with insert_delete the open row is still ours to take away; a row that cannot be is harmless.
    if (parts_.strategy == WatermarkStrategy::kInsertDelete) {
      if (auto gone = connection_->execute(parts_.watermarks.close(row_of(*open_))); !gone)
        disconnect();
    }
    open_.reset();
  }
}

// An unknown column or table is worth another try while the stream has yet to reach the DDL behind it.
Error ChunkReader::judge(Error error, const TablePtr& table) {
  const unsigned number = connection_->server_error();
  if (number != kErrBadField && number != kErrNoSuchTable && number != kErrTableChanged)
    return error;
  if (doubt_ && doubt_->table == table && parts_.status.view().offset.position >= doubt_->until)
    return error;
  if (!doubt_ || doubt_->table != table) {
    const auto end = read_log_end(*connection_);
    if (!end) return end.error();
    doubt_ = {table, end->position};
  }
  return {ErrorKind::kRetryable, error.message(), error.remedy()};
}

WindowRow ChunkReader::row_of(const OpenWindow& window) const {
  return {.window = *Uuid::parse(window.id),
          .signal_id = window.signal_id,
          .collection = window.collection,
          .opened_ns = window.opened_ns,
          .closed_ns = parts_.clock.wall_ns()};
}

Status ChunkReader::open_window(const ChunkTask& task) {
  parts_.incremental.post(WindowSpec{.id = task.window,
                                     .table = task.table->id,
                                     .table_version = task.table->version,
                                     .stripe = task.stripe,
                                     .keep_unmatched = weights_needed(*task.key)});
  OpenWindow opening{task.window, task.signal_id, task.table->id.text(), parts_.clock.wall_ns()};
  if (!open_) {
    TRY(connection_->execute(parts_.watermarks.open(row_of(opening))));
  } else {
    std::uint64_t deleted = 0;
    for (const std::string& statement :
         parts_.watermarks.close_and_open(row_of(*open_), row_of(opening))) {
      TRY(connection_->execute(statement));
      if (statement.starts_with("DELETE")) deleted = connection_->affected_rows();
    }
    if (parts_.strategy == WatermarkStrategy::kInsertDelete) {
      parts_.incremental.post(CloseConfirmed{.window = open_->id, .rows_deleted = deleted});
    }
  }
  open_ = std::move(opening);
  return {};
}

Status ChunkReader::close_window() {
  TRY(connection_->execute(parts_.watermarks.close(row_of(*open_))));
  if (parts_.strategy == WatermarkStrategy::kInsertDelete) {
    parts_.incremental.post(
        CloseConfirmed{.window = open_->id, .rows_deleted = connection_->affected_rows()});
  }
  open_.reset();
  return {};
}

// A change that is not emitted leaves no trace in a window. Then a row's later, emitted change may carry
// its key in another spelling than the SELECT saw, and only the server's weights tell that they are one.
bool ChunkReader::weights_needed(const ChunkKey& key) const {
  return parts_.operations_skipped && key.collation_dependent();
}

Result<bool> ChunkReader::read_rows(const ChunkTask& task) {
  RowReader* const reader = TRY(reader_of(task.table));
  const ChunkKey& key = *task.key;
  const bool weights = weights_needed(key);
  const std::string sql = chunk_select(task.table->id, key,
                                       {.select_columns = reader->select_columns(),
                                        .condition = task.condition,
                                        .bounds = {.lower = &task.lower, .upper = &task.upper},
                                        .limit = task.limit,
                                        .with_weights = weights});
  ChunkRows rows = parts_.incremental.spare_rows();
  rows.window = task.window;
  rows.table = task.table;
  rows.rows.reserve(task.limit);
  const std::size_t columns = task.table->columns.size();
  std::vector<std::string_view> weight_cells;
  std::string& arena = rows.arena;
  const auto append = [&](auto&& write) {
    const std::size_t at = arena.size();
    write();
    return Slice{at, static_cast<std::uint32_t>(arena.size() - at)};
  };
  TRY_AT(connection_->stream(
             sql,
             [&](const char* const* cells, const unsigned long* lengths, unsigned count) -> Status {
               const RowView row = TRY(reader->decode(cells, lengths));
               RowSlot slot;
               slot.key = append([&] { reader->encoder().encode_key(row, arena); });
               slot.row = append([&] { reader->encoder().encode_row(row, arena); });
               slot.identity = append([&] { append_identity(arena, key, row); });
               if (weights) {
                 weight_cells.clear();
                 for (std::size_t i = columns; i < count; ++i)
                   weight_cells.emplace_back(cells[i], lengths[i]);
                 slot.weight =
                     append([&] { append_weight(arena, key, key_tuple(key, row), weight_cells); });
               }
               rows.rows.push_back(slot);
               return {};
             }),
         task.table->id.text());
  rows.rows_read = rows.rows.size();
  rows.last_chunk_of_stripe = rows.rows_read < task.limit;
  if (!rows.rows.empty())
    rows.last_key = tuple_of_identity(key, rows.text(rows.rows.back().identity));
  const ChunkRead read{
      .last_key = rows.last_key, .rows = rows.rows_read, .last = rows.last_chunk_of_stripe};
  if (!parts_.director.report_read(task.window, read)) return false;
  parts_.incremental.post(std::move(rows));
  return true;
}

Result<RowReader*> ChunkReader::reader_of(const TablePtr& table) {
  if (!reader_ || reader_->table() != table) reader_ = TRY(RowReader::make(parts_.encoding, table));
  return reader_.get();
}

}  // namespace tidemark

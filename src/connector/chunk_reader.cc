// SPDX-License-Identifier: Apache-2.0
#include "connector/chunk_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "connector/key_bounds.h"
#include "mysql/client/errors.h"
#include "mysql/client/server_info.h"
#include "snapshot/chunk_query.h"

namespace tidemark {
namespace {

// What rows that no key tells apart may fill: they cannot be divided into chunks of a chosen size.
constexpr std::uint32_t kRepeatingRowsMax = 100'000;
constexpr std::size_t kRepeatingBytesMax = 64U << 20U;

// The key of a row whose bounds begin at `first`.
Result<KeyTuple> bounds_of(const ChunkKey& key, const char* const* cells,
                           const unsigned long* lengths, std::size_t first) {
  KeyTuple tuple;
  tuple.reserve(key.columns.size());
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const char* const cell = cells[first + i];
    tuple.push_back(TRY(bound_cell(
        key.columns[i], cell == nullptr
                            ? std::nullopt
                            : std::optional(std::string_view(cell, lengths[first + i])))));
  }
  return tuple;
}

bool looks_altered(const Error& error, unsigned server_error) {
  return error.kind() == ErrorKind::kCorrupt || server_error == kErrUnknownColumn ||
         server_error == kErrNoSuchTable || server_error == kErrUnknownDatabase ||
         server_error == kErrTableChanged;
}

Status check_size(const ChunkKey& key, std::size_t rows, std::size_t bytes) {
  if (rows <= kRepeatingRowsMax && bytes <= kRepeatingBytesMax) return {};
  return fail(
      ErrorKind::kUnsupported,
      key.columns.empty()
          ? fmt::format("the table has no key, and more rows than can be read as a whole: at "
                        "most {} rows and {} MiB",
                        kRepeatingRowsMax, kRepeatingBytesMax >> 20U)
          : fmt::format("one value of {} has more rows than can be read at once: at most {} "
                        "rows and {} MiB",
                        key.columns.front().quoted, kRepeatingRowsMax, kRepeatingBytesMax >> 20U),
      "give the table a primary key, name a surrogate-key whose values repeat less, or use an "
      "initial snapshot");
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
          chunk(*task, stop);
          break;
      }
      task = parts_.director.next(id_);
      if (!task && marks_->is_open()) {
        if (auto closed = marks_->close(*connection_); !closed) give_up(closed.error());
        task = parts_.director.next(id_);
      }
    }
  }
  parts_.director.release(id_);
}

Status ChunkReader::connect(const std::stop_token& stop) {
  const std::uint64_t link = parts_.mailbox.link();
  if (connection_ && link == link_) return {};
  if (connection_) {  // its windows became void with the old link
    marks_->abandon();
    disconnect();
  }
  link_ = link;
  auto opened = TRY(Connection::open(parts_.server, ConnectionUse::kLongRead, stop));
  const std::lock_guard lock(connection_mutex_);
  connection_ = std::move(opened);
  if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "stopped");
  return {};
}

void ChunkReader::give_up(const Error& error) {
  if (const auto window = marks_->abandon()) parts_.director.report_failed(*window, error);
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
  auto range = read_key_range(*connection_, task.table->id, *task.key);
  if (range) return parts_.director.report_start(task.ticket, *std::move(range));
  const Error error = judge(std::move(range).error(), task.table);
  parts_.director.report_start_failed(task.ticket, error);
  if (error.kind() == ErrorKind::kRetryable) give_up(error);
}

void ChunkReader::check_split(const ChunkTask& task) {
  const auto answer =
      connection_->query(split_check_query(*task.key, task.lower, task.split, task.upper));
  parts_.director.report_split(task.ticket,
                               answer && !answer->empty() && answer->rows()[0][0] == "1");
  if (!answer && answer.error().kind() == ErrorKind::kRetryable) give_up(answer.error());
}

// -- chunks ----------------------------------------------------------------------------------------------------------

void ChunkReader::chunk(const ChunkTask& task, const std::stop_token& stop) {
  const WindowSpec spec{.id = task.window,
                        .table = task.table->id,
                        .table_version = task.table->version,
                        .stripe = task.stripe,
                        .keep_unmatched = weights_needed(*task.key),
                        .by_content = task.key->identity.by_content};
  // The window that was to be closed comes first.
  const auto failed = [&](const Error& error) {
    give_up(error);
    parts_.director.report_failed(task.window, error);
  };
  auto opened = marks_->open(*connection_, task, spec, stop);
  if (!opened) return failed(opened.error());
  if (!*opened) return;
  auto read = read_rows(task);
  if (!read) return failed(judge(std::move(read).error(), task.table));
  if (*read) return;
  if (auto gone = marks_->withdraw(*connection_); !gone) disconnect();
}

// An unknown column or table, and a cell of another type, are worth another try while the stream has yet to reach the
// DDL behind them.
Error ChunkReader::judge(Error error, const TablePtr& table) {
  if (!looks_altered(error, connection_->server_error())) return error;
  if (doubt_ && doubt_->table == table && parts_.status.view().offset.position >= doubt_->until)
    return error;
  if (!doubt_ || doubt_->table != table) {
    const auto end = read_log_end(*connection_);
    if (!end) return end.error();
    doubt_ = {table, end->position};
  }
  return {ErrorKind::kRetryable, error.message(),
          "nothing: it looks as if the table was altered, and the stream has yet to come to that"};
}

// A change that is not emitted leaves no trace in a window. Then a row's later, emitted change may carry
// its key in another spelling than the SELECT saw, and only the server's weights tell that they are one.
bool ChunkReader::weights_needed(const ChunkKey& key) const {
  return parts_.operations_skipped && key.identity.collation_dependent();
}

// All rows of a value belong into one chunk: asked for the value of the row that would be the last, then the
// rows up to it are read. Rows that come or go in between change the chunk's size, not its range.
Result<std::optional<KeyTuple>> ChunkReader::find_end(const ChunkTask& task) {
  if (task.key->columns.empty()) return std::nullopt;
  return read_key(*connection_, task.table->id, *task.key,
                  chunk_end_select(task.table->id, *task.key,
                                   {.condition = task.condition,
                                    .bounds = {.lower = &task.lower, .upper = &task.upper},
                                    .limit = fit_->rows(task.limit)}));
}

Result<bool> ChunkReader::read_rows(const ChunkTask& task) {
  const ChunkKey& key = *task.key;
  RowReader* const reader = TRY(reader_of(task.table, key));
  const bool weights = weights_needed(key);
  const std::uint32_t limit = key.unique ? fit_->rows(task.limit) : kRepeatingRowsMax + 1;
  std::optional<KeyTuple> end;
  if (!key.unique) end = TRY(find_end(task));
  const std::string sql =
      chunk_select(task.table->id, key,
                   {.select_columns = reader->select_columns(),
                    .condition = task.condition,
                    .bounds = {.lower = &task.lower, .upper = end ? &*end : &task.upper},
                    .limit = limit,
                    .with_weights = weights});
  ChunkRows rows = parts_.mailbox.spare_rows();
  rows.window = task.window;
  rows.table = task.table;
  rows.rows.reserve(std::min(task.limit, limit));
  const std::size_t columns = reader->columns_selected();
  const std::size_t bounds = key.in_identity ? 0 : key.columns.size();
  KeyTuple last;
  bool cut = false;  // the rows behind are the next chunk's
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
               if (cut) return {};
               const RowView row = TRY(reader->decode(cells, lengths));
               RowSlot slot;
               slot.key = append([&] { reader->encoder().encode_key(row, arena); });
               slot.row = append([&] { reader->encoder().encode_row(row, arena); });
               slot.identity = append([&] { append_identity(arena, key.identity, row); });
               if (weights) {
                 weight_cells.clear();
                 for (std::size_t i = columns + bounds; i < count; ++i)
                   weight_cells.emplace_back(cells[i], lengths[i]);
                 // A copy: the identity lies in the arena that grows.
                 const std::string identity(rows.text(slot.identity));
                 slot.weight =
                     append([&] { append_weight(arena, key.identity, identity, weight_cells); });
               }
               rows.rows.push_back(slot);
               if (!key.unique) return check_size(key, rows.rows.size(), arena.size());
               cut = arena.size() >= ChunkFit::kBytesMax;
               if (bounds != 0 && (cut || rows.rows.size() == limit))
                 last = TRY(bounds_of(key, cells, lengths, columns));
               return {};
             }),
         task.table->id.text());
  rows.rows_read = rows.rows.size();
  fit_->learn(rows.rows_read, arena.size());
  rows.last_chunk_of_stripe = key.unique ? !cut && rows.rows_read < limit : !end;
  if (end) {
    rows.last_key = *std::move(end);
  } else if (key.in_identity && !rows.rows.empty()) {
    rows.last_key = tuple_of_identity(key, rows.text(rows.rows.back().identity));
  } else {
    rows.last_key = std::move(last);
  }
  rows.close_at = TRY(marks_->selected(*connection_));
  const ChunkRead read{
      .last_key = rows.last_key, .rows = rows.rows_read, .last = rows.last_chunk_of_stripe};
  if (!parts_.director.report_read(task.window, read)) return false;
  parts_.mailbox.post(std::move(rows));
  return true;
}

Result<RowReader*> ChunkReader::reader_of(const TablePtr& table, const ChunkKey& key) {
  if (reader_ && reader_->table() == table) return reader_.get();
  reader_ = TRY(RowReader::make(parts_.encoding, table, columns_of(key.identity)));
  fit_.emplace(*table);
  return reader_.get();
}

}  // namespace tidemark

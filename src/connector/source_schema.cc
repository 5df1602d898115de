// SPDX-License-Identifier: Apache-2.0
// How the stream follows changes of table structure: Source's answers to DDL and to TABLE_MAP events
// that disagree with what is known.
//
// A statement that names a captured table makes its structure uncertain. It is read again at once, because
// snapshots need it, and used for rows when it is certain: FULL row metadata confirms it, or no further
// statement between here and the log's end, as it was after reading, names the table.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "connector/guardrail.h"
#include "connector/source.h"
#include "mysql/client/schema_reader.h"
#include "mysql/client/server_info.h"

namespace tidemark {
namespace {

constexpr std::size_t kAheadBytesMax = 64U << 20U;
constexpr std::chrono::seconds kAheadTimeMax{10};
constexpr std::chrono::milliseconds kAheadWait{100};

constexpr std::string_view kMetadataRemedy =
    "set binlog_row_metadata='FULL' on the server (SET PERSIST; on MariaDB SET GLOBAL) so that "
    "every event says which columns it carries; to "
    "go on past this "
    "place, remove the offset file and take a new initial snapshot";

// The event is a statement that gives the table another structure.
Result<bool> defines(const Event& event, const TableId& id) {
  if (event.header.type != EventType::kQuery &&
      event.header.type != EventType::kMariaQueryCompressed) {
    return false;
  }
  std::string unpacked;
  const QueryEvent query = TRY(parse_query(event, unpacked));
  const Statement statement = Statement::parse(query.sql, query.database);
  const bool definition = statement.kind() == StatementKind::kTableDdl;
  const bool dropped =
      statement.kind() == StatementKind::kDropDatabase && statement.mentions_database(id.database);
  return (definition && statement.mentions(id)) || dropped;
}

}  // namespace

struct Source::Glance {
  EventParser
      parser;  // its own: a format description ahead must not change how events here are read
  PayloadReader payload;
  std::string file;
  std::uint64_t pos = 0;
  Position end;
  bool reached = false;
};

Status Source::on_truncate(const Statement& statement, const Event& event) {
  for (const TableId& id : parts_.tables.ids()) {
    if (!statement.mentions(id)) continue;
    TRY(parts_.incremental.table_truncated(id));
    if (parts_.settings.skipped_operations.truncate) continue;
    parts_.tables.find(id)->encoder->encode_truncate(
        source_info(event), {.wall_ns = parts_.clock.wall_ns()}, parts_.output.batch());
  }
  return {};
}

Status Source::on_definition(const Statement& statement) {
  std::vector<TableId> ids;
  for (const TableId& id : parts_.tables.ids()) {
    const bool dropped = statement.kind() == StatementKind::kDropDatabase &&
                         statement.mentions_database(id.database);
    if (dropped || statement.mentions(id)) ids.push_back(id);
  }
  // Names that are not tables yet, or no tables at all: the server knows.
  for (const TableId& id : statement.names()) {
    if (!id.table.empty() && TRY(parts_.tables.captures(id))) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.empty()) return {};
  return read_again(ids);
}

Status Source::log_definition(const Event& event, const QueryEvent& query) {
  if (parts_.ddl == nullptr || cursor_.skipping()) return {};
  return parts_.ddl->write_statement(query, source_info(event), cursor_.offset(), parts_.desk);
}

Status Source::read_again(const std::vector<TableId>& ids) {
  auto defs = TRY(parts_.desk.ask(
      [&](Connection& connection) { return read_tables(connection, TableSelection::of(ids)); }));
  bool added = false;
  for (const TableId& id : ids) {
    const auto found =
        std::find_if(defs.begin(), defs.end(), [&](const TableDef& def) { return def.id == id; });
    if (found == defs.end()) {
      if (!parts_.tables.remove(id)) continue;
      log::info("schema.table_gone", {{"table", id.text()}, {"position", cursor_.place()}});
      TRY(parts_.incremental.table_gone(id));
      continue;
    }
    const bool known = parts_.tables.find(id) != nullptr;
    const bool changed = TRY(parts_.tables.put(std::move(*found), false));
    // Rows read before the statement are void even where the structure is the same again.
    TRY(parts_.incremental.table_changed(parts_.tables.find(id)->def));
    log::info(known ? "schema.table_read_again" : "schema.table_added",
              {{"table", id.text()}, {"changed", changed}, {"position", cursor_.place()}});
    added |= !known;
  }
  if (added) TRY(check_guardrail(parts_.settings.capture, parts_.tables.count()));
  return {};
}

Result<TableBinding*> Source::resolve(const Event& event, std::string why) {
  const TableMap map = TRY(parse_table_map(event, parser_->format()));
  const TableId id{map.database, map.table};
  TRY(read_again({id}));
  if (parts_.tables.find(id) == nullptr &&
      TRY(parts_.desk.ask([&](Connection& connection) { return is_sequence(connection, id); })))
    parts_.tables.ignore(id);
  const Position end = TRY(parts_.desk.ask([&](Connection& connection) {
                         return read_log_end(connection);
                       })).position;
  if (TableBinding* const bound = TRY(parts_.tables.bind(event, parser_->format(), &why));
      bound != nullptr)
    return bound;

  CapturedTable* const table = parts_.tables.find(id);
  if (table != nullptr && !table->certain && TRY(quiet_until(end, id))) {
    parts_.tables.confirm(*table);
    if (TableBinding* const bound = TRY(parts_.tables.bind(event, parser_->format(), &why));
        bound != nullptr)
      return bound;
  }
  if (map.has_names) {
    TableBinding* const bound = TRY(parts_.tables.bind_between(event, parser_->format()));
    log::warn("schema.between",
              {{"table", id.text()},
               {"position", cursor_.place()},
               {"why", why},
               {"meaning",
                "the table was altered again before these rows were reached; they are read by the "
                "names and types in their events, defaults and comments of columns that are "
                "neither in the structure before nor in the present one are left out"}});
    return bound;
  }
  return fail(ErrorKind::kUnsupported,
              fmt::format("rows of {} cannot be read with certainty: {}; the server's present "
                          "structure may be a later one",
                          id.text(), why),
              std::string(kMetadataRemedy));
}

// What is left of a compressed transaction that the stream is in is not looked at: statements that
// define tables commit first, so that none can follow rows in a transaction.
Result<bool> Source::quiet_until(const Position& end, const TableId& id) {
  Glance glance{.parser = *parser_,
                .payload = {},
                .file = cursor_.file(),
                .pos = cursor_.event_end(),
                .end = end};
  glance.reached = Position{glance.file, glance.pos} >= end;
  if (!TRY(glance_at(block_, next_in_block_, id, glance))) return false;
  std::size_t bytes = 0;
  for (const EventBlock& block : ahead_) {
    if (!TRY(glance_at(block, 0, id, glance))) return false;
    bytes += block.bytes();
  }
  const SteadyTime deadline = parts_.clock.steady() + kAheadTimeMax;
  while (!glance.reached) {
    if (bytes > kAheadBytesMax || parts_.clock.steady() > deadline) return false;
    EventBlock block;
    if (stop_.stop_requested()) return fail(ErrorKind::kCancelled, "stopped while looking ahead");
    TRY(buffer_.take(block, kAheadWait));
    bytes += block.bytes();
    const bool quiet = TRY(glance_at(block, 0, id, glance));
    if (!block.empty()) ahead_.push_back(std::move(block));
    if (!quiet) return false;
  }
  return true;
}

// Passes over the events of a block up to the glance's end. False: a statement names the table.
Result<bool> Source::glance_at(const EventBlock& block, std::size_t from, const TableId& id,
                               Glance& glance) {
  for (std::size_t i = from; i < block.size() && !glance.reached; ++i) {
    const Event event = TRY(glance.parser.parse(block[i]));
    if (event.header.type == EventType::kRotate) {
      const RotateEvent rotate = TRY(parse_rotate(event));
      glance.file = rotate.file;
      glance.pos = rotate.pos;
    } else if (event.header.end_log_pos != 0) {
      glance.pos = event.header.end_log_pos;
    }
    if (TRY(defines(event, id))) return false;
    if (event.header.type == EventType::kTransactionPayload) {
      TRY(glance.payload.open(event));
      while (const std::optional<Event> inner = TRY(glance.payload.next())) {
        if (TRY(defines(*inner, id))) return false;
      }
    }
    glance.reached = Position{glance.file, glance.pos} >= glance.end;
  }
  return true;
}

}  // namespace tidemark

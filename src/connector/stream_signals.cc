// SPDX-License-Identifier: Apache-2.0
// How signals about the stream itself are answered: Incremental's commands, continued.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "connector/incremental.h"
#include "control/stream_signal.h"
#include "mysql/client/binlog_place.h"
#include "mysql/client/schema_reader.h"
#include "mysql/client/server_info.h"

namespace tidemark {
namespace {

GtidSet without(GtidSet from, const GtidSet& what) {
  from.subtract(what);
  return from;
}

std::string moved_text(const Offset& from, const Offset& to) {
  if (!to.gtid_mode) {
    return fmt::format("the stream goes on at {} (it was at {})", to.position.text(),
                       from.position.text());
  }
  return fmt::format(
      "the stream goes on behind {}: {} transactions come again, {} are left out (it was behind "
      "{})",
      to.gtids.text(), without(from.gtids, to.gtids).size(), without(to.gtids, from.gtids).size(),
      from.gtids.text());
}

std::vector<std::string> names_of(const TableDef& def, const std::vector<std::uint32_t>& columns) {
  std::vector<std::string> out;
  for (const std::uint32_t column : columns) out.push_back(def.columns[column].name);
  return out;
}

std::vector<std::string> names_of(const TableDef& def) {
  std::vector<std::string> out;
  for (const ColumnDef& column : def.columns) out.push_back(column.name);
  return out;
}

// Does what the sender thinks of the table agree with the server?
Status check_agrees(const SchemaChange& change, const TableDef& def) {
  if (change.columns && *change.columns != names_of(def)) {
    return fail(
        ErrorKind::kRejected,
        fmt::format("{} has the columns {} on the server, and the signal says {}", change.id.text(),
                    fmt::join(names_of(def), ", "), fmt::join(*change.columns, ", ")),
        "structures are taken from the server: alter the table, or leave \"table\" out");
  }
  const std::vector<std::string> key =
      def.key_is_primary ? names_of(def, def.key_columns) : std::vector<std::string>();
  if (change.primary_key && *change.primary_key != key) {
    return fail(
        ErrorKind::kRejected,
        fmt::format("{} has the primary key ({}) on the server, and the signal says ({})",
                    change.id.text(), fmt::join(key, ", "), fmt::join(*change.primary_key, ", ")),
        "structures are taken from the server: alter the table, or leave \"table\" out");
  }
  return {};
}

}  // namespace

Result<GtidSet> Incremental::checked_gtids(const GtidSet& wanted) {
  const LogEnd end =
      TRY(parts_.desk.ask([](Connection& connection) { return read_log_end(connection); }));
  if (const GtidSet unknown = without(wanted, end.gtids); !unknown.empty()) {
    return fail(ErrorKind::kRejected, fmt::format("the server has not executed {}", unknown.text()),
                fmt::format("give a part of its gtid_executed, {}", end.gtids.text()));
  }
  const ServerInfo info =
      TRY(parts_.desk.ask([](Connection& connection) { return read_server_info(connection); }));
  if (const GtidSet gone = without(info.gtid_purged, wanted); !gone.empty()) {
    return fail(ErrorKind::kRejected,
                fmt::format("the server has purged {}, which would be needed", gone.text()),
                "give a set that holds all of @@global.gtid_purged");
  }
  return wanted;
}

Status Incremental::prepare_jump(const std::string& signal_id, const SetBinlogPosition& wanted,
                                 const Offset& now) {
  if (jump_) {
    return fail(
        ErrorKind::kRejected,
        fmt::format("signal {} of the same transaction moves the stream already", jump_->signal_id),
        "send it again when that one has been answered");
  }
  if (now.maria_gtids) {
    return fail(ErrorKind::kUnsupported, "set-binlog-position is not supported on MariaDB yet",
                "to have rows again, send execute-snapshot for their tables");
  }
  Offset to;
  to.gtid_mode = now.gtid_mode;
  to.server_id = now.server_id;
  if (wanted.position.empty()) {
    if (!now.gtid_mode) {
      return fail(ErrorKind::kRejected, "the server has no GTIDs, the stream follows its files",
                  "give \"binlog_filename\" and \"binlog_position\"");
    }
    to.gtids = TRY(checked_gtids(wanted.gtids));
    to.position = TRY(parts_.desk.ask(
        [&](Connection& connection) { return place_behind(connection, to.gtids); }));
  } else {
    to.position = wanted.position;
    TRY(parts_.desk.ask(
        [&](Connection& connection) { return check_stream_can_begin(connection, to.position); }));
    // The stream goes by GTIDs, so the place has to be one among them.
    if (to.gtid_mode) {
      to.gtids = TRY(checked_gtids(TRY(parts_.desk.ask(
          [&](Connection& connection) { return executed_before(connection, to.position); }))));
    }
  }
  jump_ = Jump{.signal_id = signal_id, .to = std::move(to)};
  return {};
}

Offset Incremental::jump(const Offset& from) {
  const Jump done = *std::exchange(jump_, std::nullopt);
  probe_.reset();  // where its row stands means nothing for what is streamed from now on
  answer({.signal_id = done.signal_id,
          .type = std::string(kSetBinlogPosition),
          .accepted = true,
          .reason = moved_text(from, done.to)},
         done.channel);
  return done.to;
}

bool Incremental::jumped_for(std::string_view signal_id) const {
  const auto& verdicts = answers_->verdicts;
  return std::any_of(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
    return moves_stream(verdict) && verdict.signal_id == signal_id;
  });
}

Result<std::string> Incremental::change_schema(const SchemaChanges& request) {
  std::vector<TableId> ids;
  for (const SchemaChange& change : request.changes) {
    if (!TRY(parts_.tables.captures(change.id))) {
      return fail(ErrorKind::kRejected, fmt::format("{} is not captured", change.id.text()),
                  "see database.include.list, table.include.list and their likes");
    }
    ids.push_back(change.id);
  }
  auto defs = TRY(parts_.desk.ask(
      [&](Connection& connection) { return read_tables(connection, TableSelection::of(ids)); }));
  const auto find = [&](const TableId& id) {
    return std::find_if(defs.begin(), defs.end(),
                        [&](const TableDef& def) { return def.id == id; });
  };
  // All of them or none.
  for (const SchemaChange& change : request.changes) {
    const auto def = find(change.id);
    const bool drop = change.kind == SchemaChange::Kind::kDrop;
    if (drop && def != defs.end()) {
      return fail(ErrorKind::kRejected,
                  fmt::format("{} is still there on the server", change.id.text()),
                  "drop the table, or exclude it by table.exclude.list");
    }
    if (!drop && def == defs.end()) {
      return fail(ErrorKind::kRejected, fmt::format("{} does not exist", change.id.text()),
                  "create the table, or send DROP for it");
    }
    if (!drop) TRY(check_agrees(change, *def));
  }
  std::string out;
  for (const SchemaChange& change : request.changes) {
    if (!out.empty()) out += "; ";
    out += change.id.text();
    if (change.kind == SchemaChange::Kind::kDrop) {
      out += parts_.tables.remove(change.id) ? " is no longer known" : " was not known";
      TRY(table_gone(change.id));
      continue;
    }
    const bool known = parts_.tables.find(change.id) != nullptr;
    const bool changed = TRY(parts_.tables.put(std::move(*find(change.id)), false));
    TRY(table_changed(parts_.tables.find(change.id)->def));
    out += !known    ? " was added"
           : changed ? " was read again and has changed"
                     : " was read again and is as it was";
  }
  return out;
}

}  // namespace tidemark

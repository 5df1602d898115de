// SPDX-License-Identifier: Apache-2.0
// How signals are answered: Incremental's commands.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "connector/first_load.h"
#include "connector/incremental.h"
#include "control/collections.h"
#include "mysql/client/read_only.h"
#include "mysql/client/schema_reader.h"
#include "snapshot/chunk_key.h"

namespace tidemark {
namespace {

std::string list_of(const std::vector<TableId>& tables) {
  std::string out;
  for (const TableId& table : tables) {
    if (!out.empty()) out += ", ";
    out += table.text();
  }
  return out;
}

void append_sentence(std::string& out, std::string_view sentence) {
  if (!out.empty()) out += "; ";
  out += sentence;
}

}  // namespace

// One after the other, each with what it leaves behind: a checkpoint holds both or neither.
Status Incremental::work_off_signals(const Offset& offset) {
  while (!jump_) {
    const OutsideSignal* const signal = parts_.mailbox.first_signal();
    if (signal == nullptr) return {};
    TRY(work_off(*signal, offset));
    auto marks = std::make_shared<SignalMarks>(*marks_);
    move_marks(*marks, signal->mark);
    marks_ = std::move(marks);
    answers_changed_ = true;
    parts_.mailbox.signal_done();
  }
  return {};
}

Status Incremental::work_off(const OutsideSignal& signal, const Offset& offset) {
  if (const auto& passed = signal.passed_over; passed && notifications() != nullptr) {
    notifications()->refused(passed->place, {}, signal.channel,
                             fmt::format("{} ({} so far)", passed->reason, passed->count),
                             parts_.output.batch());
  }
  if (!signal.message) return {};
  const SignalMessage& message = *signal.message;
  return command({.id = message.id, .type = message.type, .channel = signal.channel},
                 message.command, offset);
}

Status Incremental::command(const Asked& asked, const Result<Command>& parsed,
                            const Offset& offset) {
  const bool moves = parsed && std::holds_alternative<SetBinlogPosition>(*parsed);
  // Moved back, the stream meets the row of the signal again.
  if (moves && asked.channel == kSourceChannel && jumped_for(asked.id)) {
    log::info("signal.seen_again", {{"id", asked.id}, {"type", asked.type}});
    return {};
  }
  Result<std::string> done =
      parsed ? obey(asked, *parsed, offset) : std::unexpected(parsed.error());
  discard_voided();
  // A server that cannot be asked right now is no reason to refuse, nor is our own stop: the signal comes
  // again with the next link.
  if (!done && (done.error().kind() == ErrorKind::kRetryable ||
                done.error().kind() == ErrorKind::kCancelled)) {
    return std::unexpected(std::move(done).error());
  }
  if (done && moves) return {};  // answered by jump()
  answer({.signal_id = asked.id,
          .type = asked.type,
          .accepted = done.has_value(),
          .reason = done ? *done : done.error().text()},
         asked.channel);
  return {};
}

Result<std::string> Incremental::obey(const Asked& asked, const Command& wanted,
                                      const Offset& offset) {
  if (const auto* const execution = std::get_if<ExecuteSnapshot>(&wanted)) {
    return execution->kind == SnapshotKind::kBlocking ? execute_blocking(asked.id, *execution)
                                                      : execute(asked.id, *execution);
  }
  if (const auto* const unwanted = std::get_if<StopSnapshot>(&wanted)) {
    stopped_by_ = asked.id;
    return unwanted->kind == SnapshotKind::kBlocking ? stop_blocking(*unwanted) : stop(*unwanted);
  }
  if (std::holds_alternative<PauseSnapshot>(wanted)) return pause(asked.id);
  if (std::holds_alternative<ResumeSnapshot>(wanted)) return resume(asked.id);
  if (const auto* const changes = std::get_if<SchemaChanges>(&wanted)) {
    return change_schema(*changes);
  }
  if (const auto* const place = std::get_if<SetBinlogPosition>(&wanted)) {
    TRY(prepare_jump(asked.id, *place, offset));
    jump_->channel = asked.channel;
    return std::string();
  }
  std::string text = std::get<LogMessage>(wanted).text;
  if (const std::size_t at = text.find("{}"); at != std::string::npos)
    text.replace(at, 2, offset.position.text());
  log::info("signal.message", {{"id", asked.id}, {"message", text}});
  return "logged";
}

// The captured tables that the signal means; at least one.
Result<Resolution> Incremental::resolve(const ExecuteSnapshot& request) {
  const bool blocking = request.kind == SnapshotKind::kBlocking;
  const RegexCase letter_case = blocking ? RegexCase::kInsensitive : RegexCase::kSensitive;
  // Those of a blocking snapshot are no expressions.
  const auto conditions = blocking ? std::span<const AdditionalCondition>() : request.conditions;
  std::vector<TableId> captured;
  for (const TableId& id : parts_.tables.ids()) {
    if (!parts_.tables.find(id)->is_signal_table) captured.push_back(id);
  }
  Resolution found =
      TRY(resolve_collections(request.collections, conditions, {captured, {}}, letter_case));
  if (!found.unmatched.empty()) {
    std::vector<TableId> others = TRY(other_tables());
    for (const TableId& id : TRY(adopt_late(others))) {
      captured.push_back(id);
      std::erase(others, id);
    }
    found =
        TRY(resolve_collections(request.collections, conditions, {captured, others}, letter_case));
  }
  if (found.tables.empty()) return fail(ErrorKind::kRejected, text_of(found.unmatched));
  return found;
}

Result<std::string> Incremental::execute_blocking(const std::string& signal_id,
                                                  const ExecuteSnapshot& request) {
  const Resolution found = TRY(resolve(request));
  std::vector<TableId> tables;
  for (const SelectedTable& table : found.tables) tables.push_back(table.id);
  const bool behind = parts_.blocking.waiting();
  TRY(parts_.blocking.ask(signal_id, tables, request.conditions));
  std::string out = "queued " + list_of(tables) + " for a blocking snapshot";
  if (behind) append_sentence(out, "it begins when those before it are done");
  if (!parts_.director.idle()) append_sentence(out, "incremental snapshots rest until it is done");
  if (!found.unmatched.empty()) append_sentence(out, text_of(found.unmatched));
  return out;
}

// Settings may have changed since the start, and a primary may have become a replica.
Status Incremental::check_read_only() {
  if (!read_only_) return {};
  const std::vector<Error> errors = TRY(
      parts_.desk.ask([](Connection& connection) { return check_read_only_server(connection); }));
  if (errors.empty()) return {};
  return fail(ErrorKind::kRejected, errors.front().message(), errors.front().remedy());
}

Result<std::string> Incremental::execute(const std::string& signal_id,
                                         const ExecuteSnapshot& request) {
  TRY(check_read_only());
  const Resolution found = TRY(resolve(request));
  std::vector<SnapshotRequest> wanted;
  for (const SelectedTable& table : found.tables) {
    const TablePtr& def = parts_.tables.find(table.id)->def;
    if (!table.condition.empty()) TRY(check_condition(def, table.condition));
    wanted.push_back({.table = def, .condition = table.condition, .surrogate = request.surrogate});
  }
  std::string queued;
  std::string notes;
  std::vector<TableId> began;
  std::vector<TableId> refused;
  for (const SubmitResult& result : parts_.director.submit(signal_id, wanted)) {
    switch (result.status) {
      case SubmitResult::Status::kQueued:
        began.push_back(result.table);
        if (!queued.empty()) queued += ", ";
        queued += result.table.text();
        if (!result.note.empty()) queued += fmt::format(" ({})", result.note);
        break;
      case SubmitResult::Status::kMerged:
        append_sentence(notes,
                        fmt::format("{} is {} already for signal {}", result.table.text(),
                                    result.running ? "being read" : "queued", result.merged_into));
        break;
      case SubmitResult::Status::kRefused:
        refused.push_back(result.table);
        append_sentence(notes,
                        fmt::format("refused {}: {}", result.table.text(), result.error->text()));
        break;
    }
  }
  if (!found.unmatched.empty()) append_sentence(notes, text_of(found.unmatched));
  const bool merged = notes.find(" already for signal ") != std::string::npos;
  if (queued.empty() && !merged) return fail(ErrorKind::kRejected, std::move(notes));
  tell_queued(signal_id, began, refused, found.unmatched);
  std::string out = queued.empty() ? std::string() : "queued " + queued;
  if (!notes.empty()) append_sentence(out, notes);
  if (parts_.director.paused())
    append_sentence(out, "snapshots are paused: it starts after resume-snapshot");
  if (parts_.blocking.waiting()) append_sentence(out, "a blocking snapshot goes before");
  return out;
}

Status Incremental::first_load(const std::vector<TablePtr>& tables) {
  std::string refused;
  std::vector<SnapshotRequest> wanted;
  for (const TablePtr& table : tables) {
    const ChunkKeyWish wish{.operations_skipped = parts_.director.operations_skipped()};
    if (const auto key = chunk_key_of(*table, wish); !key) {
      append_sentence(refused, table->id.text() + ": " + key.error().message());
    } else {
      wanted.push_back({.table = table, .condition = {}});
    }
  }
  if (!refused.empty()) {
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("snapshot.mode=incremental cannot read every captured table in chunks: {}",
                    refused),
        "give these tables a usable key, leave them out by table.include.list or "
        "snapshot.include.collection.list, or use snapshot.mode=initial");
  }
  const std::string id = new_first_load_id();
  std::vector<TableId> queued;
  for (const SubmitResult& result : parts_.director.submit(id, wanted)) {
    ASSERT(result.status == SubmitResult::Status::kQueued, result.table.text());
    queued.push_back(result.table);
  }
  tell_queued(id, queued, {}, {});
  answer(
      {.signal_id = id,
       .type = "execute-snapshot",
       .accepted = true,
       .reason = queued.empty() ? "first load (snapshot.mode=incremental): no table to read"
                                : fmt::format("first load (snapshot.mode=incremental): queued {}",
                                              list_of(queued))},
      kSourceChannel);
  return {};
}

Result<std::string> Incremental::stop(const StopSnapshot& request) {
  const std::vector<TableId> active = parts_.director.tables();
  if (active.empty()) {
    return std::string("no incremental snapshot is running, nothing to stop") +
           (parts_.blocking.waiting() ? R"(; a blocking one waits: "type": "blocking" stops it)"
                                      : "");
  }
  std::optional<std::vector<TableId>> chosen;
  std::string notes;
  if (!request.collections.empty()) {
    const Resolution found = TRY(resolve_collections(request.collections, {}, {active, {}}));
    notes = text_of(found.unmatched);
    chosen.emplace();
    for (const SelectedTable& table : found.tables) chosen->push_back(table.id);
    if (chosen->empty()) {
      return fail(ErrorKind::kRejected,
                  fmt::format("none of these is being snapshotted: {}", notes),
                  "name one of " + list_of(active) + ", or nothing to stop all");
    }
  }
  const std::vector<TableId> stopped = parts_.director.stop(chosen, "stopped by signal");
  discard_voided();
  std::string out = "stopped " + list_of(stopped);
  if (!notes.empty()) append_sentence(out, notes);
  return out;
}

// Signals come by the stream, which stands still while rows are emitted: only what waits can be stopped.
Result<std::string> Incremental::stop_blocking(const StopSnapshot& request) {
  const std::vector<TableId> waiting = parts_.blocking.tables();
  if (waiting.empty()) return "no blocking snapshot is waiting, nothing to stop";
  std::optional<std::vector<TableId>> chosen;
  std::string notes;
  if (!request.collections.empty()) {
    const Resolution found =
        TRY(resolve_collections(request.collections, {}, {waiting, {}}, RegexCase::kInsensitive));
    notes = text_of(found.unmatched);
    chosen.emplace();
    for (const SelectedTable& table : found.tables) chosen->push_back(table.id);
    if (chosen->empty()) {
      return fail(ErrorKind::kRejected,
                  fmt::format("none of these waits for a blocking snapshot: {}", notes),
                  "name one of " + list_of(waiting) + ", or nothing to stop all");
    }
  }
  std::string out = "stopped " + list_of(parts_.blocking.stop(chosen));
  remember(parts_.blocking.take_outcomes());
  if (!notes.empty()) append_sentence(out, notes);
  return out;
}

Result<std::string> Incremental::pause(const std::string& signal_id) {
  if (parts_.director.idle())
    return fail(ErrorKind::kRejected, "no incremental snapshot is running, nothing to pause");
  if (!parts_.director.pause()) return "paused already";
  tell_of_run("PAUSED", signal_id);
  return "paused: chunks in flight are still emitted, then nothing until resume-snapshot";
}

Result<std::string> Incremental::resume(const std::string& signal_id) {
  if (!parts_.director.resume())
    return fail(ErrorKind::kRejected, "no incremental snapshot is paused, nothing to resume");
  tell_of_run("RESUMED", signal_id);
  return "resumed";
}

Status Incremental::check_condition(const TablePtr& table, const std::string& condition) {
  const std::string sql =
      fmt::format("EXPLAIN SELECT 1 FROM {} WHERE ({})", quoted(table->id), condition);
  const auto plan = parts_.desk.ask([&](Connection& connection) { return connection.query(sql); });
  if (plan) return {};
  return std::unexpected(Error(plan.error()).at("additional-conditions of " + table->id.text()));
}

// A CREATE TABLE may come through the binlog before the server shows its table: the server commits
// behind the log. Whoever asks for the table by then means it.
Result<std::vector<TableId>> Incremental::adopt_late(const std::vector<TableId>& others) {
  std::vector<TableId> late;
  for (const TableId& id : others) {
    if (TRY(parts_.tables.captures(id))) late.push_back(id);
  }
  if (late.empty()) return late;
  auto defs = TRY(parts_.desk.ask(
      [&](Connection& connection) { return read_tables(connection, TableSelection::of(late)); }));
  late.clear();
  for (TableDef& def : defs) {
    late.push_back(def.id);
    TRY(parts_.tables.put(std::move(def), false));
    log::info("schema.table_added", {{"table", late.back().text()}, {"by", "signal"}});
  }
  return late;
}

// Tables on the server that are not captured, to tell "not captured" from "does not exist".
Result<std::vector<TableId>> Incremental::other_tables() {
  std::vector<TableId> others =
      TRY(parts_.desk.ask([](Connection& connection) { return list_tables(connection); }));
  std::erase_if(others, [&](const TableId& id) { return parts_.tables.find(id) != nullptr; });
  return others;
}

}  // namespace tidemark

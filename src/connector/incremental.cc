// SPDX-License-Identifier: Apache-2.0
#include "connector/incremental.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "control/stream_signal.h"
#include "control/watermark.h"
#include "mysql/client/server_info.h"
#include "snapshot/chunk_query.h"

namespace tidemark {
namespace {

constexpr std::chrono::milliseconds kPublishEvery{250};

// Drops the oldest verdict when there are too many; those that moved the stream last longest, for moved
// back it meets their signals again and has to know them.
void trim(std::vector<Verdict>& verdicts) {
  if (verdicts.size() <= kVerdictsMax) return;
  const auto moves = std::count_if(verdicts.begin(), verdicts.end(),
                                   [](const auto& v) { return moves_stream(v); });
  const bool keep_moves = static_cast<std::size_t>(moves) <= kVerdictsMax / 2;
  verdicts.erase(std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
    return moves_stream(verdict) != keep_moves;
  }));
}

std::string text_of(const Value& value) {
  return value.null ? std::string() : std::string(value.text());
}

// The image lacks something of what tells its row from others.
bool hides_identity(const RowIdentity& identity, RowView image) {
  const auto absent = [&](const IdentityColumn& of) { return image[of.column].absent(); };
  return std::ranges::any_of(identity.columns, absent) ||
         (identity.by_content && std::ranges::any_of(identity.content, absent));
}

}  // namespace

Incremental::Incremental(Parts parts, WindowSet::Options windows, AnswerLog answers,
                         SignalMarks marks)
    : parts_(parts),
      read_only_(windows.watermarking == Watermarking::kReadOnly),
      windows_(windows),
      watch_({.windows = windows_,
              .director = parts.director,
              .desk = parts.desk,
              .read_only = read_only_}),
      answers_(std::make_shared<const AnswerLog>(std::move(answers))),
      marks_(std::make_shared<const SignalMarks>(std::move(marks))) {}

void Incremental::answer_seen(const Seen& seen) {
  const auto wanted = [&](const WindowId& window) { return windows_.find(window) != nullptr; };
  parts_.mailbox.answer(asked_, seen, wanted);
  asked_.clear();
}

Status Incremental::signal_row(const TableDef& table, Op op, RowView row, const SourceInfo& info,
                               const Offset& offset) {
  TRY(read_messages());
  const auto columns = signal_columns(table);
  if (!columns) {
    return fail(
        ErrorKind::kServer,
        fmt::format("the signal table {} no longer has exactly three columns", table.id.text()),
        "restore it with three string columns id, type, data");
  }
  if (op == Op::kUpdate) {
    log::warn("signal.update_ignored",
              {{"table", table.id.text()}, {"do", "signals are INSERTed rows: insert a new one"}});
    return {};
  }
  const std::string id = text_of(row[columns->id]);
  const std::string type = text_of(row[columns->type]);
  set_origin(info);
  if (op == Op::kDelete) {
    const Watermark mark = parse_deleted(id, type);
    if (mark.kind == Watermark::Kind::kNone) return {};
    const std::string window = mark.window.text();
    return settle(windows_.mark_deleted(window), window);
  }
  const Watermark mark = parse_inserted(id, type);
  const std::string window = mark.window.text();
  if (mark.kind == Watermark::Kind::kOpen) return settle(windows_.low_mark(window), window);
  if (mark.kind == Watermark::Kind::kClose) return settle(windows_.high_mark(window), window);
  switch (classify_signal(type)) {
    case SignalClass::kWatermark:
      return {};
    case SignalClass::kProbe: {
      if (probe_ && probe_->id == id) {
        probe_.reset();
        log::info("signal.probe_returned", {{"table", table.id.text()}});
      }
      return {};
    }
    case SignalClass::kCommand: {
      const Value& data = row[columns->data];
      return command({.id = id, .type = type, .channel = std::string(kSourceChannel)},
                     parse_signal(type, data.null ? std::nullopt : std::optional(data.text())),
                     offset);
    }
  }
  return {};
}

void Incremental::set_origin(const SourceInfo& info) {
  info_ = info;
  info_file_ = info.file;
  info_gtid_ = info.gtid;
  if (info.query.data() != nullptr) info_query_ = info.query;
}

void Incremental::note(const CapturedTable& table, RowView before, RowView after, ImageGaps gaps) {
  if (windows_.size() == 0) return;
  if (windows_.open_windows(table.def->id).empty()) return;
  for (const RowView image : {before, after}) {
    if (image.empty()) continue;
    if (gaps.any && hides_identity(table.identity, image)) {
      windows_.note_hidden(table.def->id);
      continue;
    }
    identity_.clear();
    append_identity(identity_, table.identity, image);
    windows_.note(table.def->id, identity_, gaps.after);
  }
}

Status Incremental::table_truncated(const TableId& id) {
  void_windows(id, VoidReason::kTruncated);
  return {};
}

void Incremental::table_emitted(const TableId& id) { void_windows(id, VoidReason::kOvertaken); }

void Incremental::void_windows(const TableId& id, VoidReason reason) {
  const CapturedTable* const table = parts_.tables.find(id);
  windows_.void_table(id, reason);
  if (table != nullptr) parts_.director.void_table(table->def, reason);
  discard_voided();
}

Status Incremental::table_changed(const TablePtr& table) {
  windows_.void_table(table->id, VoidReason::kLayoutChanged, table->version);
  parts_.director.void_table(table, VoidReason::kLayoutChanged);
  discard_voided();
  return {};
}

Status Incremental::table_gone(const TableId& id) {
  windows_.void_table(id, VoidReason::kLayoutChanged);
  parts_.director.fail_table(id, "the table was dropped or renamed");
  discard_voided();
  return {};
}

Status Incremental::reconnected() {
  TRY(read_messages());
  parts_.mailbox.link_opened();
  windows_.void_all(VoidReason::kServerChanged);
  parts_.director.void_all(VoidReason::kServerChanged);
  discard_voided();
  return {};
}

Status Incremental::poll(const Offset& offset, bool moved) {
  TRY(read_messages());
  discard_voided();
  if (probe_ && has_passed(offset, moved, probe_->by)) {
    return fail(ErrorKind::kServer,
                fmt::format("the probe row {} written to the signal table did not come back "
                            "through the binlog, which has been read past it to {}",
                            probe_->id, offset.position.text()),
                "see that the server logs the signal table: binlog_do_db/binlog_ignore_db, "
                "sql_log_bin in init_connect, log_replica_updates on a replica; and that "
                "signal.data.collection is on the server that is streamed");
  }
  TRY(work_off_signals(offset));
  const SteadyTime now = parts_.clock.steady();
  watch_.look(now, offset, moved, asked_);
  discard_voided();
  if (now - published_ >= kPublishEvery || urgent_) {
    published_ = now;
    auto progress = parts_.director.progress();
    const bool paused = parts_.director.paused();
    parts_.status.update(
        [&](StatusView& view) {
          view.snapshots = std::move(progress);
          view.snapshot_paused = paused;
          view.answers = answers_;
        },
        urgent_);
  }
  return {};
}

// -- windows ---------------------------------------------------------------------------------------------------------

Status Incremental::read_messages() {
  for (ReaderMessage& message : parts_.mailbox.take_messages()) TRY(apply(std::move(message)));
  return {};
}

Status Incremental::apply(ReaderMessage message) {
  if (auto* const spec = std::get_if<WindowSpec>(&message)) {
    const std::string id = spec->id;
    // Void before it was registered: the director has forgotten it, nothing would ever close it.
    if (!parts_.director.live(id)) return {};
    return settle(windows_.add(std::move(*spec), parts_.clock.steady()), id);
  }
  if (const auto* const asked = std::get_if<SeenAsked>(&message)) {
    if (windows_.find(asked->window) != nullptr) asked_.push_back(asked->window);
    return {};
  }
  if (auto* const rows = std::get_if<ChunkRows>(&message)) {
    const std::string id = rows->window;
    return settle(windows_.hand_over(std::move(*rows)), id);
  }
  const auto& confirmed = std::get<CloseConfirmed>(message);
  return settle(windows_.confirm_close(confirmed.window, confirmed.rows_deleted), confirmed.window);
}

Status Incremental::reached(const Position& here, const SourceInfo& origin) {
  const std::vector<WindowId> ids = windows_.reached(here);
  if (ids.empty()) return {};
  set_origin(origin);
  for (const WindowId& id : ids) TRY(settle(windows_.high_mark(id), id));
  return {};
}

Status Incremental::settle(MarkResult result, std::string_view window) {
  switch (result) {
    case MarkResult::kIgnored:
      log::debug("snapshot.mark_ignored", {{"window", window}});
      return {};
    case MarkResult::kNoted:
      return {};
    case MarkResult::kReady:
      return emit(std::string(window));
    case MarkResult::kVoided:
      parts_.director.window_voided(window, windows_.void_reason());
      discard_voided();
      return {};
  }
  return {};
}

Status Incremental::emit(const WindowId& id) {
  Window* const window = windows_.find(id);
  if (window == nullptr) return {};
  CapturedTable* const table = parts_.tables.find(window->spec().table);
  const bool same_layout = table != nullptr && window->rows().table->version == table->def->version;
  const bool compared = same_layout && TRY(drop_equal_keys(*window));
  if (!compared || window->read_again()) {
    const VoidReason reason = !same_layout ? VoidReason::kLayoutChanged
                              : compared   ? VoidReason::kPartialImage
                                           : VoidReason::kReadFailed;
    windows_.discard(id, reason);
    parts_.director.window_voided(id, reason);
    discard_voided();
    return {};
  }
  if (!parts_.director.begin_emit(id)) {
    windows_.discard(id, VoidReason::kEarlierVoid);
    discard_voided();
    return {};
  }
  tell_of_chunk(*window);
  const std::int64_t now_ns = parts_.clock.wall_ns();
  SourceInfo info = info_;
  info.file = info_file_;
  info.gtid = info_gtid_;
  if (info.query.data() != nullptr) info.query = info_query_;
  info.ts_us = now_ns / 1000;
  info.snapshot = SnapshotMark::kIncremental;
  table->encoder->read_end(info, {.wall_ns = now_ns}, record_end_);
  Status sent;
  const std::size_t dropped = window->rows_dropped();
  const std::size_t emitted = windows_.drain(id, [&](const ChunkRows& rows, const RowSlot& slot) {
    if (!sent) return;
    table->encoder->assemble_read(rows.text(slot.key), rows.text(slot.row), record_end_,
                                  parts_.output.batch());
    sent = parts_.output.relieve();
  });
  parts_.mailbox.give_back(windows_.take_drained());
  TRY(std::move(sent));
  parts_.director.chunk_emitted(id, emitted);
  log::debug("snapshot.chunk_closed",
             {{"table", table->def->id.text()}, {"rows", emitted}, {"dropped", dropped}});
  return {};
}

// Keys that the server takes for equal although their text differs ('a' and 'A' under a
// case-insensitive collation): the server says which, by the weights it sorts them with. False: it could
// not be asked, the chunk is to be read again.
Result<bool> Incremental::drop_equal_keys(Window& window) {
  if (!window.spec().keep_unmatched) return true;
  const std::vector<std::string_view> unmatched = window.unmatched();
  if (unmatched.empty() || window.rows().rows.empty()) return true;
  const CapturedTable* const table = parts_.tables.find(window.spec().table);
  const auto weights = parts_.desk.ask([&](Connection& connection) {
    return connection.query(weight_query(table->identity, unmatched));
  });
  if (!weights) {
    log::failure(log::Level::kWarn, "snapshot.weights_failed", weights.error());
    return false;
  }
  std::string weight;
  for (const ResultSet::Row row : weights->rows()) {
    std::size_t index = 0;
    const std::string_view number = row[0].value_or("");
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (error != std::errc() || end != number.data() + number.size() || index >= unmatched.size())
      return false;
    std::vector<std::string_view> cells;
    for (std::size_t i = 1; i < row.size(); ++i) cells.push_back(row[i].value_or(""));
    weight.clear();
    append_weight(weight, table->identity, unmatched[index], cells);
    window.drop_weight(weight);
  }
  return true;
}

void Incremental::discard_voided() {
  for (const WindowId& id : parts_.director.take_voided())
    windows_.discard(id, VoidReason::kEarlierVoid);
}

// -- what is stored --------------------------------------------------------------------------------------------------

bool Incremental::dirty() const {
  return answers_changed_ || urgent_ || parts_.director.revision() != state_revision_;
}

std::shared_ptr<const IncrementalState> Incremental::state() {
  const std::uint64_t revision = parts_.director.revision();
  if (revision != state_revision_) {
    Director::Checkpoint point = parts_.director.checkpoint();
    // Taking the outcomes may itself count as a change.
    state_revision_ = point.outcomes.empty() ? revision : parts_.director.revision();
    state_ = std::make_shared<const IncrementalState>(std::move(point.state));
    tell_ended(point.outcomes);
    remember(std::move(point.outcomes));
  }
  answers_changed_ = false;
  return state_;
}

void Incremental::remember(std::vector<SnapshotOutcome> outcomes) {
  if (outcomes.empty()) return;
  auto log = std::make_shared<AnswerLog>(*answers_);
  for (SnapshotOutcome& outcome : outcomes) {
    const auto level = outcome.status == "FAILED" ? log::Level::kError : log::Level::kInfo;
    log::write(level, "snapshot.table_done",
               {{"table", outcome.collection},
                {"status", outcome.status},
                {"rows", outcome.rows},
                {"reason", outcome.reason},
                {"signal", outcome.signal_id}});
    log->add(std::move(outcome));
  }
  answers_ = std::move(log);
  urgent_ = true;
}

void Incremental::answer(Verdict verdict, std::string_view channel) {
  verdict.at_ms = parts_.clock.wall_ns() / 1'000'000;
  log::write(verdict.accepted ? log::Level::kInfo : log::Level::kWarn,
             verdict.accepted ? "signal.accepted" : "signal.refused",
             {{"id", verdict.signal_id},
              {"type", verdict.type},
              {"channel", channel},
              {"reason", verdict.reason}});
  if (const auto* const told = notifications(); told != nullptr && !verdict.accepted) {
    told->refused(verdict.signal_id, verdict.type, channel, verdict.reason, parts_.output.batch());
  }
  auto log = std::make_shared<AnswerLog>(*answers_);
  log->verdicts.push_back(std::move(verdict));
  trim(log->verdicts);
  answers_ = std::move(log);
  answers_changed_ = true;
  urgent_ = true;
}

}  // namespace tidemark

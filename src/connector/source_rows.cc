// SPDX-License-Identifier: Apache-2.0
// How the stream turns rows events into records: Source's hot path. A TABLE_MAP binds its table, and whatever can be
// decided for all rows of an event is decided before the first.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "connector/source.h"

namespace tidemark {
namespace {

Op op_of(EventType type) {
  switch (rows_form(type).op) {
    case RowsOp::kWrite:
      return Op::kCreate;
    case RowsOp::kDelete:
      return Op::kDelete;
    default:
      return Op::kUpdate;
  }
}

}  // namespace

Status Source::bind_table(const Event& event) {
  std::string why;
  const TableBinding* binding = TRY(parts_.tables.bind(event, parser_->format(), &why));
  if (binding == nullptr) TRY(resolve(event, std::move(why)));
  return {};
}

Status Source::on_table_map(const Event& event) {
  if (xa_.open()) return hold(event);
  if (!rows_dropped_) TRY(bind_table(event));
  cursor_.event_in_transaction_done();
  return {};
}

Status Source::on_rows(const Event& event) {
  if (xa_.open()) return hold(event);
  if (!cursor_.skipping() && !rows_dropped_) {
    std::uint64_t row = 0;
    TRY(emit_rows(event, cursor_.take_rows_to_skip(), row));
  }
  cursor_.event_in_transaction_done();
  return {};
}

// The text is noted before a resume point, too: the rows behind it may need it.
Status Source::on_rows_query(const Event& event) {
  if (xa_.open()) return hold(event);
  if (parts_.settings.events.include_query) query_ = TRY(parse_rows_query(event)).sql;
  if (cursor_.in_transaction()) cursor_.event_in_transaction_done();
  return {};
}

Status Source::emit_rows(const Event& event, std::uint64_t skip, std::uint64_t& row) {
  const RowsTarget target = TRY(peek_table_id(event, parser_->format()));
  if (target.table_id == kDummyTableId) return {};
  const TableBinding* const binding = parts_.tables.binding(target.table_id);
  if (binding == nullptr) {
    return fail(
        ErrorKind::kCorrupt,
        fmt::format("rows of table id {} that no TABLE_MAP has named", target.table_id),
        "report this with the binlog file; to go on, take a new snapshot past this position");
  }
  if (binding->captured == nullptr) return {};
  RowsReader reader = TRY_AT(RowsReader::open(event, parser_->format(), *binding->plan, scratch_),
                             binding->id.text());
  image_gaps_ = {};
  if (!reader.full_images())
    image_gaps_ = TRY(check_images(reader, *binding->plan, *binding->captured->def, on_mariadb_));
  if (image_gaps_.unchanged) reader.repeat_unchanged();
  event_end_.source = source_info(event);
  event_end_.op = op_of(event.header.type);
  event_end_.now.wall_ns = parts_.clock.wall_ns();
  if (meta_) event_end_.transaction = meta_->order(binding->id.text());
  binding->captured->encoder->begin_event(event_end_);
  RowView before;
  RowView after;
  for (; TRY_AT(reader.next(&before, &after), binding->id.text()); ++row) {
    if (row >= skip)
      TRY(on_row(*binding->captured, before, after, static_cast<std::uint32_t>(row)));
    cursor_.rows_done(row + 1);
  }
  return {};
}

Status Source::on_row(CapturedTable& table, RowView before, RowView after, std::uint32_t row) {
  const Op op = event_end_.op;
  if (table.is_signal_table) {
    SourceInfo info = event_end_.source;
    info.row = row;
    TRY(parts_.incremental.signal_row(*table.def, op, op == Op::kDelete ? before : after, info,
                                      cursor_.offset()));
  }
  const SkippedOperations& skip = parts_.settings.skipped_operations;
  if ((op == Op::kCreate && skip.create) || (op == Op::kUpdate && skip.update) ||
      (op == Op::kDelete && skip.remove)) {
    return {};
  }
  if (op == Op::kUpdate && parts_.settings.events.skip_unchanged &&
      table.encoder->same_row(before, after, same_row_scratch_)) {
    return {};
  }
  if (table.checked) {
    TRY(misfits_.check(*table.encoder, before));
    TRY(misfits_.check(*table.encoder, after));
  }
  // Only what is emitted is noted: a change that is dropped must not remove a row that was read.
  parts_.incremental.note(table, before, after, image_gaps_);
  table.encoder->encode(before, after, row, event_end_, parts_.output.batch());
  return parts_.output.relieve();
}

SourceInfo Source::source_info(const Event& event) const {
  return {.ts_us = event_time_us(event),
          .snapshot = SnapshotMark::kFalse,
          .server_id = event.header.server_id,
          .gtid = gtid_text_,
          .file = cursor_.file(),
          .pos = cursor_.event_start(),
          .row = 0,
          .thread = thread_id_,
          .query = query_ ? std::string_view(*query_) : std::string_view()};
}

}  // namespace tidemark

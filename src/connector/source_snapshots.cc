// SPDX-License-Identifier: Apache-2.0
// What the stream does for snapshots and signals between two events, which is between two transactions where rows are
// emitted that no event holds: windows without marks, blocking snapshots, a move to another place.
#include <utility>

#include "base/log.h"
#include "connector/source.h"

namespace tidemark {

bool Source::between_transactions() const {
  return placed_ && !cursor_.in_transaction() && !cursor_.replaying() && !xa_.open() &&
         !parts_.incremental.jump_pending();
}

Status Source::advance_windows() {
  if (relink_) return {};  // the cursor speaks of another place than the link
  if (parts_.incremental.seen_asked() && placed_ && located_ && !cursor_.owes())
    parts_.incremental.answer_seen(TRY(seen()));
  if (!parts_.incremental.awaits_place() || !between_transactions()) return {};
  return parts_.incremental.reached(here(), place_info());
}

// Of sources that do not count another server may lack what this one's predecessor had: of theirs only the last one
// is waited for, and commits come in the order of the log.
Result<Seen> Source::seen() {
  Seen out{.gtids = cursor_.offset().gtids, .here = here(), .server_id = cursor_.file_server_id()};
  if (gtid_sources_.filters()) {
    out.gtids = TRY(gtid_sources_.that_count(out.gtids));
    if (!on_mariadb_ && !gtid_text_.empty()) out.gtids.add(TRY(GtidSet::parse(gtid_text_)));
  }
  if (!cursor_.current_gtid().empty()) out.gtids.add(cursor_.current_gtid());
  return out;
}

SourceInfo Source::place_info() const {
  return {.ts_us = 0,
          .snapshot = SnapshotMark::kFalse,
          .server_id = cursor_.offset().server_id,
          .gtid = gtid_text_,
          .file = cursor_.file(),
          .pos = cursor_.event_end(),
          .row = 0,
          .thread = -1,
          .query = {}};
}

Status Source::advance_blocking() {
  if (!between_transactions()) return {};
  TRY(parts_.blocking.prepare(here(), cursor_.offset(), stop_));
  if (parts_.blocking.due(here(), cursor_.offset())) return emit_blocking();
  parts_.incremental.remember(parts_.blocking.take_outcomes());
  return {};
}

// Stored right before and right behind: a restart in between takes up the request at this place.
Status Source::emit_blocking() {
  TRY(send_checkpoint(true));
  publish();
  for (const BlockingTable& table : parts_.blocking.first().tables)
    parts_.incremental.table_emitted({table.database, table.table});
  const auto meanwhile = [this]() -> Status {
    TRY(beat());
    if (parts_.output.batch().empty()) return {};
    return parts_.output.send(std::nullopt);
  };
  TRY(parts_.blocking.emit(point(), meanwhile, stop_));
  parts_.incremental.remember(parts_.blocking.take_outcomes());
  return checkpoint();
}

Status Source::jump() {
  const Offset from = cursor_.offset();
  const Offset to = parts_.incremental.jump(from);
  log::info("stream.moved", {{"from", from.position.text()}, {"to", to.position.text()}});
  cursor_ = StreamCursor(to);
  commit_ts_us_ = 0;
  gtid_text_.clear();
  query_.reset();
  if (meta_) meta_->forget();
  xa_.forget();
  looked_back_.reset();
  parts_.tables.doubt_all();
  parts_.blocking.reconnected();
  TRY(parts_.incremental.reconnected());
  relink_ = true;
  return checkpoint();
}

}  // namespace tidemark

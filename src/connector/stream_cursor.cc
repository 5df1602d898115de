// SPDX-License-Identifier: Apache-2.0
#include "connector/stream_cursor.h"

#include <algorithm>
#include <iterator>

namespace tidemark {
namespace {

// The oldest of the transactions that have to be read again.
const PreparedXa* earliest(const std::vector<PreparedXa>& prepared) {
  const auto found = std::find_if(prepared.begin(), prepared.end(),
                                  [](const PreparedXa& one) { return one.has_rows; });
  return found == prepared.end() ? nullptr : &*found;
}

// Texts of our own making: empty, or one GTID; MariaDB's are in no set.
GtidSet set_of(const std::string& gtid) { return GtidSet::parse(gtid).value_or(GtidSet()); }

template <class List>
auto find_xid(List& list, const std::string& xid) {
  return std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.xid == xid; });
}

}  // namespace

StreamCursor::StreamCursor(Offset start) : offset_(std::move(start)) { reconnect(false); }

Offset StreamCursor::dump_start(bool held) const {
  Offset from = offset_;
  if (look_back_) {
    from.gtid_mode = false;
    from.maria_gtids.reset();
    from.position = look_back_->from;
  } else if (held) {
    for (const PreparedXa& one : offset_.prepared) from.gtids.add(set_of(one.gtid));
  } else if (const PreparedXa* const oldest = earliest(offset_.prepared); oldest != nullptr) {
    if (from.maria_gtids) from.maria_gtids = oldest->before;
    if (!from.by_gtid()) from.position = std::min(oldest->position, from.position);
  }
  return from;
}

void StreamCursor::reconnect(bool held) {
  const Offset from = dump_start(held);
  const PreparedXa* const oldest = held ? nullptr : earliest(offset_.prepared);
  resumed_ = offset_;
  moved_ = false;
  dump_file_.clear();
  gtid_start_ = 0;
  set_floors(from);
  if (floor_) {
    dump_file_ = from.position.file;
  } else if (oldest != nullptr) {
    dump_file_ = oldest->position.file;
  }
  file_ = from.position.file;
  file_created_sec_ = offset_.file_created_sec;
  file_server_id_ = offset_.file_server_id;
  event_start_ = event_end_ = from.position.pos;
  gtid_ = {};
  in_transaction_ = holding_ = false;
  maria_gtid_ = {};
  repeats_ = false;
  events_left_to_skip_ = 0;
  resume_events_ = offset_.events_to_skip;
  resume_rows_ = offset_.rows_to_skip;
}

void StreamCursor::set_floors(const Offset& from) {
  floor_.reset();
  domain_floors_.clear();
  again_ = false;
  replayed_.clear();
  passed_ = from.maria_gtids.value_or(MariaGtidPosition());
  if (look_back_) {
    floor_ = look_back_->until;
  } else if (from.maria_gtids) {
    for (const MariaGtid& done : offset_.maria_gtids->gtids())
      if (passed_.last(done.domain) != done) domain_floors_.emplace(done.domain, done);
  } else if (!from.gtid_mode && from.position < offset_.position) {
    floor_ = offset_.position;
  }
}

std::uint64_t StreamCursor::take_rows_to_skip() { return std::exchange(resume_rows_, 0); }

void StreamCursor::rotated(std::string_view file, std::uint64_t pos) {
  if (file_ != file) file_created_sec_ = file_server_id_ = 0;
  file_ = file;
  event_start_ = event_end_ = pos;
  if (floor_ && Position{file_, pos} >= *floor_) end_replay();
  if (catching_up() || holding_) return;
  // Inside a transaction that is being received again nothing moves: its start stays the resume point.
  if (!in_transaction_ && resume_events_ == 0 && resume_rows_ == 0) move_to(pos);
}

bool StreamCursor::file_described(const EventHeader& header) {
  file_created_sec_ = header.timestamp;
  file_server_id_ = header.server_id;
  // A link that starts before the resume point comes to that one's file later.
  const bool earlier = resumed_ && !dump_file_.empty() &&
                       compare_files(file_, resumed_->position.file) < 0 &&
                       compare_files(file_, dump_file_) >= 0;
  if (earlier) return resumed_->by_gtid() || file_server_id_ == resumed_->file_server_id;
  const bool here = offset_.position.file == file_;
  const std::optional<Offset> from = std::exchange(resumed_, std::nullopt);
  if (from && from->file_created_sec != 0) {
    const auto order = compare_files(file_, from->position.file);
    const bool other = order < 0 || (order == 0 && file_created_sec_ != from->file_created_sec);
    // By GTIDs a resume point holds on another server too, whose files are none of ours.
    const bool other_server = file_server_id_ != from->file_server_id;
    if (other && (!from->by_gtid() || !other_server)) return false;
    if (other_server && (resume_events_ > 0 || resume_rows_ > 0)) {
      repeats_ = repeat_due_ = true;
      resume_events_ = resume_rows_ = 0;
    }
  }
  if (here) {
    offset_.file_created_sec = file_created_sec_;
    offset_.file_server_id = file_server_id_;
  }
  return true;
}

void StreamCursor::move_to(std::uint64_t pos) {
  offset_.position = {file_, pos};
  moved_ = true;
  offset_.file_created_sec = file_created_sec_;
  offset_.file_server_id = file_server_id_;
}

void StreamCursor::begin_event(const EventHeader& header) {
  // The time of a format description is the file's creation, not now.
  if (header.timestamp != 0 && header.type != EventType::kFormatDescription && !replaying())
    offset_.ts_sec = header.timestamp;
  offset_.server_id = header.server_id;
  if (header.end_log_pos == 0) {  // artificial, or inside a payload
    // MariaDB 11.8 does not number the events of a transaction before its end: they follow one another.
    if (!in_transaction_ || maria_gtid_.empty() || header.artificial()) return;
    event_start_ = event_end_;
    event_end_ += header.size;
    return;
  }
  // end_log_pos has 32 bits and wraps in files beyond 4 GiB.
  std::uint64_t end = (event_end_ & ~std::uint64_t{0xFFFFFFFF}) | header.end_log_pos;
  if (end < event_end_) end += std::uint64_t{1} << 32U;
  event_end_ = end;
  event_start_ = end - header.size;
  if (floor_ && Position{file_, event_start_} >= *floor_) end_replay();
}

void StreamCursor::end_replay() {
  floor_.reset();
  look_back_.reset();
  again_ = false;
  // Found by looking back, so older than all that are known. Should the verdict not be done before a restart,
  // the server must send them again.
  for (const PreparedXa& one : replayed_) offset_.gtids.subtract(set_of(one.gtid));
  offset_.prepared.insert(offset_.prepared.begin(), std::make_move_iterator(replayed_.begin()),
                          std::make_move_iterator(replayed_.end()));
  replayed_.clear();
}

void StreamCursor::gtid(const Gtid& gtid) {
  gtid_ = gtid;
  gtid_start_ = event_start_;
}

void StreamCursor::gtid(const MariaGtid& gtid) {
  if (catching_up() && !maria_gtid_.empty()) passed_.advance(maria_gtid_);
  maria_gtid_ = gtid;
  gtid_start_ = event_start_;
  if (floor_ || (domain_floors_.empty() && !again_)) return;
  const auto floor = domain_floors_.find(gtid.domain);
  if (floor == domain_floors_.end()) {
    again_ = false;
    if (domain_floors_.empty()) end_replay();
    return;
  }
  again_ = true;
  if (floor->second == gtid) domain_floors_.erase(floor);
}

void StreamCursor::gtid_list(const std::vector<MariaGtid>& gtids) {
  if (!floor_) return;
  passed_ = {};
  maria_gtid_ = {};
  for (const MariaGtid& gtid : gtids) passed_.advance(gtid);
}

void StreamCursor::look_back_from(Position from) {
  look_back_ = {.from = std::move(from),
                .until = {file_, gtid_start_ != 0 ? gtid_start_ : event_start_}};
}

void StreamCursor::begin_transaction(std::uint64_t start) {
  in_transaction_ = true;
  repeat_due_ = false;
  if (resume_events_ > 0 || resume_rows_ > 0) {
    events_left_to_skip_ = std::exchange(resume_events_, 0);
    return event_in_transaction_done();
  }
  move_to(start);
  offset_.events_to_skip = 1;
  offset_.rows_to_skip = 0;
}

void StreamCursor::hold_begun() {
  holding_ = true;
  hold_start_ = event_start_;
}

void StreamCursor::verdict_begun(bool one_phase) {
  if (one_phase) return begin_transaction(hold_start_);
  begin_transaction(maria_gtid_.empty() ? event_start_ : gtid_start_);
}

void StreamCursor::hold_ended(std::string xid, bool has_rows) {
  holding_ = false;
  const Gtid gtid = std::exchange(gtid_, {});
  const MariaGtid maria = replaying() ? maria_gtid_ : std::exchange(maria_gtid_, {});
  note_prepared({.xid = std::move(xid),
                 .gtid = !gtid.empty()    ? gtid.text()
                         : !maria.empty() ? maria.text()
                                          : std::string(),
                 .position = {file_, hold_start_},
                 .has_rows = has_rows});
  if (replaying() || resume_events_ > 0 || resume_rows_ > 0) return;
  if (!has_rows && !gtid.empty()) offset_.gtids.add(gtid);
  if (!maria.empty() && offset_.maria_gtids) offset_.maria_gtids->advance(maria);
  gtid_start_ = 0;
  move_to(event_end_);
  offset_.events_to_skip = 0;
  offset_.rows_to_skip = 0;
}

void StreamCursor::note_prepared(PreparedXa one) {
  const PreparedXa* const known = prepared(one.xid);
  const bool sent_again = known != nullptr && !one.gtid.empty() && known->gtid == one.gtid;
  if (sent_again || (known != nullptr && replaying())) return;
  if (offset_.maria_gtids) one.before = catching_up() ? passed_ : *offset_.maria_gtids;
  std::vector<PreparedXa>& list = prepared_list();
  if (const auto old = find_xid(list, one.xid); old != list.end()) {
    // The server knows one transaction of a name: the old one was lost in a crash and gets no verdict.
    if (!replaying()) offset_.gtids.add(set_of(old->gtid));
    list.erase(old);
  }
  list.push_back(std::move(one));
}

void StreamCursor::decided(const std::string& xid) {
  holding_ = false;
  std::vector<PreparedXa>& list = prepared_list();
  const auto found = find_xid(list, xid);
  if (found == list.end()) return;
  if (!replaying()) offset_.gtids.add(set_of(found->gtid));
  list.erase(found);
}

const PreparedXa* StreamCursor::prepared(const std::string& xid) const {
  const auto found = find_xid(offset_.prepared, xid);
  return found == offset_.prepared.end() ? nullptr : &*found;
}

void StreamCursor::rows_done(std::uint64_t rows) { offset_.rows_to_skip = rows; }

void StreamCursor::event_in_transaction_done() {
  if (events_left_to_skip_ > 0) {
    --events_left_to_skip_;
    return;
  }
  ++offset_.events_to_skip;
  offset_.rows_to_skip = 0;
}

void StreamCursor::transaction_ended() {
  in_transaction_ = false;
  events_left_to_skip_ = 0;
  resume_rows_ = 0;
  event_outside_done();
}

void StreamCursor::event_outside_done() {
  // What a new link sends before the interrupted transaction does not move the resume point.
  if (resume_events_ > 0 || resume_rows_ > 0) return;
  if (!gtid_.empty()) offset_.gtids.add(gtid_);
  if (!maria_gtid_.empty() && offset_.maria_gtids) offset_.maria_gtids->advance(maria_gtid_);
  gtid_ = {};
  gtid_start_ = 0;
  maria_gtid_ = {};
  move_to(event_end_);
  offset_.events_to_skip = 0;
  offset_.rows_to_skip = 0;
}

std::string StreamCursor::place() const { return file_ + ":" + std::to_string(event_start_); }

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "connector/stream_cursor.h"

#include <utility>

namespace tidemark {

StreamCursor::StreamCursor(Offset start) : offset_(std::move(start)) { reconnect(); }

void StreamCursor::reconnect() {
  resumed_ = offset_;
  file_ = offset_.position.file;
  file_created_sec_ = offset_.file_created_sec;
  file_server_id_ = offset_.file_server_id;
  event_start_ = event_end_ = offset_.position.pos;
  gtid_ = {};
  in_transaction_ = false;
  events_left_to_skip_ = 0;
  resume_events_ = offset_.events_to_skip;
  resume_rows_ = offset_.rows_to_skip;
}

std::uint64_t StreamCursor::take_rows_to_skip() { return std::exchange(resume_rows_, 0); }

void StreamCursor::rotated(std::string_view file, std::uint64_t pos) {
  if (file_ != file) file_created_sec_ = file_server_id_ = 0;
  file_ = file;
  event_start_ = event_end_ = pos;
  // Inside a transaction that is being received again nothing moves: its start stays the resume point.
  if (!in_transaction_ && resume_events_ == 0 && resume_rows_ == 0) move_to(pos);
}

bool StreamCursor::file_described(const EventHeader& header) {
  file_created_sec_ = header.timestamp;
  file_server_id_ = header.server_id;
  const bool here = offset_.position.file == file_;
  const std::optional<Offset> from = std::exchange(resumed_, std::nullopt);
  if (from && from->file_created_sec != 0) {
    const auto order = compare_files(file_, from->position.file);
    const bool other = order < 0 || (order == 0 && file_created_sec_ != from->file_created_sec);
    // By GTIDs a resume point holds on another server too, whose files are none of ours.
    if (other && (!from->gtid_mode || file_server_id_ == from->file_server_id)) return false;
  }
  if (here) {
    offset_.file_created_sec = file_created_sec_;
    offset_.file_server_id = file_server_id_;
  }
  return true;
}

void StreamCursor::move_to(std::uint64_t pos) {
  offset_.position = {file_, pos};
  offset_.file_created_sec = file_created_sec_;
  offset_.file_server_id = file_server_id_;
}

void StreamCursor::begin_event(const EventHeader& header) {
  // The time of a format description is the file's creation, not now.
  if (header.timestamp != 0 && header.type != EventType::kFormatDescription)
    offset_.ts_sec = header.timestamp;
  offset_.server_id = header.server_id;
  if (header.end_log_pos == 0) return;  // artificial, or inside a payload
  // end_log_pos has 32 bits and wraps in files beyond 4 GiB.
  std::uint64_t end = (event_end_ & ~std::uint64_t{0xFFFFFFFF}) | header.end_log_pos;
  if (end < event_end_) end += std::uint64_t{1} << 32U;
  event_end_ = end;
  event_start_ = end - header.size;
}

void StreamCursor::gtid(const Gtid& gtid) { gtid_ = gtid; }

void StreamCursor::transaction_begun() {
  in_transaction_ = true;
  if (resume_events_ > 0 || resume_rows_ > 0) {
    events_left_to_skip_ = std::exchange(resume_events_, 0);
    return event_in_transaction_done();
  }
  move_to(event_start_);
  offset_.events_to_skip = 1;
  offset_.rows_to_skip = 0;
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
  gtid_ = {};
  move_to(event_end_);
  offset_.events_to_skip = 0;
  offset_.rows_to_skip = 0;
}

std::string StreamCursor::place() const { return file_ + ":" + std::to_string(event_start_); }

}  // namespace tidemark

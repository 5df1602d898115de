// SPDX-License-Identifier: Apache-2.0
#include "snapshot/window.h"

#include <algorithm>

#include "base/assert.h"
#include "base/log.h"

namespace tidemark {

std::string_view to_string(VoidReason reason) {
  switch (reason) {
    case VoidReason::kTruncated:
      return "truncated";
    case VoidReason::kLayoutChanged:
      return "layout_changed";
    case VoidReason::kPartialImage:
      return "partial_image";
    case VoidReason::kStopped:
      return "stopped";
    case VoidReason::kMarkDeleted:
      return "mark_deleted";
    case VoidReason::kMarkLost:
      return "mark_lost";
    case VoidReason::kServerChanged:
      return "server_changed";
    case VoidReason::kReadFailed:
      return "read_failed";
    case VoidReason::kEarlierVoid:
      return "earlier_void";
    case VoidReason::kTooManyKeys:
      return "too_many_keys";
    case VoidReason::kOvertaken:
      return "overtaken";
    case VoidReason::kPerhapsTouched:
      return "perhaps_touched";
  }
  return "unknown";
}

// -- one window --

void Window::reset(WindowSpec spec, SteadyTime now, std::size_t noted_max) {
  spec_ = std::move(spec);
  state_ = State::kIdle;
  has_rows_ = false;
  close_confirmed_ = false;
  overflowed_ = false;
  perhaps_touched_ = false;
  read_again_ = false;
  gaps_seen_ = false;
  gaps_.clear();
  noted_max_ = noted_max;
  registered_at_ = now;
  noted_.clear();
  rows_ = ChunkRows();
  dropped_.clear();
  rows_dropped_ = 0;
}

void Window::note(std::string_view identity, bool gaps) {
  const bool matched = has_rows_ && drop_matches(identity);
  if (gaps) [[unlikely]] {
    gaps_seen_ = true;
    read_again_ |= matched;
    if (!has_rows_ && gaps_.size() < noted_max_) gaps_.insert(identity);
  }
  if (has_rows_ && (matched || !spec_.keep_unmatched)) return;
  if (noted_.size() >= noted_max_) {
    overflowed_ = true;  // nothing more is noted: the window can only become void
    return;
  }
  noted_.insert(identity);
}

// Rows arrive after keys were noted (the stream was faster) or before LW was met (the stream lags): the
// noted keys are applied at once, and later ones one by one.
void Window::take(ChunkRows rows) {
  rows_ = std::move(rows);
  has_rows_ = true;
  dropped_.assign(rows_.rows.size(), 0);
  index_rows();
  for (std::size_t i = 0; i < noted_.size(); ++i) drop_matches(noted_.at(i));
  for (std::size_t i = 0; i < gaps_.size(); ++i) read_again_ |= drop_matches(gaps_.at(i));
  if (!spec_.keep_unmatched) noted_.clear();
}

void Window::index_rows() {
  std::size_t size = 16;
  while (size < rows_.rows.size() * 2) size *= 2;
  index_.assign(size, IndexSlot{});
  for (std::size_t row = 0; row < rows_.rows.size(); ++row) {
    const std::uint64_t hashed = IdentitySet::hash(rows_.text(rows_.rows[row].identity));
    std::size_t slot = hashed & (size - 1);
    while (index_[slot].row != 0) slot = (slot + 1) & (size - 1);
    index_[slot] = {hashed, static_cast<std::uint32_t>(row + 1)};
  }
}

bool Window::drop_matches(std::string_view identity) {
  const std::uint64_t hashed = IdentitySet::hash(identity);
  const std::size_t mask = index_.size() - 1;
  bool matched = false;
  const bool content = spec_.by_content && identity.starts_with('C');
  for (std::size_t slot = hashed & mask; index_[slot].row != 0; slot = (slot + 1) & mask) {
    if (index_[slot].hash != hashed) continue;
    const std::size_t row = index_[slot].row - 1;
    if (rows_.text(rows_.rows[row].identity) != identity) continue;
    matched = true;
    perhaps_touched_ = perhaps_touched_ || content;
    rows_dropped_ += dropped_[row] == 0 ? 1 : 0;
    dropped_[row] = 1;
  }
  return matched;
}

std::vector<std::string_view> Window::unmatched() const {
  std::vector<std::string_view> out;
  if (!has_rows_ || !spec_.keep_unmatched) return out;
  const std::size_t mask = index_.size() - 1;
  for (std::size_t i = 0; i < noted_.size(); ++i) {
    const std::string_view identity = noted_.at(i);
    const std::uint64_t hashed = IdentitySet::hash(identity);
    bool matched = false;
    for (std::size_t slot = hashed & mask; index_[slot].row != 0 && !matched;
         slot = (slot + 1) & mask) {
      matched = index_[slot].hash == hashed &&
                rows_.text(rows_.rows[index_[slot].row - 1].identity) == identity;
    }
    if (!matched) out.push_back(identity);
  }
  return out;
}

void Window::drop_weight(std::string_view weight) {
  for (std::size_t row = 0; row < rows_.rows.size(); ++row) {
    if (dropped_[row] != 0 || rows_.text(rows_.rows[row].weight) != weight) continue;
    dropped_[row] = 1;
    ++rows_dropped_;
    read_again_ |= gaps_seen_;
  }
}

// -- all windows --

WindowSet::WindowSet(Options options) : options_(options) {}
WindowSet::~WindowSet() = default;

MarkResult WindowSet::add(WindowSpec spec, SteadyTime now) {
  ASSERT(find(spec.id) == nullptr, "window id used twice: " + spec.id);
  const auto known = version_min_.find(spec.table);
  if (known != version_min_.end() && spec.table_version < known->second) {
    void_reason_ = VoidReason::kLayoutChanged;
    return MarkResult::kVoided;
  }
  std::unique_ptr<Window> window;
  if (spare_.empty()) {
    window = std::make_unique<Window>();
  } else {
    window = std::move(spare_.back());
    spare_.pop_back();
  }
  window->reset(std::move(spec), now, options_.noted_keys_max);
  if (options_.watermarking == Watermarking::kReadOnly) window->state_ = Window::State::kOpen;
  live_.push_back(std::move(window));
  return MarkResult::kNoted;
}

MarkResult WindowSet::hand_over(ChunkRows rows) {
  Window* const window = find(rows.window);
  if (window == nullptr) return MarkResult::kIgnored;
  ASSERT(!window->has_rows_, "rows handed over twice: " + rows.window);
  if (rows.table == nullptr || rows.table->version != window->spec_.table_version) {
    return make_void(*window, VoidReason::kLayoutChanged);
  }
  if (window->overflowed_) return make_void(*window, VoidReason::kTooManyKeys);
  window->take(std::move(rows));
  if (options_.fault == WindowFault::kCloseEarly && window->state_ == Window::State::kOpen) {
    return MarkResult::kReady;
  }
  return MarkResult::kNoted;
}

MarkResult WindowSet::confirm_close(std::string_view id, std::uint64_t rows_deleted) {
  Window* const window = find(id);
  if (window == nullptr) return MarkResult::kIgnored;
  if (rows_deleted != 1) return make_void(*window, VoidReason::kMarkDeleted);
  window->close_confirmed_ = true;
  return window->state_ == Window::State::kClosed ? close(*window) : MarkResult::kNoted;
}

MarkResult WindowSet::low_mark(std::string_view id) {
  Window* const window = find(id);
  if (window == nullptr || window->state_ != Window::State::kIdle) {
    log::debug("snapshot.mark_ignored", {{"mark", "open"}, {"window", id}});
    return MarkResult::kIgnored;
  }
  window->state_ = Window::State::kOpen;
  if (options_.fault == WindowFault::kCloseEarly && window->has_rows_) return MarkResult::kReady;
  return MarkResult::kNoted;
}

MarkResult WindowSet::high_mark(std::string_view id) {
  Window* const window = find(id);
  if (window == nullptr || options_.watermarking == Watermarking::kInsertDelete) {
    log::debug("snapshot.mark_ignored", {{"mark", "close"}, {"window", id}});
    return MarkResult::kIgnored;
  }
  window->close_confirmed_ =
      true;  // a close row of this id is the reader's: nobody else knows the id
  return close(*window);
}

MarkResult WindowSet::mark_deleted(std::string_view id) {
  Window* const window = find(id);
  if (window == nullptr) {
    log::debug("snapshot.mark_ignored", {{"mark", "delete"}, {"window", id}});
    return MarkResult::kIgnored;
  }
  // With insert_delete a delete that comes before the rows is a stranger's. After that it may still be
  // one, committed before the SELECT ran and only now met: close() waits for the reader's word.
  if (options_.watermarking == Watermarking::kInsertInsert || !window->has_rows_) {
    return make_void(*window, VoidReason::kMarkDeleted);
  }
  return close(*window);
}

std::vector<WindowId> WindowSet::reached(const Position& here) const {
  std::vector<WindowId> ids;
  for (const auto& window : live_) {
    const Position& place = window->rows_.close_at;
    if (window->has_rows_ && !place.empty() && place <= here) ids.push_back(window->spec_.id);
  }
  return ids;
}

MarkResult WindowSet::close(Window& window) {
  if (window.overflowed_) return make_void(window, VoidReason::kTooManyKeys);
  if (window.perhaps_touched_) return make_void(window, VoidReason::kPerhapsTouched);
  if (window.state_ == Window::State::kIdle || !window.has_rows_) {
    return make_void(window, VoidReason::kMarkLost);
  }
  if (window.read_again_) return make_void(window, VoidReason::kPartialImage);
  window.state_ = Window::State::kClosed;
  return window.close_confirmed_ ? MarkResult::kReady : MarkResult::kNoted;
}

MarkResult WindowSet::make_void(Window& window, VoidReason reason) {
  log::info("snapshot.window_void", {{"table", window.spec_.table.text()},
                                     {"stripe", window.spec_.stripe},
                                     {"window", window.spec_.id},
                                     {"reason", to_string(reason)}});
  void_reason_ = reason;
  remove(window);
  return MarkResult::kVoided;
}

void WindowSet::remove(Window& window) {
  const auto at =
      std::ranges::find_if(live_, [&](const auto& held) { return held.get() == &window; });
  ASSERT(at != live_.end());
  (*at)->rows_ = ChunkRows();  // its memory is worth more elsewhere
  spare_.push_back(std::move(*at));
  live_.erase(at);
  open_.clear();
}

std::span<Window* const> WindowSet::open_windows(const TableId& table) {
  open_.clear();
  for (const auto& window : live_) {
    if (window->state_ != Window::State::kIdle && window->spec_.table == table) {
      open_.push_back(window.get());
    }
  }
  return open_;
}

void WindowSet::note(const TableId& table, std::string_view identity, bool gaps) {
  for (Window* const window : open_windows(table)) window->note(identity, gaps);
}

void WindowSet::note_hidden(const TableId& table) {
  for (Window* const window : open_windows(table)) window->note_hidden();
}

std::vector<WindowId> WindowSet::void_table(const TableId& table, VoidReason reason,
                                            std::uint64_t version_min) {
  if (version_min != 0) {
    std::uint64_t& known = version_min_[table];
    known = std::max(known, version_min);
  }
  std::vector<WindowId> ids;
  for (const auto& window : live_) {
    if (window->spec_.table == table) ids.push_back(window->spec_.id);
  }
  for (const WindowId& id : ids) make_void(*find(id), reason);
  return ids;
}

std::vector<WindowId> WindowSet::void_all(VoidReason reason) {
  std::vector<WindowId> ids;
  for (const auto& window : live_) ids.push_back(window->spec_.id);
  for (const WindowId& id : ids) make_void(*find(id), reason);
  return ids;
}

void WindowSet::discard(std::string_view id, VoidReason reason) {
  if (Window* const window = find(id)) make_void(*window, reason);
}

Window* WindowSet::find(std::string_view id) {
  return const_cast<Window*>(std::as_const(*this).find(id));
}

const Window* WindowSet::find(std::string_view id) const {
  for (const auto& window : live_) {
    if (window->spec_.id == id) return window.get();
  }
  return nullptr;
}

std::size_t WindowSet::buffered_rows() const {
  std::size_t rows = 0;
  for (const auto& window : live_) rows += window->rows_.rows.size();
  return rows;
}

std::size_t WindowSet::buffered_bytes() const {
  std::size_t bytes = 0;
  for (const auto& window : live_) bytes += window->rows_.bytes();
  return bytes;
}

std::vector<const Window*> WindowSet::older_than(SteadyTime before) const {
  std::vector<const Window*> out;
  for (const auto& window : live_) {
    if (window->registered_at_ < before) out.push_back(window.get());
  }
  return out;
}

}  // namespace tidemark

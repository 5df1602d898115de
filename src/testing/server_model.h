// SPDX-License-Identifier: Apache-2.0
// For tests: the database that the snapshot model reads: a table, a log, and who sees what of it.
//
// Where nothing is written to it (read_only) it is modelled more closely: a transaction of several events is logged, and
// sent, before a SELECT sees it, and that before it counts as executed; until a SELECT sees it, its rows are locked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "change/position.h"
#include "snapshot/window_fault.h"

namespace tidemark {

// One source of chance for all of a model, so that a seed is a schedule.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  std::size_t pick(std::size_t from, std::size_t to) {
    return std::uniform_int_distribution<std::size_t>(from, to)(random_);
  }
  bool chance(std::size_t one_in) { return pick(1, one_in) == 1; }
  std::int64_t key() { return static_cast<std::int64_t>(pick(0, 79)) - 20; }

 private:
  std::mt19937_64 random_;
};

struct LogEvent {
  enum class Kind : std::uint8_t { kInsert, kUpdate, kDelete, kOpen, kClose, kMarkGone, kTruncate };
  Kind kind;
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::uint64_t version = 0;
  std::string window;
};

class ServerModel {
 public:
  using Rows = std::map<std::int64_t, std::uint64_t>;  // key to version

  ServerModel(Dice& dice, bool read_only) : dice_(dice), read_only_(read_only) {}

  // Rows that were there before the log.
  void fill(std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i) table_[dice_.key()] = ++version_;
    visible_ = table_;
  }

  const std::vector<LogEvent>& log() const { return log_; }
  const Rows& table() const { return table_; }  // of what is logged
  const Rows& selected() const { return read_only_ ? visible_ : table_; }  // what a SELECT sees

  // -- what others do --

  void write_transaction() {
    const std::size_t events = read_only_ ? dice_.pick(1, 4) : 1;
    for (std::size_t i = 0; i < events; ++i) write();
    end_transaction();
  }

  // One step of the transactions that are logged: the next becomes visible, or counts as executed.
  void commit() {
    if (executed_ < seen_by_select_ && dice_.chance(2)) {
      ++executed_;
    } else if (seen_by_select_ < ends_.size()) {
      for (std::size_t i = begin_of(seen_by_select_); i < ends_[seen_by_select_]; ++i) {
        const LogEvent& event = log_[i];
        if (event.kind == LogEvent::Kind::kTruncate) {
          visible_.clear();
          continue;
        }
        if (event.kind != LogEvent::Kind::kInsert) visible_.erase(event.before);
        if (event.kind != LogEvent::Kind::kDelete) visible_[event.after] = event.version;
      }
      ++seen_by_select_;
    } else if (executed_ < seen_by_select_) {
      ++executed_;
    }
  }
  // It waits for those who use the table.
  void truncate() {
    commit_all();
    table_.clear();
    log_.push_back({LogEvent::Kind::kTruncate, 0, 0, ++version_, ""});
    end_transaction();
    commit_all();
  }
  // Somebody cleans the signal table up.
  void delete_marks() {
    for (const std::string& mark : marks_)
      log_.push_back({LogEvent::Kind::kMarkGone, 0, 0, 0, mark});
    marks_.clear();
  }

  // -- what readers write --

  void open_window(const std::string& window) {
    marks_.insert(window);
    log_.push_back({LogEvent::Kind::kOpen, 0, 0, 0, window});
  }
  void insert_close(const std::string& window) {
    log_.push_back({LogEvent::Kind::kClose, 0, 0, 0, window});
  }
  // So many rows were there.
  std::uint64_t delete_open(const std::string& window) {
    const std::uint64_t deleted = marks_.erase(window);
    if (deleted != 0) log_.push_back({LogEvent::Kind::kMarkGone, 0, 0, 0, window});
    return deleted;
  }

  // -- what readers of a read-only server ask --

  bool has_executed(std::size_t transactions) const { return executed_ >= transactions; }
  Position log_end(WindowFault fault) const {
    const bool early = fault == WindowFault::kExecutedMark;
    return {"log.1", early ? begin_of(executed_) : log_.size()};
  }
  // Does a stream that has read so many events stand between two transactions, and how many has it begun?
  bool between_transactions(std::size_t events) const {
    return events == 0 || std::ranges::binary_search(ends_, events);
  }
  std::size_t transactions_begun(std::size_t events) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(ends_, events) - ends_.begin()) +
           (events == 0 ? 0 : 1);
  }

 private:
  void commit_all() {
    while (executed_ < ends_.size()) commit();
  }
  void end_transaction() {
    if (read_only_ && (ends_.empty() || ends_.back() != log_.size())) ends_.push_back(log_.size());
  }
  std::size_t begin_of(std::size_t transaction) const {
    return transaction == 0 ? 0 : ends_[transaction - 1];
  }

  // By a transaction that no SELECT sees yet.
  bool locked(std::int64_t key) const {
    if (!read_only_ || seen_by_select_ == ends_.size()) return false;
    for (std::size_t i = begin_of(seen_by_select_); i < ends_.back(); ++i) {
      if (log_[i].before == key || log_[i].after == key) return true;
    }
    return false;
  }

  void write() {
    const std::int64_t key = dice_.key();
    if (locked(key)) return;
    const auto row = table_.find(key);
    if (row == table_.end()) {
      table_[key] = ++version_;
      log_.push_back({LogEvent::Kind::kInsert, key, key, version_, ""});
      return;
    }
    const std::int64_t other = dice_.key();
    if (dice_.chance(3)) {
      table_.erase(row);
      log_.push_back({LogEvent::Kind::kDelete, key, key, ++version_, ""});
      if (dice_.chance(2)) {  // and back again
        table_[key] = ++version_;
        log_.push_back({LogEvent::Kind::kInsert, key, key, version_, ""});
      }
    } else if (dice_.chance(3) && !table_.contains(other) && !locked(other)) {
      table_.erase(row);
      table_[other] = ++version_;
      log_.push_back({LogEvent::Kind::kUpdate, key, other, version_, ""});
    } else {
      row->second = ++version_;
      log_.push_back({LogEvent::Kind::kUpdate, key, key, version_, ""});
    }
  }

  Dice& dice_;
  const bool read_only_;
  Rows table_;
  Rows visible_;  // read-only: to a SELECT
  std::uint64_t version_ = 0;
  std::vector<LogEvent> log_;
  std::vector<std::size_t> ends_;  // read-only: of transactions in the log
  std::size_t seen_by_select_ = 0;  // so many transactions
  std::size_t executed_ = 0;
  std::set<std::string> marks_;  // open rows in the signal table
};

}  // namespace tidemark

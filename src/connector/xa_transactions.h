// SPDX-License-Identifier: Apache-2.0
// XA transactions between PREPARE and verdict. Their rows are in the binlog at PREPARE and are nobody's
// business until XA COMMIT, possibly much later; XA ROLLBACK drops them.
//
// Use:     per transaction begin() -> table_map() and rows() -> prepared(); at its verdict find(), drop()
// Note:    only rows of captured tables are held. Structures are looked at when the rows come out: the
//          prepared transaction's metadata locks keep its tables as they are until then
// Thread:  source thread only
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "change/offset.h"
#include "connector/held_events.h"
#include "mysql/binlog/event.h"
#include "schema/table.h"

namespace tidemark {

class XaTransactions {
 public:
  // Files for large transactions go to `folder`.
  explicit XaTransactions(std::string folder) : folder_(std::move(folder)) {}

  void begin(std::string xid);
  bool open() const { return open_ != nullptr; }
  // A TABLE_MAP of the open transaction; its rows are held if `wanted`.
  Status table_map(const Event& event, std::uint64_t table_id, bool wanted);
  Status rows(const Event& event, std::uint64_t table_id);
  // A ROWS_QUERY of it.
  Status statement(const Event& event);
  // The open transaction is prepared: it waits for its verdict under this id.
  struct Prepared {
    std::string xid;
    bool has_rows = false;
  };
  Prepared prepared();
  // The link was lost: the open one comes again.
  void abandon_open() { open_.reset(); }

  // The stream goes on elsewhere: what is held counts for nothing there.
  void forget() {
    open_.reset();
    waiting_.clear();
  }

  // Null where nothing is held under this id.
  const HeldEvents* find(const std::string& xid) const;
  void drop(const std::string& xid) { waiting_.erase(xid); }
  // Everything that the offset names with rows is held.
  bool holds_all(const std::vector<PreparedXa>& named) const;

 private:
  struct Open {
    std::string xid;
    std::unique_ptr<HeldEvents> events;
    std::unordered_set<std::uint64_t> wanted = {};  // table ids
    bool has_rows = false;
  };

  const std::string folder_;
  HeldBudget budget_;
  std::unique_ptr<Open> open_;
  std::map<std::string, std::unique_ptr<HeldEvents>> waiting_;
};

}  // namespace tidemark

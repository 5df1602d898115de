// SPDX-License-Identifier: Apache-2.0
#include "connector/xa_transactions.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace tidemark {

void XaTransactions::begin(std::string xid) {
  open_ = std::make_unique<Open>(
      Open{.xid = std::move(xid), .events = std::make_unique<HeldEvents>(folder_, budget_)});
}

Status XaTransactions::table_map(const Event& event, std::uint64_t table_id, bool wanted) {
  ASSERT(open_ != nullptr, "no XA transaction is open");
  if (!wanted) {
    open_->wanted.erase(table_id);
    return {};
  }
  open_->wanted.insert(table_id);
  return open_->events->append(event);
}

Status XaTransactions::rows(const Event& event, std::uint64_t table_id) {
  ASSERT(open_ != nullptr, "no XA transaction is open");
  if (!open_->wanted.contains(table_id)) return {};
  open_->has_rows = true;
  return open_->events->append(event);
}

Status XaTransactions::statement(const Event& event) {
  ASSERT(open_ != nullptr, "no XA transaction is open");
  return open_->events->append(event);
}

XaTransactions::Prepared XaTransactions::prepared() {
  ASSERT(open_ != nullptr, "no XA transaction is open");
  Prepared out{.xid = open_->xid, .has_rows = open_->has_rows};
  waiting_.insert_or_assign(out.xid, std::move(open_->events));
  open_.reset();
  return out;
}

const HeldEvents* XaTransactions::find(const std::string& xid) const {
  const auto found = waiting_.find(xid);
  return found == waiting_.end() ? nullptr : found->second.get();
}

bool XaTransactions::holds_all(const std::vector<PreparedXa>& named) const {
  return std::all_of(named.begin(), named.end(), [&](const PreparedXa& one) {
    return !one.has_rows || find(one.xid) != nullptr;
  });
}

}  // namespace tidemark

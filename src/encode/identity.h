// SPDX-License-Identifier: Apache-2.0
// Is a row's record key another one after an update? Compared as stored, not as written.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "change/value.h"
#include "schema/table.h"

namespace tidemark {

class IdentityPlan {
 public:
  // `key` are the indexes of the key's columns; none: no key.
  IdentityPlan(const TableDef& table, std::span<const std::uint32_t> key);

  // Do the key cells differ? False without a key.
  bool differs(RowView a, RowView b) const;

 private:
  struct Part {
    std::uint32_t column;
    ColumnKind kind;
  };
  std::vector<Part> parts_;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// A row's identity: canonical bytes of its key cells. Within one table version two rows have the
// same bytes if and only if their stored keys are the same, whichever producer read them.
//   8 bytes per number, clock or date (dates: 8 more for the fraction); texts as u32 length and
//   bytes
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "change/value.h"
#include "schema/table.h"

namespace tidemark {

class IdentityPlan {
 public:
  explicit IdentityPlan(const TableDef& table);

  // Appends; nothing for a table without key.
  void append(RowView row, std::string& out) const;
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

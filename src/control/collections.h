// SPDX-License-Identifier: Apache-2.0
// Which tables a signal means.
// An expression is Java's, matched against the whole of db.table, in the case it is written in unless
// `letter_case` says otherwise; conditions match without regard to case. An expression that matches nothing may also be a table's
// literal name, its parts quoted with `"` or backticks or not.
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/regex.h"
#include "base/result.h"
#include "control/signal.h"
#include "schema/table.h"

namespace tidemark {

struct SelectedTable {
  TableId id;
  std::string condition;  // of the first condition that matches; empty: all rows
  bool operator==(const SelectedTable&) const = default;
};

struct UnmatchedPattern {
  std::string pattern;
  std::string reason;  // "matches no captured table; did you mean shop.orders?"
  bool operator==(const UnmatchedPattern&) const = default;
};

struct Resolution {
  std::vector<SelectedTable> tables;  // by expression, then by name; each once
  std::vector<UnmatchedPattern> unmatched;
  bool operator==(const Resolution&) const = default;
};

struct KnownTables {
  std::span<const TableId> captured;
  std::span<const TableId>
      not_captured;  // on the server, outside of the include lists; may be empty
};

// Errors: kRejected for an expression that does not compile and for a condition that matches no
// selected table; tables that do not match are in the resolution, not an error.
Result<Resolution> resolve_collections(std::span<const std::string> patterns,
                                       std::span<const AdditionalCondition> conditions,
                                       const KnownTables& known,
                                       RegexCase letter_case = RegexCase::kSensitive);

// "a: reason; b: reason"
std::string text_of(std::span<const UnmatchedPattern> unmatched);

}  // namespace tidemark

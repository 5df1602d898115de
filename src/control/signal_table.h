// SPDX-License-Identifier: Apache-2.0
// Is the signal table fit for its purpose? A check of what is known about it; each finding names the
// statement that mends it.
// Source: Debezium 3.6 CommonConnectorConfig.parseSignallingMessage (columns by position),
//         DeleteWindowCloser (column `id` by name); grants as MySQL 9.7 prints them
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/watermark.h"
#include "schema/table.h"

namespace tidemark {

struct Finding {
  enum class Severity : std::uint8_t { kError, kWarning };
  Severity severity = Severity::kError;
  std::string text;
  std::string remedy;  // SQL, or a property to change
};

struct SignalTableFacts {
  TableId configured;  // signal.data.collection
  const TableDef* table = nullptr;  // under exactly that name; nullptr: there is none
  std::optional<TableId> other_case;  // a table whose name differs in case only
  WatermarkStrategy strategy = WatermarkStrategy::kInsertInsert;
  bool watermarks = true;  // false: signals are read here, nothing is written
  std::size_t collection_chars_max = 0;  // longest db.table that may be snapshotted
  std::span<const std::string> grants;  // lines of SHOW GRANTS; empty: not asked
  std::string account;  // CURRENT_USER(), user@host; for the GRANT of a remedy
};

// Errors first.
std::vector<Finding> check_signal_table(const SignalTableFacts& facts);

// The statement that creates it as documented.
std::string signal_table_ddl(const TableId& id);

}  // namespace tidemark

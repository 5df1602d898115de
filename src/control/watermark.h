// SPDX-License-Identifier: Apache-2.0
// The rows that mark a chunk's window in the binlog, and the statements that write them.
// Rows:     id   <uuid>-open | <uuid>-close        type  snapshot-window-open | snapshot-window-close
//           data {"openWindowTimestamp": "..", "closeWindowTimestamp": "..", "correlationId": "..",
//                "dataCollectionId": "db.table"}, closeWindowTimestamp in close rows only
// Strategy: insert_insert closes by a second row, insert_delete by deleting the first
// Source:   Debezium 3.7 SignalMetadata, InsertWindowCloser, DeleteWindowCloser
// Literals do not depend on sql_mode: text with a backslash is written in hex. The session's character
// set must be utf8mb4.
// Pure; any thread once constructed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/watermark_strategy.h"
#include "change/gtid_set.h"
#include "schema/table.h"

namespace tidemark {

std::string_view to_string(WatermarkStrategy strategy);

// Indexes of the three columns of a signal table in its rows, by position among the visible ones.
struct SignalColumns {
  std::uint32_t id = 0;
  std::uint32_t type = 1;
  std::uint32_t data = 2;
  bool operator==(const SignalColumns&) const = default;
};
// Nothing unless there are exactly three visible columns.
std::optional<SignalColumns> signal_columns(const TableDef& table);

// One chunk's window. The id is new at every attempt.
struct WindowRow {
  Uuid window;
  std::string_view signal_id;
  std::string_view collection;  // db.table
  std::int64_t opened_ns = 0;  // wall clock
  std::int64_t closed_ns = 0;  // of a close row
};

class WatermarkWriter {
 public:
  // The table has three visible columns.
  WatermarkWriter(const TableDef& signal_table, WatermarkStrategy strategy);

  // One statement, one transaction under autocommit.
  std::string open(const WindowRow& window) const;
  std::string close(const WindowRow& window) const;
  // Statements that close one window and open the next in one transaction, to be run in order on one
  // connection: one multi-row INSERT, or BEGIN, DELETE, INSERT, COMMIT.
  std::vector<std::string> close_and_open(const WindowRow& closing, const WindowRow& opening) const;
  // A row of any type, such as the probe or a signal of the command line.
  std::string insert_row(std::string_view id, std::string_view type, std::string_view data) const;
  std::string delete_row(std::string_view id) const;

 private:
  std::string values_of_open(const WindowRow& window) const;
  std::string values_of_close(const WindowRow& window) const;

  std::string insert_head_;  // INSERT INTO `db`.`t` (`id`, `type`, `data`) VALUES
  std::string delete_head_;  // DELETE FROM `db`.`t` WHERE `id` =
  WatermarkStrategy strategy_;
};

struct Watermark {
  enum class Kind : std::uint8_t {
    kNone,  // not a watermark, or not ours to read
    kOpen,  // inserted open row
    kClose,  // inserted close row
    kOpenDeleted,  // deleted open row: the close of insert_delete
  };
  Kind kind = Kind::kNone;
  Uuid window;
  bool operator==(const Watermark&) const = default;
};
Watermark parse_inserted(std::string_view id, std::string_view type);
Watermark parse_deleted(std::string_view id, std::string_view type);

// Characters that the longest watermark row's data takes, for a table name and a signal id of at most
// so many characters.
std::size_t watermark_data_chars(WatermarkStrategy strategy, std::size_t collection_chars,
                                 std::size_t signal_id_chars);

}  // namespace tidemark

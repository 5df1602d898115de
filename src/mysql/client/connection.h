// SPDX-License-Identifier: Apache-2.0
// A connection to the server for statements, in a session that inherits nothing which correctness
// rests on: autocommit, REPEATABLE READ, UTC, utf8mb4, a strict sql_mode without surprises, no limits
// on rows or time of a SELECT, patience with a stalled reader.
// Resource with one owner. Thread: one; interrupt() alone may be called from any.
// Errors:  every call: kRetryable when the connection is gone or the server cannot serve now (the
//          connection is to be opened anew), kServer with the GRANT or setting that mends it,
//          kCancelled after interrupt(). Messages name user, host and port, never the password.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "base/result.h"
#include "base/server_settings.h"

namespace tidemark {

class Handle;

enum class ConnectionUse : std::uint8_t {
  kSql,  // short statements: replies are awaited for query_timeout_ms at most
  kLongRead,  // SELECTs of whole tables and waits for locks: the same, but never under 10 minutes
};

// A buffered result. Owns its rows; views live as long as it does. NULL is an empty optional.
class ResultSet {
 public:
  using Cell = std::optional<std::string_view>;
  using Row = std::span<const Cell>;

  struct FreeResult {
    void operator()(void* result) const;
  };

  // result: a MYSQL_RES, or null for a statement without rows.
  explicit ResultSet(void* result);
  ResultSet(ResultSet&&) noexcept = default;
  ResultSet& operator=(ResultSet&&) noexcept = default;

  const std::vector<std::string_view>& columns() const { return columns_; }
  const std::vector<Row>& rows() const { return rows_; }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  // Index of a column by name without regard to ASCII case, or -1.
  int column_index(std::string_view name) const;
  // The cell of that name; empty too where there is no such row or column.
  Cell cell(std::size_t row, std::string_view column) const;

 private:
  std::unique_ptr<void, FreeResult> result_;
  std::vector<std::string_view> columns_;
  std::vector<Cell> cells_;
  std::vector<Row> rows_;
};

// Called for each row: `columns` cells, a null pointer for NULL, with their lengths. Views die with the
// call. An error ends the reading.
using RowCallback =
    FunctionRef<Status(const char* const* row, const unsigned long* lengths, unsigned columns)>;

class Connection {
 public:
  // stop: ends the opening, with kCancelled; afterwards interrupt() is the owner's affair.
  static Result<std::unique_ptr<Connection>> open(const ServerSettings& settings, ConnectionUse use,
                                                  const std::stop_token& stop = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A statement whose result is of no interest.
  Status execute(std::string_view sql);
  // A statement with a small result.
  Result<ResultSet> query(std::string_view sql);
  // A statement with a large result, row by row as it arrives, no allocation per row. When the callback
  // fails, what is left is read and dropped if it is short, and the connection stays usable; if it is
  // long, or the callback failed with kCancelled, the connection is broken off: the next call fails with
  // kRetryable.
  Status stream(std::string_view sql, RowCallback on_row);

  // A literal for any sql_mode and any text: _utf8mb4 X'...'; and X'...' for bytes.
  static std::string quote_text(std::string_view text);
  static std::string quote_bytes(std::string_view bytes);

  // The number of the last error on this connection, 0 after a success.
  unsigned server_error() const;
  // Rows changed by the last statement.
  std::uint64_t affected_rows() const;
  std::uint64_t thread_id() const;
  bool is_mariadb() const;
  // 80034 for 8.0.34.
  unsigned long version() const;
  // The cipher in use, empty in clear.
  std::string cipher() const;
  const ServerSettings& settings() const;

  // From any thread: a blocking call returns kCancelled at once, and so does every later call.
  void interrupt();

 private:
  explicit Connection(std::unique_ptr<Handle> handle);
  Status set_session();
  Status read_rows(void* result, RowCallback on_row);
  void drop_rest(void* result);

  const std::unique_ptr<Handle> handle_;
};

// The statements that make the session ours; for tests.
std::vector<std::string> session_statements(bool is_mariadb, unsigned long version);

}  // namespace tidemark

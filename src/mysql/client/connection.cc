// SPDX-License-Identifier: Apache-2.0
#include "mysql/client/connection.h"

#include <mysql.h>

#include <algorithm>
#include <chrono>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/hex.h"
#include "mysql/client/handle.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongReadTimeoutMin{600'000};
// What a failed callback leaves unread is fetched and dropped up to this size and time; a new connection
// costs less than more of it.
constexpr std::size_t kDrainMax = 16U << 20;
constexpr milliseconds kDrainTimeMax{500};

MYSQL_RES* as_result(void* result) { return static_cast<MYSQL_RES*>(result); }

milliseconds read_timeout(const ServerSettings& settings, ConnectionUse use) {
  const milliseconds configured{settings.query_timeout_ms};
  if (configured.count() == 0 || use == ConnectionUse::kSql) return configured;
  return std::max(configured, kLongReadTimeoutMin);
}

}  // namespace

void ResultSet::FreeResult::operator()(void* result) const { mysql_free_result(as_result(result)); }

ResultSet::ResultSet(void* result) : result_(result) {
  if (result == nullptr) return;
  MYSQL_RES* const rows = as_result(result);
  const unsigned width = mysql_num_fields(rows);
  const MYSQL_FIELD* const fields = mysql_fetch_fields(rows);
  for (unsigned i = 0; i < width; ++i) columns_.emplace_back(fields[i].name, fields[i].name_length);
  const auto height = static_cast<std::size_t>(mysql_num_rows(rows));
  cells_.reserve(height * width);
  rows_.reserve(height);
  while (MYSQL_ROW row = mysql_fetch_row(rows)) {
    const unsigned long* const lengths = mysql_fetch_lengths(rows);
    for (unsigned i = 0; i < width; ++i)
      cells_.push_back(row[i] == nullptr ? Cell() : Cell(std::string_view(row[i], lengths[i])));
    rows_.emplace_back(cells_.data() + rows_.size() * width, width);
  }
}

int ResultSet::column_index(std::string_view name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](auto column) { return same_letters(column, name); });
  return found == columns_.end() ? -1 : static_cast<int>(found - columns_.begin());
}

ResultSet::Cell ResultSet::cell(std::size_t row, std::string_view column) const {
  const int index = column_index(column);
  if (index < 0 || row >= rows_.size()) return std::nullopt;
  return rows_[row][static_cast<std::size_t>(index)];
}

std::vector<std::string> session_statements(bool is_mariadb, unsigned long version) {
  // Strict: a text that does not fit the signal table is an error, never cut. autocommit ends what
  // init_connect may have begun. Whatever date a table holds may bound a chunk of it. Texts are sorted
  // by all of their weights, because a surrogate key may have no index. Values are the session's own,
  // whatever the server's defaults.
  std::string set =
      "SET SESSION autocommit = 1,"
      " sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES',"
      " time_zone = '+00:00', sql_select_limit = DEFAULT, max_join_size = DEFAULT,"
      " sql_big_selects = 1, sql_safe_updates = 0, sql_quote_show_create = 1,"
      " max_sort_length = 4096,"
      " net_write_timeout = 86400, net_read_timeout = 3600, wait_timeout = 2147483,"
      " lock_wait_timeout = 60, innodb_lock_wait_timeout = 60, completion_type = 0";
  if (is_mariadb) {
    set += ", max_statement_time = 0";
  } else {
    set += ", max_execution_time = 0";
    // Estimates as they are now, not as cached up to a day ago.
    if (version >= 80003) set += ", information_schema_stats_expiry = 0";
    if (version >= 80030) set += ", show_gipk_in_create_table_and_information_schema = 1";
  }
  return {"SET NAMES utf8mb4", std::move(set),
          "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE"};
}

Connection::Connection(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const ServerSettings& settings,
                                                     ConnectionUse use,
                                                     const std::stop_token& stop) {
  auto handle = TRY(Handle::connect(settings, read_timeout(settings, use), stop));
  std::unique_ptr<Connection> connection(new Connection(std::move(handle)));
  const std::stop_callback interrupt(stop, [&] { connection->interrupt(); });
  TRY(connection->set_session());
  return connection;
}

Status Connection::set_session() {
  for (const std::string& statement : session_statements(is_mariadb(), version()))
    TRY(handle_->execute(statement));
  for (const std::string& statement : settings().initial_statements)
    TRY_AT(handle_->execute(statement), "database.initial.statements");
  return {};
}

Status Connection::execute(std::string_view sql) { return handle_->execute(sql); }

Result<ResultSet> Connection::query(std::string_view sql) {
  TRY(handle_->send(sql));
  MYSQL_RES* const result = mysql_store_result(handle_->mysql());
  if (result == nullptr && handle_->error_number() != 0)
    return std::unexpected(handle_->last_error(ErrorPhase::kStatement));
  return ResultSet(result);
}

Status Connection::stream(std::string_view sql, RowCallback on_row) {
  TRY(handle_->send(sql));
  MYSQL_RES* const result = mysql_use_result(handle_->mysql());
  if (result == nullptr) {
    if (handle_->error_number() == 0) return {};
    return std::unexpected(handle_->last_error(ErrorPhase::kStatement));
  }
  Status status = read_rows(result, on_row);
  // Who is to stop does not wait for a row that may be long in coming.
  if (!status && status.error().kind() == ErrorKind::kCancelled) handle_->break_off();
  if (!status) drop_rest(result);
  mysql_free_result(result);
  return status;
}

Status Connection::read_rows(void* result, RowCallback on_row) {
  MYSQL_RES* const rows = as_result(result);
  const unsigned width = mysql_num_fields(rows);
  while (MYSQL_ROW row = mysql_fetch_row(rows)) {
    Status status = on_row(row, mysql_fetch_lengths(rows), width);
    if (!status) return status;
  }
  // The library ends the rows of a broken connection like those of a whole one.
  if (handle_->error_number() != 0 || handle_->interrupted())
    return std::unexpected(handle_->last_error(ErrorPhase::kStatement));
  return {};
}

void Connection::drop_rest(void* result) {
  MYSQL_RES* const rows = as_result(result);
  const auto deadline = SystemClock().steady() + kDrainTimeMax;
  const unsigned width = mysql_num_fields(rows);
  std::size_t dropped = 0;
  while (mysql_fetch_row(rows) != nullptr) {
    const unsigned long* const lengths = mysql_fetch_lengths(rows);
    for (unsigned i = 0; i < width; ++i) dropped += lengths[i] + 1;
    if (dropped > kDrainMax || SystemClock().steady() > deadline) {
      handle_->break_off();
      return;
    }
  }
}

std::string Connection::quote_text(std::string_view text) {
  return "_utf8mb4 " + quote_bytes(text);
}
std::string Connection::quote_bytes(std::string_view bytes) {
  return "X'" + upper(to_hex(bytes)) + "'";
}

unsigned Connection::server_error() const { return handle_->error_number(); }
std::uint64_t Connection::affected_rows() const { return mysql_affected_rows(handle_->mysql()); }
std::uint64_t Connection::thread_id() const { return mysql_thread_id(handle_->mysql()); }
bool Connection::is_mariadb() const { return handle_->is_mariadb(); }
unsigned long Connection::version() const { return handle_->version(); }
const ServerSettings& Connection::settings() const { return handle_->settings(); }
void Connection::interrupt() { handle_->interrupt(); }

std::string Connection::cipher() const {
  const char* const name = mysql_get_ssl_cipher(handle_->mysql());
  return name == nullptr ? std::string() : std::string(name);
}

}  // namespace tidemark

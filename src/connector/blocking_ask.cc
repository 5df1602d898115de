// SPDX-License-Identifier: Apache-2.0
// How signals queue blocking snapshots and take them back: BlockingSnapshots' first half.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "connector/blocking.h"
#include "connector/row_reader.h"
#include "connector/table_scan.h"

namespace tidemark {
namespace {

// What Debezium's parser of literal names takes: parts quoted with backticks or `"`, or not at all.
std::string unquoted(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '`' && c != '"') out += c;
  }
  return out;
}

std::string_view without_end(std::string_view statement) {
  constexpr std::string_view kEnds = "; \t\r\n";
  const std::size_t last = statement.find_last_not_of(kEnds);
  return last == std::string_view::npos ? std::string_view() : statement.substr(0, last + 1);
}

}  // namespace

Status BlockingSnapshots::ask(const std::string& signal_id, const std::vector<TableId>& tables,
                              std::span<const AdditionalCondition> conditions) {
  BlockingRequest wanted{.signal_id = signal_id, .tables = {}};
  for (const TableId& id : tables)
    wanted.tables.push_back({.database = id.database, .table = id.table, .statement = {}});
  for (const AdditionalCondition& condition : conditions) {
    const std::string name = unquoted(condition.pattern);
    const auto table =
        std::find_if(wanted.tables.begin(), wanted.tables.end(),
                     [&](const BlockingTable& one) { return id_of(one).text() == name; });
    if (table == wanted.tables.end()) {
      return fail(ErrorKind::kRejected,
                  fmt::format("additional-conditions: \"{}\" is the name of none of the tables to "
                              "read, they would be read unfiltered",
                              condition.pattern),
                  "name one of them as db.table: for a blocking snapshot it is a name, no "
                  "expression");
    }
    if (!table->statement.empty()) {
      return fail(
          ErrorKind::kRejected,
          fmt::format("additional-conditions has two filters for \"{}\"", condition.pattern),
          "give one SELECT for each table");
    }
    table->statement = TRY(checked_statement(id_of(*table), condition.filter));
  }
  std::vector<BlockingRequest> pending = *pending_;
  pending.push_back(std::move(wanted));
  set_pending(std::move(pending));
  return {};
}

// Would the server take the statement, and does it yield every column?
Result<std::string> BlockingSnapshots::checked_statement(const TableId& id,
                                                         std::string_view statement) {
  std::string out(without_end(statement));
  const auto reader = TRY(RowReader::make(parts_.encoding, parts_.tables.find(id)->def));
  const std::string sql = "EXPLAIN " + scan_statement(*reader, out);
  const auto plan = parts_.desk.ask([&](Connection& connection) { return connection.query(sql); });
  if (plan) return out;
  if (plan.error().kind() != ErrorKind::kServer) return std::unexpected(plan.error());
  return std::unexpected(
      Error(plan.error())
          .at("additional-conditions of " + id.text())
          .with_remedy("the filter of a blocking snapshot is a whole SELECT that yields every "
                       "column of the table, by name: SELECT * FROM db.table WHERE .."));
}

std::vector<TableId> BlockingSnapshots::stop(const std::optional<std::vector<TableId>>& tables) {
  std::vector<TableId> stopped;
  std::vector<BlockingRequest> left;
  for (const BlockingRequest& request : *pending_) {
    BlockingRequest kept{.signal_id = request.signal_id, .tables = {}};
    for (const BlockingTable& table : request.tables) {
      const TableId id = id_of(table);
      if (tables && std::find(tables->begin(), tables->end(), id) == tables->end()) {
        kept.tables.push_back(table);
        continue;
      }
      stopped.push_back(id);
      outcomes_.push_back({.signal_id = request.signal_id,
                           .collection = id.text(),
                           .status = "STOPPED",
                           .reason = "stopped by signal",
                           .rows = 0,
                           .at_ms = parts_.clock.wall_ns() / 1'000'000});
    }
    if (!kept.tables.empty()) left.push_back(std::move(kept));
  }
  // What the view was opened for may be among them.
  if (!stopped.empty()) begin_anew(std::move(left));
  return stopped;
}

std::vector<TableId> BlockingSnapshots::tables() const {
  std::vector<TableId> out;
  for (const BlockingRequest& request : *pending_) {
    for (const BlockingTable& table : request.tables) {
      if (std::find(out.begin(), out.end(), id_of(table)) == out.end()) out.push_back(id_of(table));
    }
  }
  return out;
}

}  // namespace tidemark

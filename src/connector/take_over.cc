// SPDX-License-Identifier: Apache-2.0
#include "connector/take_over.h"

#include <fmt/format.h>

#include <charconv>
#include <expected>
#include <optional>
#include <utility>

#include "snapshot/chunk_key.h"

namespace tidemark {
namespace {

using From = JavaCell::Kind;
using To = KeyCell::Kind;
using Order = ChunkKeyColumn::Order;
// The problem, for people.
template <class T>
using OrProblem = std::expected<T, std::string>;

template <class Number>
bool parse_all(const std::string& digits, Number& out) {
  const char* const end = digits.data() + digits.size();
  const auto [stopped, problem] = std::from_chars(digits.data(), end, out);
  return problem == std::errc() && stopped == end;
}

// Nothing where the two do not say the same.
std::optional<KeyCell> key_cell_of(const JavaCell& cell, const ChunkKeyColumn& column) {
  KeyCell out;
  out.kind = column.kind;
  if (column.order != Order::kValue) return std::nullopt;
  if (cell.kind == From::kNull) {
    out.null = true;
    return column.nullable ? std::optional(out) : std::nullopt;
  }
  out.text = cell.text;
  switch (column.kind) {
    case To::kInt:
      out.text.clear();
      return cell.kind == From::kInteger && parse_all(cell.text, out.i64) ? std::optional(out)
                                                                          : std::nullopt;
    case To::kUint:
      out.text.clear();
      return cell.kind == From::kInteger && !column.computed && parse_all(cell.text, out.u64)
                 ? std::optional(out)
                 : std::nullopt;
    case To::kText:
      return cell.kind == From::kText ? std::optional(out) : std::nullopt;
    case To::kBinary:
      return cell.kind == From::kBytes ? std::optional(out) : std::nullopt;
    case To::kDecimal:
      return cell.kind == From::kDecimal || cell.kind == From::kInteger ? std::optional(out)
                                                                        : std::nullopt;
    case To::kDate:
      return cell.kind == From::kDate ? std::optional(out) : std::nullopt;
    case To::kEncoded:
    case To::kDouble:
    case To::kTime:
    case To::kDatetime:
      return std::nullopt;
  }
  return std::nullopt;
}

OrProblem<KeyTuple> tuple_of(const JavaKey& java, const ChunkKey& key) {
  if (java.size() != key.columns.size()) {
    return std::unexpected(
        fmt::format("its key has {} columns, ours has {}", java.size(), key.columns.size()));
  }
  KeyTuple out;
  for (std::size_t i = 0; i < java.size(); ++i) {
    std::optional<KeyCell> cell = key_cell_of(java[i], key.columns[i]);
    if (!cell) {
      return std::unexpected(fmt::format("its key holds a {} for column {}",
                                         java[i].class_name.empty() ? "null" : java[i].class_name,
                                         key.columns[i].quoted));
    }
    out.push_back(*std::move(cell));
  }
  return out;
}

// Where the first table stands; the problem, where it has to be read from its start.
OrProblem<void> place(const DebeziumSnapshot& snapshot, const TablePtr& table,
                      const TakeOverOptions& options, TableSnapshotState& out) {
  if (!snapshot.cursor || !snapshot.maximum) return {};  // nothing was emitted
  if (table == nullptr) return {};  // the director says what becomes of it
  if (!out.surrogate.empty()) return std::unexpected("it is read by a surrogate-key");
  if (options.message_keys) return std::unexpected("message.key.columns is set");
  const Result<ChunkKey> key =
      chunk_key_of(*table, {.operations_skipped = options.operations_skipped});
  if (!key) return {};
  if (!key->unique) return std::unexpected("it has no key that tells its rows apart");
  auto cursor = tuple_of(*snapshot.cursor, *key);
  if (!cursor) return std::unexpected(std::move(cursor).error());
  auto maximum = tuple_of(*snapshot.maximum, *key);
  if (!maximum) return std::unexpected(std::move(maximum).error());
  out.started = true;
  out.minimum = *cursor;
  out.maximum = *maximum;
  out.stripes = {{.cursor = *std::move(cursor), .upper = *std::move(maximum)}};
  return {};
}

}  // namespace

Result<TakenOverSnapshot> take_over(const DebeziumSnapshot& snapshot,
                                    const std::function<TablePtr(const TableId&)>& find,
                                    const TakeOverOptions& options) {
  TakenOverSnapshot out;
  for (const DebeziumSnapshot::Table& from : snapshot.tables) {
    const std::size_t dot = from.collection.find('.');
    if (dot == std::string::npos) {
      return fail(ErrorKind::kRejected,
                  fmt::format("Debezium's offset names {} as a table of its incremental snapshot",
                              from.collection),
                  "let Debezium end that snapshot, or stop it by a stop-snapshot signal, first");
    }
    TableSnapshotState& to = out.state.tables.emplace_back();
    to.database = from.collection.substr(0, dot);
    to.table = from.collection.substr(dot + 1);
    to.condition = from.condition;
    to.surrogate = from.surrogate;
    to.signal_id = from.signal_id;
    if (&from != snapshot.tables.data()) continue;
    if (auto placed = place(snapshot, find({to.database, to.table}), options, to); !placed)
      out.started_over = std::move(placed).error();
  }
  return out;
}

}  // namespace tidemark

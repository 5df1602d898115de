// SPDX-License-Identifier: Apache-2.0
#include "connector/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "connector/row_reader.h"
#include "mysql/binlog/table_from_map.h"

namespace tidemark {
namespace {

// The first field of a TABLE_MAP: 6 bytes, 4 in very old logs.
Result<std::uint64_t> table_id_of_map(const Event& event, const FormatDescription& format) {
  ByteReader reader(event.body);
  const std::uint64_t id =
      format.table_id_size(event.header.type) == 4 ? reader.u32() : reader.u48();
  if (reader.failed()) return corrupt_event(event.header.type, "it ends within the table id");
  return id;
}

// What records show, and what tells rows apart; of the signal table everything.
std::vector<std::uint8_t> columns_to_decode(const CapturedTable& table) {
  if (table.is_signal_table) return {};
  const std::span<const std::uint8_t> needed = table.encoder->needed_columns();
  std::vector<std::uint8_t> out(needed.begin(), needed.end());
  for (const std::uint32_t column : columns_of(table.identity)) out[column] = 1;
  return out;
}

}  // namespace

Tables::Tables(CaptureFilter filter, EncoderContext encoding, std::optional<TableId> signal_table)
    : filter_(std::move(filter)),
      encoding_(std::move(encoding)),
      signal_table_(std::move(signal_table)) {}

Result<std::unique_ptr<CapturedTable>> Tables::capture(TableDef def, bool certain) {
  def.version = next_version_++;
  auto table = std::make_unique<CapturedTable>();
  table->is_signal_table = signal_table_ && *signal_table_ == def.id;
  table->certain = certain;
  table->def = std::make_shared<const TableDef>(std::move(def));
  table->encoder = TRY_AT(TableEncoder::compile(encoding_, table->def), table->def->id.text());
  table->identity = row_identity_of(*table->def);
  table->checked = table->encoder->may_misfit();
  return table;
}

Result<bool> Tables::put(TableDef def, bool certain) {
  CapturedTable* known = find(def.id);
  if (known != nullptr && known->def->same_structure(def)) {
    if (std::exchange(known->certain, certain) != certain) changed();
    return false;
  }
  if (def.system_versioned)
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("{} has system versioning: its log holds rows of the past, too, and they "
                    "cannot be told from present ones yet",
                    def.id.text()),
        "leave the table out (table.exclude.list), or ALTER TABLE ... DROP SYSTEM VERSIONING");
  std::unique_ptr<CapturedTable> table = TRY(capture(std::move(def), certain));
  tell_what_is_odd(*table);
  if (known != nullptr && known->certain) previous_[known->def->id] = known->def;
  // Bindings point to the old object; a table's next rows come after a new TABLE_MAP.
  std::erase_if(bindings_, [&](const auto& entry) { return entry.second.id == table->def->id; });
  captured_[table->def->id] = std::move(table);
  changed();
  return true;
}

// Two tables in one topic are one table to a consumer; a naming strategy with an expression means it.
void Tables::tell_what_is_odd(const CapturedTable& table) const {
  for (const std::string& note : table.encoder->notes()) {
    log::warn("encode.rule_not_applied", {{"table", table.def->id.text()}, {"why", note}});
  }
  if (encoding_.topic_naming.rename) return;
  for (const auto& [id, other] : captured_) {
    if (id == table.def->id || other->encoder->topic()->name != table.encoder->topic()->name)
      continue;
    log::error(
        "topic.shared",
        {{"topic", table.encoder->topic()->name},
         {"table", table.def->id.text()},
         {"other", id.text()},
         {"do",
          "both tables' records go to one topic, where consumers cannot tell them apart: set "
          "topic.naming.strategy=io.debezium.schema.DefaultUnicodeTopicNamingStrategy, "
          "another topic.delimiter, or leave one of them out"}});
  }
}

bool Tables::remove(const TableId& id) {
  std::erase_if(bindings_, [&](const auto& entry) { return entry.second.id == id; });
  const CapturedTable* const known = find(id);
  if (known == nullptr) return false;
  if (known->certain) previous_[id] = known->def;
  captured_.erase(id);
  changed();
  return true;
}

CapturedTable* Tables::find(const TableId& id) {
  const auto found = captured_.find(id);
  return found == captured_.end() ? nullptr : found->second.get();
}

TablePtr Tables::def(const TableId& id) {
  const CapturedTable* const table = find(id);
  return table == nullptr ? nullptr : table->def;
}

void Tables::doubt_all() {
  for (auto& [id, table] : captured_) table->certain = false;
  forget_bindings();
}

std::vector<TablePtr> Tables::all() const {
  std::vector<TablePtr> out;
  out.reserve(captured_.size());
  for (const auto& [id, table] : captured_) out.push_back(table->def);
  return out;
}

std::vector<std::string> Tables::generated_columns() const {
  std::vector<std::string> out;
  for (const auto& [id, table] : captured_) {
    const std::span<const std::uint8_t> needed = table->encoder->needed_columns();
    for (std::size_t i = 0; i < needed.size(); ++i) {
      const ColumnDef& column = table->def->columns[i];
      if (needed[i] != 0 && column.generated)
        out.push_back(fmt::format("{}.{}", id.text(), column.name));
    }
  }
  return out;
}

std::vector<TableId> Tables::ids() const {
  std::vector<TableId> out;
  out.reserve(captured_.size());
  for (const auto& [id, table] : captured_) out.push_back(id);
  return out;
}

std::size_t Tables::count() const {
  return static_cast<std::size_t>(
      std::count_if(captured_.begin(), captured_.end(),
                    [](const auto& entry) { return !entry.second->is_signal_table; }));
}

void Tables::set_revision(std::uint64_t revision) {
  revision_ = std::max(revision_, revision);
  changed();
}

// A structure that is not certain is not stored: after a restart it would pass for one that is.
std::shared_ptr<const SchemaSnapshot> Tables::snapshot() {
  if (snapshot_) return snapshot_;
  auto next = std::make_shared<SchemaSnapshot>();
  next->revision = ++revision_;
  for (const auto& [id, table] : captured_) {
    if (table->certain) next->tables.push_back(table->def);
  }
  snapshot_ = std::move(next);
  return snapshot_;
}

void Tables::confirm(CapturedTable& table) {
  table.certain = true;
  changed();
}

TableBinding* Tables::binding(std::uint64_t table_id) {
  const auto found = bindings_.find(table_id);
  return found == bindings_.end() ? nullptr : &found->second;
}

Result<TableBinding*> Tables::bind(const Event& event, const FormatDescription& format,
                                   std::string* why) {
  const std::uint64_t table_id = TRY(table_id_of_map(event, format));
  const std::string_view body = as_text(event.body);
  TableBinding* known = binding(table_id);
  if (known != nullptr && known->map_bytes == body &&
      (known->captured == nullptr || known->captured->certain)) {
    return known;
  }

  const TableMap map = TRY(parse_table_map(event, format));
  TableBinding made;
  made.map_bytes = body;
  made.id = {map.database, map.table};
  if (ignored_.contains(made.id) || !TRY(filter_.captures(made.id)))
    return &(bindings_[table_id] = std::move(made));

  CapturedTable* const table = find(made.id);
  if (table == nullptr) {
    *why = "its structure is not known";
    return nullptr;
  }
  if (auto agrees = check_against(map, *table->def); !agrees) {
    *why = agrees.error().message();
    return nullptr;
  }
  // Names, members and keys are in the event: nothing is left to be uncertain about.
  if (map.has_names && !table->certain) confirm(*table);
  if (!table->certain) {
    *why =
        "a statement changed it and the event carries no column names that would confirm what was "
        "read since";
    return nullptr;
  }
  made.captured = table;
  made.plan = TRY_AT(RowPlan::compile(map, table->def, columns_to_decode(*table)), made.id.text());
  return &(bindings_[table_id] = std::move(made));
}

Result<TableBinding*> Tables::bind_between(const Event& event, const FormatDescription& format) {
  const TableMap map = TRY(parse_table_map(event, format));
  TableBinding made;
  made.map_bytes = as_text(event.body);
  made.id = {map.database, map.table};
  std::vector<TablePtr> versions;
  if (const auto before = previous_.find(made.id); before != previous_.end())
    versions.push_back(before->second);
  if (const CapturedTable* const now = find(made.id); now != nullptr) versions.push_back(now->def);
  made.between = TRY(capture(TRY(structure_from(map, versions)), true));
  made.captured = made.between.get();
  made.plan = TRY_AT(RowPlan::compile(map, made.captured->def, columns_to_decode(*made.captured)),
                     made.id.text());
  TableBinding& binding = bindings_[TRY(table_id_of_map(event, format))] = std::move(made);
  return &binding;
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// The captured tables as the stream sees them now, and what each table id of the binlog stands for.
//
// A table's structure is *certain* when it is known to be the one its next rows were written with: read
// with the position it belongs to, or confirmed by FULL row metadata, or read again after DDL with no
// further DDL on the table up to the end of the log. Rows are never decoded under an uncertain one.
// Thread: source thread only
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "connector/delivery.h"
#include "encode/table_encoder.h"
#include "mysql/binlog/event.h"
#include "mysql/binlog/row_plan.h"
#include "mysql/binlog/table_map.h"
#include "schema/capture.h"
#include "schema/table.h"
#include "snapshot/row_identity.h"

namespace tidemark {

struct CapturedTable {
  TablePtr def;
  std::unique_ptr<TableEncoder> encoder;
  RowIdentity identity;  // what windows know its rows by
  bool is_signal_table = false;
  bool certain = true;
  bool checked = false;  // rows have to be looked at before they are encoded (Misfits)
};

// What a table id means. Lives until the id is bound anew or the file ends.
struct TableBinding {
  std::string map_bytes;  // the TABLE_MAP body it was made from
  TableId id;
  CapturedTable* captured = nullptr;  // null: rows are not ours
  std::optional<RowPlan> plan;  // present if captured
  // The structure of these rows alone, where it is neither the present nor the one before: then `captured`
  // points here.
  std::unique_ptr<CapturedTable> between;
};

class Tables {
 public:
  Tables(CaptureFilter filter, EncoderContext encoding, std::optional<TableId> signal_table);

  Result<bool> captures(const TableId& id) const { return filter_.captures(id); }
  Result<bool> captures_database(const std::string& database) const {
    return filter_.captures_database(database);
  }
  // No table at all, although the log shows rows of it: a sequence of MariaDB.
  void ignore(const TableId& id) { ignored_.insert(id); }

  // Puts or replaces a structure. A structure that equals the known one only changes `certain`.
  // True: something changed. Errors: kUnsupported where a column's type cannot be captured.
  Result<bool> put(TableDef def, bool certain);
  bool remove(const TableId& id);
  CapturedTable* find(const TableId& id);
  TablePtr def(const TableId& id);  // null where it is not captured
  // The table's structure has become certain.
  void confirm(CapturedTable& table);
  // No table's structure is certain any longer.
  void doubt_all();
  // In the order of names.
  std::vector<TablePtr> all() const;
  std::vector<TableId> ids() const;
  // Columns in records whose values the server computes: db.table.column.
  std::vector<std::string> generated_columns() const;
  // How many there are besides the signal table.
  std::size_t count() const;
  // Changes with every put() and remove() that changed something.
  std::shared_ptr<const SchemaSnapshot> snapshot();
  // Revisions continue after one read back from the store.
  void set_revision(std::uint64_t revision);

  // The binding of a table id, or null.
  TableBinding* binding(std::uint64_t table_id);
  // Binds a TABLE_MAP. Yields null when the structure of a captured table is unknown, uncertain or
  // disagrees: the caller reads it again and calls again. `why` then says what is wrong.
  Result<TableBinding*> bind(const Event& event, const FormatDescription& format, std::string* why);
  // Binds a TABLE_MAP that bind() could not, by what it says itself and the structures that are known: rows
  // of a structure that the table had for a while before it was altered again or dropped.
  // Errors: as structure_from()
  Result<TableBinding*> bind_between(const Event& event, const FormatDescription& format);
  void forget_bindings() { bindings_.clear(); }

 private:
  void changed() { snapshot_.reset(); }
  // An encoder and a key for the structure.
  Result<std::unique_ptr<CapturedTable>> capture(TableDef def, bool certain);
  void tell_what_is_odd(const CapturedTable& table) const;

  CaptureFilter filter_;
  std::set<TableId> ignored_;
  EncoderContext encoding_;
  std::optional<TableId> signal_table_;
  std::map<TableId, std::unique_ptr<CapturedTable>> captured_;
  std::map<TableId, TablePtr> previous_;  // the last certain structure before the present one
  std::unordered_map<std::uint64_t, TableBinding> bindings_;
  std::uint64_t next_version_ = 1;
  std::uint64_t revision_ = 0;
  std::shared_ptr<const SchemaSnapshot> snapshot_;  // null: to be made anew
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// Records of statements that define tables (include.schema.changes), in the topic named like
// `topic.prefix`, partition 0, among the records of rows in the order of the log.
//
// Which statements: those about tables of captured databases, or of captured tables alone
// (store.only.captured.tables.ddl), and those that create, alter or drop a captured database. No others
// ever: accounts, grants, views, routines and the like may hold what is nobody's business.
// The same statements go into the schema history, where there is one, at the place where they stand in the log.
// One record for each table of a statement. The structure in it is what the server has when the statement
// is reached; null for a table that is gone by then.
// Thread: the source thread
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "change/change.h"
#include "config/settings.h"
#include "connector/output.h"
#include "connector/server_desk.h"
#include "connector/tables.h"
#include "encode/schema_change_records.h"
#include "mysql/binlog/event.h"

namespace tidemark {

class DdlLog {
 public:
  struct Parts {  // all outlive the log
    const SchemaChangeSettings& settings;
    const EncoderContext& encoding;
    const Clock& clock;
    const Tables& tables;
    Output& output;
    bool history = false;  // there is a schema history
    bool names_in_lower_case = false;  // the server's lower_case_table_names is 1
  };
  explicit DdlLog(Parts parts);

  // The statements that would make what there is, as the original puts them before a snapshot:
  // SET the server's charset, DROP TABLE for every table, and for every database DROP, CREATE and USE it, and
  // CREATE TABLE.
  struct Script {
    struct Line {
      std::string database;
      std::string ddl;
      std::optional<TableAction> action = {};  // of the table; absent: no table's
      std::size_t table = 0;  // index into tables
    };
    std::vector<Line> lines;
    std::vector<TableDef> tables;
  };
  // To be called while structures cannot change.
  Result<Script> read_script(Connection& connection) const;
  // `ends_snapshot`: no rows follow.
  Status write_script(const Script& script, const Position& at, bool ends_snapshot);

  // A statement in the log. `before`: the place to resume from ahead of it.
  Status write_statement(const QueryEvent& query, const SourceInfo& source, const Offset& before,
                         ServerDesk& desk);

 private:
  Result<bool> wants(const TableId& id) const;
  Result<bool> wants(const DefinedTable& table) const;
  Status write(const SchemaChangeRecord& record, const Offset& before);
  Status end_batch();
  Status write_tables(const std::vector<DefinedTable>& tables, std::string_view sql,
                      const SourceInfo& source, const Offset& before, ServerDesk& desk);

  const Parts parts_;
  SchemaChangeRecords records_;
};

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
// What a statement in a QUERY event means for captured tables, told from its words alone: its kind and
// the names it mentions. This is not a parser: where it errs, it errs towards naming too much, so that
// a table is looked at again needlessly but never missed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.h"

namespace tidemark {

struct StatementToken;

enum class StatementKind : std::uint8_t {
  kBegin,
  kCommit,  // COMMIT: ends a transaction of a non-transactional engine
  kRollback,  // ROLLBACK without TO
  kRollbackToSavepoint,  // logged where a table without transactions was changed: rows before it stay in the log
  kXaStart,  // XA START: rows follow, their verdict comes later
  kXaEnd,  // XA END: its rows are complete
  kXaCommit,  // the verdict on a prepared transaction, xid() says which
  kXaRollback,
  kTableDdl,  // CREATE, ALTER, DROP, RENAME of tables or indexes
  kTruncate,  // TRUNCATE TABLE
  kDropDatabase,
  kRowChange,  // INSERT, UPDATE, DELETE, REPLACE, LOAD, CALL ...: logged as a statement
  kOther,  // SAVEPOINT, GRANT, views, routines, SET ...: concerns no rows
};

class Statement {
 public:
  static Statement parse(std::string_view sql, std::string_view default_database);

  StatementKind kind() const { return kind_; }
  // A CREATE TABLE ... START TRANSACTION: rows and a commit follow (CREATE TABLE ... SELECT since 8.0.21).
  bool starts_transaction() const { return starts_transaction_; }
  // Of XA statements, as the server logs it: "X'61',X'62',7"; empty where it has another form.
  const std::string& xid() const { return xid_; }
  // Compared without regard to ASCII case, because the server's own rule differs by platform. Names that
  // go beyond ASCII may be in the client's charset, or in another case where the server ignores it: where
  // they could be the same they count as the same.
  bool mentions(const TableId& table) const;
  bool mentions_database(std::string_view database) const;
  // Names that may be tables, the default database filled in where none is written. Those that are no
  // UTF-8 are left out: nobody can be asked for them.
  std::vector<TableId> names() const;

 private:
  void add_names(const std::vector<StatementToken>& tokens, std::string_view database);

  StatementKind kind_ = StatementKind::kOther;
  bool starts_transaction_ = false;
  std::string xid_;
  std::vector<TableId> names_;
};

}  // namespace tidemark

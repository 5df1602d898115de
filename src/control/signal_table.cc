// SPDX-License-Identifier: Apache-2.0
#include "control/signal_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "control/grants.h"
#include "control/signal.h"

namespace tidemark {
namespace {

// The documented lengths, in characters.
constexpr std::uint32_t kIdChars = 42;
constexpr std::uint32_t kTypeChars = 32;
constexpr std::uint32_t kDataChars = 2048;

// What our own rows need: <uuid>-close, or <uuid>-open where no close row is written.
constexpr std::uint32_t kCloseIdChars = 42;
constexpr std::uint32_t kOpenIdChars = 41;

class Check {
 public:
  explicit Check(const SignalTableFacts& facts) : facts_(facts) {}

  std::vector<Finding> run();

 private:
  void error(std::string text, std::string remedy) {
    findings_.push_back({Finding::Severity::kError, std::move(text), std::move(remedy)});
  }
  void warning(std::string text, std::string remedy) {
    findings_.push_back({Finding::Severity::kWarning, std::move(text), std::move(remedy)});
  }
  void check_missing();
  void check_structure(const TableDef& table, const SignalColumns& columns);
  void check_text(const ColumnDef& column, std::string_view role, std::uint32_t documented);
  void check_length(const ColumnDef& column, std::string_view role, std::size_t needed,
                    std::uint32_t documented);
  void check_key(const TableDef& table, const SignalColumns& columns);
  void check_grants();
  std::string name() const { return facts_.configured.text(); }
  std::string modify(const ColumnDef& column, std::string_view role, std::uint32_t chars) const;

  const SignalTableFacts& facts_;
  std::vector<Finding> findings_;
};

std::string alter(const TableId& id, std::string_view change) {
  return fmt::format("ALTER TABLE {} {}", quoted(id), change);
}

// SHOW GRANTS and CURRENT_USER() have user@host; GRANT wants both quoted.
std::string quoted_account(std::string_view account) {
  if (account.empty()) return "<user>";
  const std::size_t at = account.rfind('@');
  if (at == std::string_view::npos) return quoted(account);
  return quoted(account.substr(0, at)) + "@" + quoted(account.substr(at + 1));
}

std::string Check::modify(const ColumnDef& column, std::string_view role,
                          std::uint32_t chars) const {
  return alter(facts_.configured, fmt::format("MODIFY {} VARCHAR({}){}", quoted(column.name), chars,
                                              role == "data" ? " NULL" : " NOT NULL"));
}

void Check::check_missing() {
  if (facts_.other_case) {
    return error(fmt::format("the server has no signal table {}, but {}: names differ in case, and "
                             "rows of it would not be taken for signals",
                             name(), facts_.other_case->text()),
                 fmt::format("set signal.data.collection={}", facts_.other_case->text()));
  }
  error(fmt::format("the signal table {} does not exist, or this account may not see it", name()),
        signal_table_ddl(facts_.configured));
}

void Check::check_text(const ColumnDef& column, std::string_view role, std::uint32_t documented) {
  if (column.generated) {
    return error(
        fmt::format("column {} of {} is generated: no row can be written", column.name, name()),
        modify(column, role, documented));
  }
  const bool json_data = role == "data" && column.kind == ColumnKind::kJson;
  if (column.kind == ColumnKind::kString || json_data) return;
  const bool unknown_charset = column.charset == Charset::kOther;
  error(unknown_charset
            ? fmt::format("column {} of {} has character set {}, which is not supported yet",
                          column.name, name(), column.charset_name)
            : fmt::format("column {} of {}, the {} of a signal, is {} and not a string",
                          column.name, name(), role, column.column_type),
        unknown_charset ? alter(facts_.configured, "CONVERT TO CHARACTER SET utf8mb4")
                        : modify(column, role, documented));
}

void Check::check_length(const ColumnDef& column, std::string_view role, std::size_t needed,
                         std::uint32_t documented) {
  if (column.kind != ColumnKind::kString) return;
  if (facts_.watermarks && column.length < needed) {
    return error(fmt::format("column {} of {} holds {} characters, a watermark row needs {}",
                             column.name, name(), column.length, needed),
                 modify(column, role, std::max(documented, static_cast<std::uint32_t>(needed))));
  }
  if (column.length < documented) {
    warning(fmt::format("column {} of {} holds {} characters, {} are recommended", column.name,
                        name(), column.length, documented),
            modify(column, role, documented));
  }
}

void Check::check_key(const TableDef& table, const SignalColumns& columns) {
  if (table.key_is_primary) return;
  const std::string& id = table.columns[columns.id].name;
  warning(
      fmt::format("the signal table {} has no primary key: it works, but one id may come twice{}",
                  name(),
                  facts_.strategy == WatermarkStrategy::kInsertDelete
                      ? " and every close of a window scans the table"
                      : ""),
      alter(facts_.configured, fmt::format("ADD PRIMARY KEY ({})", quoted(id))));
}

void Check::check_structure(const TableDef& table, const SignalColumns& columns) {
  const ColumnDef& id = table.columns[columns.id];
  const ColumnDef& type = table.columns[columns.type];
  const ColumnDef& data = table.columns[columns.data];
  check_text(id, "id", kIdChars);
  check_text(type, "type", kTypeChars);
  check_text(data, "data", kDataChars);
  const bool deletes = facts_.strategy == WatermarkStrategy::kInsertDelete;
  if (facts_.watermarks && deletes && id.name != "id") {
    error(fmt::format("the first column of {} is named {}: insert_delete closes a window by the "
                      "column id",
                      name(), id.name),
          alter(facts_.configured, fmt::format("RENAME COLUMN {} TO `id`", quoted(id.name))));
  }
  check_length(id, "id", deletes ? kOpenIdChars : kCloseIdChars, kIdChars);
  check_length(type, "type", deletes ? kWindowOpenType.size() : kWindowCloseType.size(),
               kTypeChars);
  // A signal's id is at most as long as its column; one that JSON escapes may be longer in data.
  check_length(data, "data",
               watermark_data_chars(facts_.strategy, facts_.collection_chars_max,
                                    std::min(id.length, kIdChars)),
               kDataChars);
  check_key(table, columns);
}

void Check::check_grants() {
  if (facts_.grants.empty() || !facts_.watermarks) return;
  std::vector<std::string> columns;
  if (facts_.table != nullptr) {
    for (const ColumnDef& column : facts_.table->columns) columns.push_back(column.name);
  }
  const std::vector<std::string> held = privileges_on(facts_.configured, columns, facts_.grants);
  std::vector<std::string_view> needed{"INSERT"};
  if (facts_.strategy == WatermarkStrategy::kInsertDelete) needed = {"INSERT", "DELETE", "SELECT"};
  std::vector<std::string_view> missing;
  for (const std::string_view privilege : needed) {
    if (!has_privilege(held, privilege)) missing.push_back(privilege);
  }
  if (missing.empty()) return;
  error(fmt::format("the account lacks {} on the signal table {}, which strategy {} needs",
                    fmt::join(missing, ", "), name(), to_string(facts_.strategy)),
        fmt::format("GRANT {} ON {} TO {}", fmt::join(missing, ", "), quoted(facts_.configured),
                    quoted_account(facts_.account)));
}

std::vector<Finding> Check::run() {
  if (facts_.table == nullptr) {
    check_missing();
    return std::move(findings_);
  }
  const std::optional<SignalColumns> columns = signal_columns(*facts_.table);
  if (columns) {
    check_structure(*facts_.table, *columns);
  } else {
    error(fmt::format("the signal table {} has {} columns, a signal has three: id, type, data",
                      name(), facts_.table->columns.size()),
          fmt::format("make it anew: DROP TABLE {}; {}", quoted(facts_.configured),
                      signal_table_ddl(facts_.configured)));
  }
  check_grants();
  std::ranges::stable_sort(findings_, {}, &Finding::severity);
  return std::move(findings_);
}

}  // namespace

std::string signal_table_ddl(const TableId& id) {
  return fmt::format(
      "CREATE TABLE {} (id VARCHAR({}) NOT NULL PRIMARY KEY, type VARCHAR({}) NOT NULL, "
      "data VARCHAR({}) NULL)",
      quoted(id), kIdChars, kTypeChars, kDataChars);
}

std::vector<Finding> check_signal_table(const SignalTableFacts& facts) {
  return Check(facts).run();
}

}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "control/signal_table.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using Severity = Finding::Severity;

ColumnDef text_column(std::string name, std::uint32_t length) {
  ColumnDef out;
  out.name = std::move(name);
  out.data_type = "varchar";
  out.column_type = "varchar(" + std::to_string(length) + ")";
  out.kind = ColumnKind::kString;
  out.charset = Charset::kUtf8;
  out.length = length;
  return out;
}

class SignalTable : public testing::Test {
 protected:
  SignalTable() {
    table_.id = {"db", "sig"};
    table_.columns = {text_column("id", 42), text_column("type", 32), text_column("data", 2048)};
    table_.key_columns = {0};
    table_.key_is_primary = true;
    facts_.configured = table_.id;
    facts_.table = &table_;
    facts_.collection_chars_max = 40;
    facts_.account = "cdc@%";
  }
  std::vector<Finding> check() { return check_signal_table(facts_); }
  // The one finding there is.
  Finding only() {
    const std::vector<Finding> findings = check();
    EXPECT_EQ(findings.size(), 1u);
    return findings.empty() ? Finding{} : findings.front();
  }
  void expect_one(Severity severity, std::string_view text, std::string_view remedy) {
    const Finding finding = only();
    EXPECT_EQ(finding.severity, severity);
    EXPECT_NE(finding.text.find(text), std::string::npos) << finding.text;
    EXPECT_NE(finding.remedy.find(remedy), std::string::npos) << finding.remedy;
  }

  TableDef table_;
  SignalTableFacts facts_;
};

TEST_F(SignalTable, FindsNothingInTheDocumentedOne) {
  EXPECT_TRUE(check().empty());
  facts_.strategy = WatermarkStrategy::kInsertDelete;
  EXPECT_TRUE(check().empty());
  EXPECT_EQ(signal_table_ddl({"db", "sig"}),
            "CREATE TABLE `db`.`sig` (id VARCHAR(42) NOT NULL PRIMARY KEY, type VARCHAR(32) NOT "
            "NULL, data VARCHAR(2048) NULL)");
}

TEST_F(SignalTable, GivesTheDdlOfAMissingOne) {
  facts_.table = nullptr;
  expect_one(Severity::kError, "does not exist", "CREATE TABLE `db`.`sig`");
  facts_.other_case = TableId{"db", "Sig"};
  expect_one(Severity::kError, "db.Sig", "signal.data.collection=db.Sig");
}

TEST_F(SignalTable, WantsThreeVisibleColumns) {
  table_.columns.push_back(text_column("extra", 10));
  expect_one(Severity::kError, "has 4 columns", "DROP TABLE `db`.`sig`; CREATE TABLE");
  table_.columns.back().invisible = true;
  EXPECT_TRUE(check().empty());
  table_.columns.pop_back();
  table_.columns.pop_back();
  expect_one(Severity::kError, "has 2 columns", "CREATE TABLE");
}

TEST_F(SignalTable, WantsStrings) {
  table_.columns[0] = ColumnDef();
  table_.columns[0].name = "id";
  table_.columns[0].column_type = "int";
  table_.columns[0].kind = ColumnKind::kInt;
  expect_one(Severity::kError, "is int and not a string", "MODIFY `id` VARCHAR(42) NOT NULL");
  table_.columns[0] = text_column("id", 42);
  table_.columns[1].kind = ColumnKind::kEnum;
  expect_one(Severity::kError, "column type", "MODIFY `type` VARCHAR(32) NOT NULL");
  table_.columns[1] = text_column("type", 32);
  table_.columns[2].kind = ColumnKind::kJson;
  table_.columns[2].length = 0;
  EXPECT_TRUE(check().empty());
  table_.columns[2].kind = ColumnKind::kBinary;
  expect_one(Severity::kError, "column data", "MODIFY `data` VARCHAR(2048) NULL");
  table_.columns[2] = text_column("data", 2048);
  table_.columns[2].generated = true;
  expect_one(Severity::kError, "generated", "MODIFY `data`");
  table_.columns[2] = text_column("data", 2048);
  table_.columns[2].kind = ColumnKind::kUnsupported;
  table_.columns[2].charset = Charset::kOther;
  table_.columns[2].charset_name = "sjis";
  expect_one(Severity::kError, "sjis", "CONVERT TO CHARACTER SET utf8mb4");
}

TEST_F(SignalTable, WantsRoomForAWatermarkRow) {
  table_.columns[0].length = 41;
  expect_one(Severity::kError, "holds 41 characters, a watermark row needs 42", "VARCHAR(42)");
  facts_.strategy = WatermarkStrategy::kInsertDelete;
  expect_one(Severity::kWarning, "42 are recommended", "VARCHAR(42)");
  table_.columns[0].length = 40;
  EXPECT_EQ(only().severity, Severity::kError);
  table_.columns[0].length = 42;
  table_.columns[1].length = 20;
  EXPECT_TRUE(only().severity == Severity::kWarning);
  facts_.strategy = WatermarkStrategy::kInsertInsert;
  expect_one(Severity::kError, "a watermark row needs 21", "VARCHAR(32)");
  table_.columns[1].length = 21;
  expect_one(Severity::kWarning, "32 are recommended", "VARCHAR(32)");
}

TEST_F(SignalTable, MeasuresTheDataOfThisConfiguration) {
  const auto needed = static_cast<std::uint32_t>(
      watermark_data_chars(facts_.strategy, facts_.collection_chars_max, 42));
  table_.columns[2].length = needed - 1;
  expect_one(Severity::kError, "needs " + std::to_string(needed), "VARCHAR(2048)");
  table_.columns[2].length = needed;
  expect_one(Severity::kWarning, "2048 are recommended", "VARCHAR(2048)");
  // Nothing is written where windows are read-only.
  table_.columns[2].length = 10;
  facts_.watermarks = false;
  EXPECT_EQ(only().severity, Severity::kWarning);
}

TEST_F(SignalTable, WarnsWithoutAPrimaryKey) {
  table_.key_is_primary = false;
  expect_one(Severity::kWarning, "no primary key", "ADD PRIMARY KEY (`id`)");
}

TEST_F(SignalTable, WantsTheNameIdOnlyForDeletes) {
  table_.columns[0].name = "key";
  EXPECT_TRUE(check().empty());
  facts_.strategy = WatermarkStrategy::kInsertDelete;
  expect_one(Severity::kError, "is named key", "RENAME COLUMN `key` TO `id`");
}

TEST_F(SignalTable, NamesTheMissingGrants) {
  const std::vector<std::string> select{"GRANT SELECT ON `db`.* TO `cdc`@`%`"};
  const std::vector<std::string> insert{"GRANT INSERT ON `db`.* TO `cdc`@`%`"};
  facts_.grants = insert;
  EXPECT_TRUE(check().empty());
  facts_.grants = select;
  expect_one(Severity::kError, "lacks INSERT", "GRANT INSERT ON `db`.`sig` TO `cdc`@`%`");
  facts_.strategy = WatermarkStrategy::kInsertDelete;
  expect_one(Severity::kError, "insert_delete", "GRANT INSERT, DELETE ON `db`.`sig` TO");
  facts_.watermarks = false;
  EXPECT_TRUE(check().empty());
}

TEST_F(SignalTable, PutsErrorsFirst) {
  table_.key_is_primary = false;
  table_.columns[1].length = 30;
  const std::vector<std::string> none{"GRANT USAGE ON *.* TO `cdc`@`%`"};
  facts_.grants = none;
  const std::vector<Finding> findings = check();
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].severity, Severity::kError);
  EXPECT_EQ(findings[2].severity, Severity::kWarning);
}

}  // namespace
}  // namespace tidemark

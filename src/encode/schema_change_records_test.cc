// SPDX-License-Identifier: Apache-2.0
#include "encode/schema_change_records.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "encode/encoder_fixture.h"

namespace tidemark {
namespace {

using fixture::column;
using fixture::not_null;
using fixture::with_default;

class SchemaChange : public ::testing::Test {
 protected:
  SchemaChange() {
    context_.topic_prefix = "shop";
    context_.topics = &topics_;
    context_.settings.schemas_enable_key = false;
    context_.settings.schemas_enable_value = false;
    context_.settings.extended_headers = false;
    table_.id = {"d", "t\"q"};
    table_.charset_name = "utf8mb4";
    table_.comment = "of the table";
  }

  // The value of one record about one table, or none.
  std::string value(TableAction action, const TableDef* table, bool comments = false) {
    RecordBatch batch;
    const TableChange change{.action = action, .id = table_.id, .table = table};
    SchemaChangeRecords(context_, comments)
        .append({.database = "d",
                 .tables = "t\"q",
                 .ddl = "DROP TABLE `t\"q`",
                 .changes = {&change, 1},
                 .source = {.ts_us = 1'500'000, .gtid = {}, .file = "b.1", .pos = 7},
                 .ts_ms = 9},
                batch);
    const Record& record = batch.records().front();
    topic_ = record.topic->name;
    key_ = batch.key(record);
    headers_ = batch.headers(record);
    return std::string(batch.value(record));
  }

  // What the record says of the columns.
  std::string columns(bool comments = false) {
    const std::string text = value(TableAction::kCreate, &table_, comments);
    const std::size_t from = text.find("\"columns\":[") + 11;
    return text.substr(from, text.find("],\"comment\"", from) - from);
  }

  TopicRegistry topics_;
  EncoderContext context_;
  TableDef table_;
  std::string topic_;
  std::string key_;
  std::string headers_;
};

TEST_F(SchemaChange, TellsPlaceStatementAndTable) {
  EXPECT_EQ(
      value(TableAction::kDrop, nullptr),
      R"({"source":{"version":"","connector":"mysql","name":"shop","ts_ms":1500,"snapshot":"false",)"
      R"("db":"d","sequence":null,"ts_us":1500000,"ts_ns":1500000000,"table":"t\"q","server_id":0,)"
      R"("gtid":null,"file":"b.1","pos":7,"row":0,"thread":null,"query":null},"ts_ms":9,)"
      R"("databaseName":"d","schemaName":null,"ddl":"DROP TABLE `t\"q`","tableChanges":[)"
      R"({"type":"DROP","id":"\"d\".\"t\"\"q\"","table":null}]})");
  EXPECT_EQ(topic_, "shop");
  EXPECT_EQ(key_, R"({"databaseName":"d"})");
  EXPECT_EQ(headers_, "{}");
}

TEST_F(SchemaChange, OfTheServerNamesNoTable) {
  RecordBatch batch;
  SchemaChangeRecords(context_, false)
      .append({.database = "", .tables = {}, .ddl = "SET a=b", .changes = {}, .source = {}}, batch);
  const std::string_view text = batch.value(batch.records().front());
  EXPECT_NE(text.find(R"("db":"","sequence":null)"), std::string_view::npos) << text;
  EXPECT_NE(text.find(R"("table":null)"), std::string_view::npos) << text;
  EXPECT_NE(text.find(R"("tableChanges":[])"), std::string_view::npos) << text;
}

TEST_F(SchemaChange, ShowsColumnsAsTheOriginalsParserDoes) {
  ColumnDef id = not_null(column("id", ColumnKind::kUint, "bigint", "bigint unsigned"));
  id.auto_increment = true;
  id.comment = "of the column";
  table_.columns = {id};
  table_.key_columns = {0};
  const std::string begin =
      R"({"name":"id","jdbcType":-5,"nativeType":null,"typeName":"BIGINT UNSIGNED",)"
      R"("typeExpression":"BIGINT UNSIGNED","charsetName":null,"length":null,"scale":null,)"
      R"("position":1,"optional":false,"autoIncremented":true,"generated":true,"comment":)";
  const std::string end = R"(,"defaultValueExpression":null,"enumValues":null})";
  EXPECT_EQ(columns(), begin + "null" + end);
  EXPECT_EQ(columns(true), begin + "\"of the column\"" + end);
  const std::string text = value(TableAction::kAlter, &table_, true);
  EXPECT_NE(text.find(R"("type":"ALTER")"), std::string::npos);
  EXPECT_NE(text.find(R"("defaultCharsetName":"utf8mb4","primaryKeyColumnNames":["id"])"),
            std::string::npos);
  EXPECT_NE(text.find(R"(],"comment":"of the table"})"), std::string::npos);
}

TEST_F(SchemaChange, ShowsLengthsMembersAndDefaults) {
  ColumnDef members =
      with_default(column("e", ColumnKind::kEnum, "enum", R"(enum('a','d''e','x,)'))"), "a");
  members.members = {"a", "d'e", "x,)"};
  members.charset_name = "latin1";
  table_.columns = {members};
  EXPECT_EQ(
      columns(),
      R"({"name":"e","jdbcType":1,"nativeType":null,"typeName":"ENUM","typeExpression":"ENUM",)"
      R"("charsetName":"latin1","length":1,"scale":null,"position":1,"optional":true,)"
      R"("autoIncremented":false,"generated":false,"comment":null,)"
      R"("defaultValueExpression":"a","enumValues":["'a'","'d''e'","'x,)'"]})");

  const auto shows = [&](ColumnDef def, std::string_view part) {
    table_.columns = {std::move(def)};
    EXPECT_NE(columns().find(part), std::string::npos) << part << " in " << columns();
  };
  shows(fixture::decimal("d", 10, 2), R"("length":10,"scale":2)");
  shows(with_default(column("b", ColumnKind::kBit, "bit", "bit(3)"), "b'101'"),
        R"("defaultValueExpression":"101")");
  ColumnDef now = with_default(fixture::datetime("t", 3), "CURRENT_TIMESTAMP(3)");
  now.default_is_expression = now.on_update_now = true;
  shows(now, R"("autoIncremented":true,"generated":true)");
  shows(now, R"("defaultValueExpression":"1970-01-01 00:00:00")");
  ColumnDef expression = with_default(fixture::varchar("v"), "uuid()");
  expression.default_is_expression = true;
  shows(expression, R"("defaultValueExpression":null)");
}

TEST_F(SchemaChange, CarriesSchemasWhereTheseAreOn) {
  table_.columns = {column("n", ColumnKind::kInt, "int")};
  context_.settings.schemas_enable_key = context_.settings.schemas_enable_value = true;
  const std::string text = value(TableAction::kCreate, &table_);
  EXPECT_EQ(key_, R"({"schema":{"type":"struct","fields":[{"type":"string","optional":false,)"
                  R"("field":"databaseName"}],"optional":false,)"
                  R"("name":"io.debezium.connector.mysql.SchemaChangeKey","version":1},)"
                  R"("payload":{"databaseName":"d"}})");
  EXPECT_TRUE(JsonDocument::parse(text).has_value());
  for (
      const char* part :
      {R"("name":"io.debezium.connector.mysql.SchemaChangeValue","version":1},"payload":{"source")",
       R"("optional":true,"name":"io.debezium.connector.schema.Table","version":1,"field":"table"}],)",
       R"("name":"io.debezium.connector.schema.Change","version":1},"optional":false,)"
       R"("field":"tableChanges"}])"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace tidemark

// SPDX-License-Identifier: Apache-2.0
#include "control/stream_signal.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr std::string_view kUuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

Error refused(std::string_view type, std::string_view data) {
  const Result<Command> command = parse_signal(type, data);
  EXPECT_FALSE(command) << data;
  return command ? Error(ErrorKind::kCancelled, "accepted") : command.error();
}

void expect_refused(std::string_view type, std::string_view data, std::string_view message) {
  const Error error = refused(type, data);
  EXPECT_EQ(error.kind(), ErrorKind::kRejected) << data;
  EXPECT_NE(error.message().find(message), std::string::npos) << error.text();
  EXPECT_FALSE(error.remedy().empty());
}

TEST(SetBinlogPositionSignal, TakesAPlaceOrAGtidSet) {
  const auto place = std::get<SetBinlogPosition>(
      parse_signal(kSetBinlogPosition,
                   R"({"binlog_filename": "my.bin.1000003", "binlog_position": 157})")
          .value());
  EXPECT_EQ(place.position, (Position{"my.bin.1000003", 157}));
  const std::string text = std::string(kUuid) + ":1-5:7, " + std::string(kUuid) + ":blue:3";
  const auto set = std::get<SetBinlogPosition>(
      parse_signal(kSetBinlogPosition, R"({"gtid_set": ")" + text + R"("})").value());
  EXPECT_TRUE(set.position.empty());
  EXPECT_EQ(set.gtids, GtidSet::parse(text).value());
}

TEST(SetBinlogPositionSignal, SaysWhatIsWrong) {
  const auto no = [](std::string_view data, std::string_view message) {
    expect_refused(kSetBinlogPosition, data, message);
  };
  no("{}", "neither");
  no(R"({"binlog_filename": "b.000001", "binlog_position": 4, "gtid_set": "x:1"})",
     "one of the two");
  no(R"({"binlog_filename": "b.000001"})", "\"binlog_position\" is missing");
  no(R"({"binlog_position": 4})", "\"binlog_filename\" is missing");
  no(R"({"binlog_filename": "", "binlog_position": 4})", "empty");
  no(R"({"binlog_filename": "b.000001", "binlog_position": 3})", "below 4");
  no(R"({"binlog_filename": "b.000001", "binlog_position": -4})", "binlog_position");
  no(R"({"binlog_filename": "b.000001", "binlog_position": "4"})", "binlog_position");
  no(R"({"gtid_set": "nonsense"})", "is no GTID set");
  no(R"({"gtid_set": ""})", "gtid_set");
  no(R"({"binlog_file": "b.000001", "binlog_position": 4})", "did you mean \"binlog_filename\"?");
}

TEST(SchemaChangesSignal, TakesTheFormOfTheOriginal) {
  const auto changes = std::get<SchemaChanges>(
      parse_signal(kSchemaChanges, R"({"database": "shop", "schema": "", "changes": [
        {"type": "ALTER", "id": "\"shop\".\"or\"\"ders\"", "table": {
          "defaultCharsetName": "utf8mb4", "primaryKeyColumnNames": ["id"], "columns": [
            {"name": "id", "jdbcType": 4, "typeName": "INT", "typeExpression": "INT",
             "charsetName": null, "position": 1, "optional": false, "autoIncremented": false,
             "generated": false},
            {"name": "v", "jdbcType": 12, "typeName": "VARCHAR", "length": 5, "position": 2}]}},
        {"type": "DROP", "id": "shop.gone"}]})")
          .value());
  ASSERT_EQ(changes.changes.size(), 2U);
  const SchemaChange& altered = changes.changes[0];
  EXPECT_EQ(altered.kind, SchemaChange::Kind::kAlter);
  EXPECT_EQ(altered.id, (TableId{"shop", "or\"ders"}));
  EXPECT_EQ(altered.columns, (std::vector<std::string>{"id", "v"}));
  EXPECT_EQ(altered.primary_key, std::vector<std::string>{"id"});
  EXPECT_EQ(changes.changes[1].kind, SchemaChange::Kind::kDrop);
  EXPECT_EQ(changes.changes[1].id, (TableId{"shop", "gone"}));
  EXPECT_FALSE(changes.changes[1].columns);
}

TEST(SchemaChangesSignal, SaysWhatIsWrong) {
  const auto no = [](std::string_view data, std::string_view message) {
    expect_refused(kSchemaChanges, data, message);
  };
  const auto change = [&](std::string_view body, std::string_view message) {
    no(R"({"database": "shop", "changes": [)" + std::string(body) + "]}", message);
  };
  no("{}", "\"database\" is missing");
  no(R"({"database": "shop"})", "\"changes\" is missing");
  no(R"({"database": "shop", "changes": []})", "\"changes\" is empty");
  no(R"({"database": "shop", "changes": [], "chnages": 1})", "did you mean \"changes\"?");
  change("5", "is not an object");
  change(R"({"id": "shop.a"})", "\"type\"");
  change(R"({"type": "RENAME", "id": "shop.a"})", "CREATE, ALTER, DROP");
  change(R"({"type": "ALTER"})", "\"id\"");
  change(R"({"type": "ALTER", "id": "orders"})", "is not of the form");
  change(R"({"type": "ALTER", "id": "\"shop\".orders"})", "is not of the form");
  change(R"({"type": "ALTER", "id": "crm.orders"})", "names the database crm");
  change(R"({"type": "ALTER", "id": "shop.a", "colums": []})", "unknown field \"colums\"");
  change(R"({"type": "ALTER", "id": "shop.a", "table": 1})", "is not an object");
  change(R"({"type": "ALTER", "id": "shop.a", "table": {}})", "\"columns\"");
  change(R"({"type": "ALTER", "id": "shop.a", "table": {"columns": [{"nam": "x"}]}})",
         "did you mean \"name\"?");
  change(R"({"type": "ALTER", "id": "shop.a", "table": {"columns": [{"typeName": "INT"}]}})",
         "\"name\"");
}

}  // namespace
}  // namespace tidemark
